"""The engine without its ledger: what the ledger costs is what this one saves.

Everything else is the product's, as it is on SQLite: claims come from memory, and their
letters are bound where they are sent; every intent is granted at once, and acceptances
are only counted.  It answers JSON calls, as the clerk does.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import django

django.setup()

from django.db import connections  # noqa: E402

from benchmarks.answering import answer_calls  # noqa: E402
from gonets.delivery.benches import Benches  # noqa: E402
from gonets.delivery.bookkeeping import Bookkeeper, Tell  # noqa: E402
from gonets.delivery.engine import Engine  # noqa: E402
from gonets.delivery.ledger import Grant  # noqa: E402
from gonets.delivery.options import SendingOptions  # noqa: E402
from gonets.delivery.recovery import enlist  # noqa: E402
from gonets.delivery.spool import Spool  # noqa: E402
from gonets.delivery.states import DeliveryStatus  # noqa: E402
from gonets.delivery.stock import Stock, bind_claims, take_stock  # noqa: E402
from gonets.delivery.tray import Tray  # noqa: E402
from gonets.delivery.types import (  # noqa: E402
    Acceptance,
    BoundClaim,
    Claim,
    Outcome,
)
from gonets.kernel import clock  # noqa: E402
from gonets.publishing.letters import PublishedLetters  # noqa: E402

CLAIMED_AT_ONCE = 500
LONGEST_SECONDS = 300

letters = PublishedLetters()
claims: deque[Claim] = deque()
"""Everybody who has not been handed out."""


def stock_from_memory(limit: int) -> Stock:
    """Do what ``delivery.stock.take_stock`` does, without the ledger."""
    some = [claims.popleft() for _one in range(min(limit, len(claims)))]
    stock = bind_claims(letters, some)
    return Stock(ready=stock.ready, withheld=stock.withheld, is_last=len(some) < limit)


class NullBooks(Bookkeeper):
    """Books that remember how many were accepted, and nothing else."""

    def __init__(self, *, wanted: int, stop: asyncio.Event) -> None:
        super().__init__(spool=Spool(Path(os.devnull)), letters=letters)
        self.accepted = 0
        self.first_at = self.last_at = 0.0
        self._wanted = wanted
        self._stop = stop
        self._events = asyncio.get_running_loop()

    def accept(self, acceptance: Acceptance) -> None:
        self.accepted += 1
        if self.accepted == self._wanted:
            self._end()

    def settle(self, outcome: Outcome) -> None:
        if outcome.status is not DeliveryStatus.PENDING:
            self._end()  # Not what was to be measured; ``send`` says so.

    def _end(self) -> None:
        self.last_at = clock.monotonic()
        self._stop.set()

    def intend(self, bound: BoundClaim, tell: Tell) -> None:
        self.first_at = self.first_at or clock.monotonic()
        self._events.call_soon(tell, Grant.GIVEN)

    def flush(self) -> asyncio.Future[None]:
        written: asyncio.Future[None] = self._events.create_future()
        written.set_result(None)
        return written

    async def take_stock(self, run_id: int, *, relay_id: int, limit: int) -> Stock:
        return stock_from_memory(limit)


class NullWorker:
    """The calls."""

    def claim_all(self, run_id: int) -> int:
        """Take everybody into memory; return how many there are."""
        worker_id = enlist(place="without a ledger", pid=os.getpid())
        who = {"run_id": run_id, "worker_id": worker_id, "relay_id": None}
        while some := take_stock(letters, Tray(), limit=CLAIMED_AT_ONCE, **who).ready:
            claims.extend(bound.claim for bound in some)
        return len(claims)

    def send(self) -> float:
        """Send to everybody; return the seconds from first intent to last answer."""
        connections.close_all()  # We fork soon.
        with asyncio.Runner(loop_factory=_fastest_loop()) as runner:
            return runner.run(_send_all(len(claims)))


def _fastest_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Choose as ``delivery.worker`` does."""
    if find_spec("uvloop") is None:
        return None
    return import_module("uvloop").new_event_loop  # type: ignore[no-any-return]


async def _send_all(wanted: int) -> float:
    stop = asyncio.Event()
    books = NullBooks(wanted=wanted, stop=stop)
    await books.start()
    engine = Engine(
        books=books,
        benches=Benches(letters=letters),
        letters=letters,
        options=SendingOptions(),
    )
    async with asyncio.timeout(LONGEST_SECONDS):
        await engine.run(stop)
    await engine.drain(within=5)
    await books.close()
    if books.accepted < wanted:
        raise RuntimeError(f"{books.accepted} of {wanted} were accepted.")
    return books.last_at - books.first_at


if __name__ == "__main__":
    answer_calls(NullWorker())
