"""The worker process: one of any number that send the runs of a database."""

from __future__ import annotations

import asyncio
import gc
import os
import platform
import signal
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.db import connections
from django.db.backends.signals import connection_created

from gonets.delivery.benches import Benches
from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.engine import Engine
from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.fence import database_token, keep_fence
from gonets.delivery.ledger import record
from gonets.delivery.lifting import go_on_lifting
from gonets.delivery.lock import is_only_one, opened_lock, path_of_lock, rest
from gonets.delivery.options import SendingOptions
from gonets.delivery.parts import Group
from gonets.delivery.places import Place, this_place
from gonets.delivery.ports import LetterSource
from gonets.delivery.recovery import (
    check_durability,
    enlist,
    give_up,
    limit_idle_transactions,
    recover_expired,
    recover_place,
    renew,
    retire,
)
from gonets.delivery.spool import Spool
from gonets.delivery.statements import keep_plans
from gonets.kernel import clock
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)

BEATS_PER_LEASE = 12
SILENT_SHARE = 1 / 3
"""Of the time for ending: so long the database may be silent while we end."""

TRY_AGAIN_SECONDS = 1.0
"""After the database was not there at the start."""


def run_worker(
    letters: LetterSource,
    *,
    data_dir: Path,
    options: SendingOptions | None = None,
    when_begun: Callable[[], None] = lambda: None,
) -> None:
    """Send until SIGTERM or SIGINT, then let letters in flight find their end.

    ``when_begun`` is called once the worker is at work; before that, no other thread
    may be started, because the worker forks.

    :raises LedgerUnsafe: if the database does not keep what it has confirmed.
    """

    async def until_told_to_stop() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await work(
            letters,
            data_dir=data_dir,
            stop=stop,
            options=options,
            when_begun=when_begun,
        )

    connections.close_all()  # We fork soon.
    _collect_seldom()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(until_told_to_stop())


