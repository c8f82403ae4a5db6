"""The worker process: one of any number that send the runs of a database."""

from __future__ import annotations

import asyncio
import fcntl
import os
import platform
import signal
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from django.db import connection, connections
from django.db.backends.signals import connection_created

from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.engine import Engine
from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.fence import keep_fence
from gonets.delivery.ledger import Group, record
from gonets.delivery.lifting import go_on_lifting
from gonets.delivery.options import SendingOptions
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
)
from gonets.delivery.spool import Spool
from gonets.delivery.statements import keep_plans
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)

BEATS_PER_LEASE = 12
LOCK_POLL_SECONDS = 0.2


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
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(until_told_to_stop())


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
    lock_path = _lock_path(data_dir)
    with lock_path.open("a") as lock:
        if not await _only_one_here(lock, stop):
            return
        worker = _Worker(
            letters=letters,
            spool=Spool(data_dir / "outcomes.spool"),
            place=f"{platform.node()}:{lock_path}",
            options=options or SendingOptions(),
            folder=data_dir,
        )
        await worker.run(stop, when_begun)


def _lock_path(data_dir: Path) -> Path:
    """Return the lock of this place: on SQLite it belongs to the database file."""
    data_dir.mkdir(parents=True, exist_ok=True)
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and Path(name).is_file():
        return Path(f"{name}.worker").resolve()
    return (data_dir / "worker.lock").resolve()


async def _only_one_here(lock: IO[str], stop: asyncio.Event) -> bool:
    """Wait until no other worker is at work in this place; False if told to stop."""
    has_said = False
    while not stop.is_set():
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not has_said:
                logger.info("Another worker is at work here; waiting for it to end.")
            has_said = True
            await asyncio.sleep(LOCK_POLL_SECONDS)
        else:
            return True
    return False


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
        self._books = Bookkeeper(spool=spool, letters=letters)
        self._engine = Engine(
            books=self._books,
            letters=letters,
            options=options,
            folders=[folder],
        )

    async def run(self, stop: asyncio.Event, when_begun: Callable[[], None]) -> None:
        connection_created.connect(self._limit_connection)
        await self._books.start()
        connection_created.disconnect(self._limit_connection)  # Only the books need it.
        try:
            await self._books.do(check_durability)
            await self._begin()
            when_begun()
            besides = [
                asyncio.create_task(self._beat(stop)),
                asyncio.create_task(self._end_without_books(stop)),
            ]
            try:
                await self._engine.run(stop)
            finally:
                for task in besides:
                    task.cancel()
                await self._engine.drain(within=self._options.drain_seconds)
                await self._leave()
        finally:
            await self._books.close()
        if self._books.has_failed.is_set():
            raise LedgerUnavailable("The process that keeps the ledger ended early.")

    async def _end_without_books(self, stop: asyncio.Event) -> None:
        await self._books.has_failed.wait()
        stop.set()

    def _limit_connection(self, **_signal: object) -> None:
        limit_idle_transactions(lease=self._options.lease)
        keep_plans()

    async def _begin(self) -> None:
        self._home = await self._books.do(this_place)
        self._is_ours = await self._books.do(keep_fence)
        await self._books.do(replay, self._spool)
        self._books.worker_id = await self._enlist()
        uncertain = await self._books.do(
            recover_place, self._place, but=self._books.worker_id
        )
        if uncertain:
            logger.warning("A dead worker left letters uncertain", letters=uncertain)
        logger.info("The worker is at work", worker=self._books.worker_id)

    async def _enlist(self) -> int:
        return await self._books.do(
            enlist, place=self._place, pid=os.getpid(), lease=self._options.lease
        )

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
            books.worker_id = await self._enlist()
            self._engine.start_anew()
        uncertain = await books.do(recover_expired, but=books.worker_id)
        if uncertain:
            logger.warning("A worker elsewhere left some uncertain", letters=uncertain)

    async def _keep_fence(self, stop: asyncio.Event) -> None:
        """End if another database has taken the place of ours under our feet.

        What we hold open may be a file that has been replaced: the next worker opens
        the one that is there.
        """
        await self._books.do(go_on_lifting)
        was_ours = self._is_ours
        self._is_ours = await self._books.do(keep_fence)
        is_at_home = await self._books.do(this_place) == self._home
        if not is_at_home or (was_ours and not self._is_ours):
            logger.error("The database was exchanged at work; this worker ends.")
            stop.set()

    async def _leave(self) -> None:
        await self._books.flush()
        try:
            uncertain = await self._books.do(give_up, self._books.worker_id)
        except LedgerUnavailable as error:
            logger.error("The database is not available at the end", why=error)
            return
        if uncertain:
            logger.warning("Letters had to be left uncertain", letters=uncertain)
        logger.info("The worker has ended", worker=self._books.worker_id)


def replay(spool: Spool) -> None:
    """Settle what an earlier worker here could not write any more."""
    outcomes = spool.read()
    if outcomes:
        record(Group(worker_id=0, outcomes=outcomes))
        logger.info("Outcomes were taken from the spool", outcomes=len(outcomes))
    spool.clear()
