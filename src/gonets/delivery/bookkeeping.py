"""The thread that keeps the ledger: one commit for what all connections record.

While one group is on its way to the disk the next one gathers, so that the disk's own
speed decides how many letters share an fsync.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

from django.db import Error, connection, connections

from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.ledger import Grant, Group, record
from gonets.delivery.spool import Spool
from gonets.delivery.types import BoundClaim, Outcome

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

_Grants = asyncio.Future[Grant]
_Item = Outcome | tuple[BoundClaim, _Grants] | asyncio.Future[None] | None


class Bookkeeper:
    """Takes intents and outcomes from the event loop, and other database work too.

    Outcomes are never lost: those that the database does not take wait here and in
    the spool, and until they are written no intent is granted.
    """

    def __init__(self, *, spool: Spool) -> None:
        self.worker_id = 0
        self._spool = spool
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Item] = SimpleQueue()
        self._unwritten: list[Outcome] = []
        # Two writers of one process take turns here: SQLite itself would sleep.
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._keep, name="gonets-ledger")
        self._desk = ThreadPoolExecutor(1, thread_name_prefix="gonets-desk")

    def start(self) -> None:
        self._thread.start()

    async def close(self) -> None:
        """Write what can be written and end the threads."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        await self._loop.run_in_executor(self._desk, connections.close_all)
        self._desk.shutdown()

    def settle(self, outcome: Outcome) -> None:
        """Record an outcome with the next group, without waiting for it."""
        self._queue.put(outcome)

    def intend(self, bound: BoundClaim) -> _Grants:
        """Record an intent; the answer says whether the letter may leave.

        The future raises LedgerUnavailable if the database did not take it.
        """
        grant = self._loop.create_future()
        self._queue.put((bound, grant))
        return grant

    def flush(self) -> asyncio.Future[None]:
        """Return a future that is done once everything before it has been tried."""
        written = self._loop.create_future()
        self._queue.put(written)
        return written

    async def write(
        self, action: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do other writing in a thread of its own, in turns with the ledger.

        :raises LedgerUnavailable: if the database cannot be reached.
        """

        def in_turn() -> T:
            with self._writing:
                return action(*args, **kwargs)

        return await self.ask(in_turn)

    async def ask(
        self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Read, or compute something that takes a while, in a thread of its own.

        :raises LedgerUnavailable: if the database cannot be reached.
        """

        def at_the_desk() -> T:
            try:
                return question(*args, **kwargs)
            except Error as error:
                connection.close()
                raise LedgerUnavailable(str(error)) from error

        return await self._loop.run_in_executor(self._desk, at_the_desk)

    # From here on: in the ledger's thread.

    def _keep(self) -> None:
        try:
            while True:
                items = self._gather()
                self._serve([item for item in items if item is not None])
                if None in items:
                    break
        finally:
            connection.close()

    def _gather(self) -> list[_Item]:
        """Wait for something to do, then take all there is."""
        items: list[_Item] = []
        try:
            items.append(self._queue.get(timeout=0.5 if self._unwritten else None))
            while True:
                items.append(self._queue.get_nowait())
        except Empty:
            return items

    def _serve(self, items: Iterable[_Item]) -> None:
        outcomes: list[Outcome] = []
        intents: list[BoundClaim] = []
        grants: list[_Grants] = []
        flushed: list[asyncio.Future[None]] = []
        for item in items:
            if isinstance(item, Outcome):
                outcomes.append(item)
            elif isinstance(item, tuple):
                intents.append(item[0])
                grants.append(item[1])
            elif item is not None:
                flushed.append(item)
        answers = self._record(outcomes, intents)
        self._tell(
            [*zip(grants, answers, strict=True), *((one, None) for one in flushed)]
        )

    def _record(
        self, outcomes: list[Outcome], intents: list[BoundClaim]
    ) -> list[Grant | Exception]:
        every = [*self._unwritten, *outcomes]
        if not every and not intents:
            return []
        try:
            with self._writing:
                answers = record(
                    Group(worker_id=self.worker_id, outcomes=every, intents=intents)
                )
        except Error as error:
            return self._keep_for_later(outcomes, intents, error)
        if self._unwritten:
            self._unwritten = []
            self._spool.clear()
        return [*answers]

    def _keep_for_later(
        self, outcomes: list[Outcome], intents: list[BoundClaim], error: Exception
    ) -> list[Grant | Exception]:
        logger.error("The ledger cannot be written: %s", error)
        self._unwritten += outcomes
        self._spool.add(outcomes)
        connection.close()
        unavailable = LedgerUnavailable(str(error))
        return [unavailable for _intent in intents]

    def _tell(self, answers: list[tuple[asyncio.Future[Any], Any]]) -> None:
        if answers:
            self._loop.call_soon_threadsafe(_resolve, answers)


def _resolve(answers: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, answer in answers:
        if future.done():
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