def _collect_seldom() -> None:
    """Let Python look less often for circles of garbage, of which letters make none.

    That saves a fortieth of the time that a letter takes.
    """
    gc.freeze()  # What stays to the end is not looked through again.
    gc.set_threshold(20_000, 20, 50)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return the faster event loop where it is installed (the server extra)."""
    if find_spec("uvloop") is None:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = import_module(
        "uvloop"
    ).new_event_loop
    return factory


async def work(
    letters: LetterSource,
    *,
    data_dir: Path,
    stop: asyncio.Event,
    options: SendingOptions | None = None,
    when_begun: Callable[[], None] = lambda: None,
) -> None:
    """Send until ``stop`` is set; for whoever has an event loop already."""
    lock_path = path_of_lock(data_dir)
    lock = await opened_lock(lock_path, data_dir, stop)
    if lock is None:
        return
    with lock:
        if not await is_only_one(lock, stop):
            return
        worker = _Worker(
            letters=letters,
            spool=Spool(data_dir / "outcomes.spool"),
            place=f"{platform.node()}:{lock_path}",
            options=options or SendingOptions(),
            folder=data_dir,
        )
        await worker.run(stop, when_begun)


class _Worker:
    """One life of a worker: enlist, recover, send, drain, leave."""

    def __init__(
        self,
        *,
        letters: LetterSource,
        spool: Spool,
        place: str,
        options: SendingOptions,
        folder: Path,
    ) -> None:
        self._place = place
        self._spool = spool
        self._options = options
        self._home: Place | None = None
        self._is_ours = True
        self._ends_at = float("inf")
        self._former: set[int] = set()  # earlier ids of ours that still hold letters
        self._books = Bookkeeper(spool=spool, letters=letters, lease=options.lease)
        self._benches = Benches(letters=letters)
        self._engine = Engine(
            books=self._books,
            benches=self._benches,
            letters=letters,
            options=options,
            folders=[folder],
        )

    async def run(self, stop: asyncio.Event, when_begun: Callable[[], None]) -> None:
        await self._benches.start()  # First: nothing of the books is held open there.
        connection_created.connect(self._limit_connection)
        await self._books.start()
        connection_created.disconnect(self._limit_connection)  # Only the books need it.
        once_told = asyncio.create_task(self._hurry_once_told(stop))
        try:
            if await self._begin(stop):
                when_begun()
                await self._send(stop)
        finally:
            stop.set()  # However it came about.
            await self._benches.close()
            await self._books.close()
            once_told.cancel()
        if self._books.has_failed.is_set():
            raise LedgerUnavailable("The books ended early.")

    def _limit_connection(self, **_signal: object) -> None:
        limit_idle_transactions(lease=self._options.lease)
        keep_plans()

    async def _begin(self, stop: asyncio.Event) -> bool:
        """Wait for the database and take up work; False if told to stop meanwhile."""
        said = ""
        while not stop.is_set() and not self._books.has_failed.is_set():
            try:
                await self._books.do(check_durability)
                await self._take_up()
            except LedgerUnavailable as error:
                if str(error) != said:
                    logger.error("Waiting for the database", why=error)
                said = str(error)
                await rest(stop, seconds=TRY_AGAIN_SECONDS)
            else:
                return True
        return False

    async def _take_up(self) -> None:
        """What is broken off in the middle can be done again from the beginning."""
        books = self._books
        self._home = await books.do(this_place)
        self._is_ours = await books.do(keep_fence)
        self._spool.database = await books.do(database_token)
        await books.do(replay, self._spool)
        books.worker_id = books.worker_id or await self._enlist()
        lost = await books.do(recover_place, self._place, but=books.worker_id)
        _name_uncertain("A dead worker left letters uncertain", lost)
        logger.info("The worker is at work", worker=books.worker_id)

    async def _enlist(self) -> int:
        return await self._books.do(
            enlist, place=self._place, pid=os.getpid(), lease=self._options.lease
        )

    async def _send(self, stop: asyncio.Event) -> None:
        heart = asyncio.create_task(self._beat(stop))
        heart.add_done_callback(lambda ended: _end_without(ended, stop))
        besides = [
            heart,
            asyncio.create_task(self._end_without_books(stop)),
        ]
        try:
            await self._engine.run(stop)
        finally:
            for task in besides:
                task.cancel()
            stop.set()
            self._books.hurry()
            await self._engine.drain(within=self._seconds_left())
            await self._leave()

    async def _end_without_books(self, stop: asyncio.Event) -> None:
        await self._books.has_failed.wait()
        stop.set()

    async def _hurry_once_told(self, stop: asyncio.Event) -> None:
        """At once: the engine itself may be waiting for a database that is held."""
        await stop.wait()
        self._books.hurry()
        within = self._seconds_left()
        await self._books.give_up_if_silent(
            patience=within * SILENT_SHARE, ends_at=clock.monotonic() + within
        )

    def _seconds_left(self) -> float:
        """Return the time to end in; it begins when somebody asks for it."""
        now = clock.monotonic()
        self._ends_at = min(self._ends_at, now + self._options.drain_seconds)
        return max(0, self._ends_at - now)

    async def _beat(self, stop: asyncio.Event) -> None:
        """Renew the lease; start anew if others have given us up meanwhile."""
        lease = self._options.lease
        while True:
            await asyncio.sleep(lease.total_seconds() / BEATS_PER_LEASE)
            try:
                await self._beat_once()
                await self._keep_fence(stop)
            except LedgerUnavailable as error:
                logger.error("The lease cannot be renewed", why=error)

    async def _beat_once(self) -> None:
        books, lease = self._books, self._options.lease
        if not await books.do(renew, books.worker_id, lease=lease):
            logger.warning("This worker was given up; it starts anew.")
            await self._start_anew()
        elif books.is_in_doubt:
            # A claim may have been committed although the database did not say so.
            logger.info("The database is back; this worker starts anew.")
            await self._start_anew()
        for former in list(self._former):
            if await books.do(retire, former, lease=lease):
                self._former.discard(former)
        lost = await books.do(recover_expired, but=books.worker_id)
        _name_uncertain("A worker elsewhere left letters uncertain", lost)

    async def _start_anew(self) -> None:
        """Go on under another id: under the former one nothing can be claimed or sent.

        Letters that are on their way keep it until their answers are in.
        """
        books = self._books
        books.is_in_doubt = False
        former = books.worker_id
        books.worker_id = await self._enlist()
        self._former.add(former)
        self._engine.start_anew()

    async def _keep_fence(self, stop: asyncio.Event) -> None:
        """End if another database has taken the place of ours under our feet.

        What we hold open may be a file that has been replaced: the next worker opens
        the one that is there.
        """
        await self._books.do(go_on_lifting)
        was_ours = self._is_ours
        self._is_ours = await self._books.do(keep_fence)
        self._spool.database = await self._books.do(database_token)
        is_at_home = await self._books.do(this_place) == self._home
        if not is_at_home or (was_ours and not self._is_ours):
            logger.error("The database was exchanged at work; this worker ends.")
            stop.set()

    async def _leave(self) -> None:
        await self._books.flush()
        try:
            lost = [
                delivery_id
                for worker_id in (*self._former, self._books.worker_id)
                for delivery_id in await self._books.do(give_up, worker_id)
            ]
        except LedgerUnavailable as error:
            logger.error("The database is not available at the end", why=error)
            return
        _name_uncertain("Letters had to be left uncertain", lost)
        logger.info("The worker has ended", worker=self._books.worker_id)


def _end_without(heart: asyncio.Task[None], stop: asyncio.Event) -> None:
    """A worker that renews no lease would claim and claim, and never send."""
    if not heart.cancelled() and (error := heart.exception()) is not None:
        logger.critical("The worker's heart failed; it ends.", exc_info=error)
        stop.set()


def _name_uncertain(event: str, delivery_ids: Sequence[int]) -> None:
    if delivery_ids:
        logger.warning(event, deliveries=sorted(delivery_ids))


def replay(spool: Spool) -> None:
    """Settle what an earlier worker here could not write any more."""
    outcomes = spool.read()
    if outcomes:
        record(Group(worker_id=0, outcomes=outcomes))
        logger.info("Outcomes were taken from the spool", outcomes=len(outcomes))
    spool.clear()
