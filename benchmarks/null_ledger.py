"""The engine without its ledger: what the ledger costs is what this one saves.

Everything else is the product's: claims come from memory, every intent is granted at
once, outcomes are only counted.  The process answers JSON calls, as the clerk does.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import django

django.setup()

from benchmarks.answering import answer_calls  # noqa: E402
from gonets.delivery.bookkeeping import Bookkeeper  # noqa: E402
from gonets.delivery.claims import claim_some  # noqa: E402
from gonets.delivery.engine import Engine  # noqa: E402
from gonets.delivery.ledger import Grant  # noqa: E402
from gonets.delivery.options import SendingOptions  # noqa: E402
from gonets.delivery.recovery import enlist  # noqa: E402
from gonets.delivery.spool import Spool  # noqa: E402
from gonets.delivery.states import DeliveryStatus  # noqa: E402
from gonets.delivery.types import BoundClaim, Claim, Outcome  # noqa: E402
from gonets.delivery.worker import run_in_loop  # noqa: E402
from gonets.kernel import clock  # noqa: E402
from gonets.publishing.letters import PublishedLetters  # noqa: E402
from gonets.server.chores import Chores  # noqa: E402

P = ParamSpec("P")
T = TypeVar("T")

CLAIMED_AT_ONCE = 500
FAILED = frozenset(DeliveryStatus) - {DeliveryStatus.ACCEPTED, DeliveryStatus.PENDING}


class NullBooks(Bookkeeper):
    """Books that remember how many were accepted, and nothing else."""

    def __init__(self, *, claims: deque[Claim], stop: asyncio.Event) -> None:
        super().__init__(spool=Spool(Path(os.devnull)))
        self.accepted = 0
        self.first_at = self.last_at = 0.0
        self._wanted = len(claims)
        self._claims = claims
        self._stop = stop
        self._events = asyncio.get_running_loop()

    def settle(self, outcome: Outcome) -> None:
        self.accepted += outcome.status is DeliveryStatus.ACCEPTED
        if self.accepted == self._wanted or outcome.status in FAILED:
            self.last_at = clock.monotonic()
            self._stop.set()

    def intend(self, bound: BoundClaim) -> asyncio.Future[Grant]:
        self.first_at = self.first_at or clock.monotonic()
        grant = self._events.create_future()
        grant.set_result(Grant.GIVEN)
        return grant

    def flush(self) -> asyncio.Future[None]:
        written = self._events.create_future()
        written.set_result(None)
        return written

    async def write(
        self, action: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if action is claim_some:
            return self._some(**kwargs)  # type: ignore[return-value,arg-type]
        return await super().write(action, *args, **kwargs)

    def _some(self, *, limit: int, **_of: Any) -> list[Claim]:
        count = min(limit, len(self._claims))
        return [self._claims.popleft() for _one in range(count)]


class NullWorker:
    """The calls."""

    def __init__(self) -> None:
        self._claims: deque[Claim] = deque()

    def claim_all(self, run_id: int) -> int:
        """Take everybody into memory; return how many there are."""
        worker_id = enlist(place="without a ledger", pid=os.getpid())
        while some := claim_some(run_id, worker_id=worker_id, limit=CLAIMED_AT_ONCE):
            self._claims += some
        return len(self._claims)

    def send(self) -> float:
        """Send to everybody; return the seconds from first intent to last answer."""
        chores = Chores()
        chores.start()
        took: list[float] = []
        wanted = len(self._claims)

        async def until_all_are_sent() -> None:
            stop = asyncio.Event()
            books = NullBooks(claims=self._claims, stop=stop)
            books.start()
            engine = Engine(
                books=books, letters=PublishedLetters(), options=SendingOptions()
            )
            await engine.run(stop)
            await engine.drain(within=5)
            await books.close()
            if books.accepted < wanted:
                raise RuntimeError(f"{books.accepted} of {wanted} were accepted.")
            took.append(books.last_at - books.first_at)

        run_in_loop(until_all_are_sent())
        chores.stop(within=5)
        return took[0]


if __name__ == "__main__":
    answer_calls(NullWorker())
