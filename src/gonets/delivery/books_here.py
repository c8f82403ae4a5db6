"""The books where the letters are sent, for a database that is a file.

A page takes SQLite less time than two processes need to tell each other of it, and
while it is on its way to the disk the relay works on the letters of the page before.
Nothing else happens here meanwhile: so a page waits until there are as many letters
on it as with the relay.  Whatever else is asked of the database is done by a thread,
with a connection of its own.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from django.db import Error, connections
from django.db.backends.signals import connection_created

from gonets.delivery.books import (
    QUIET_SECONDS,
    RETRY_SECONDS,
    Books,
    Call,
    Listener,
    Page,
    Result,
)
from gonets.delivery.ledger import Grant
from gonets.delivery.ports import LetterSource
from gonets.delivery.spool import Spool
from gonets.delivery.statements import Statement, look_up_anew, wait_at_most
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)

T = TypeVar("T")

PATIENCE_SECONDS = 0.001
"""For which a page waits for more; uvloop's clock knows no shorter time."""

WAIT_MILLISECONDS = 2000
"""The worker's patience with other writers; then it is as without a database."""

HURRIED_MILLISECONDS = 500
"""Its patience once it is told to end."""

_GIVEN = Grant.GIVEN.value
_VERSION = Statement("PRAGMA data_version")


class BooksHere:
    """Records pages and takes stock at once; other calls are carried out meanwhile."""

    tell_news = True

    def __init__(
        self, listener: Listener, *, spool: Spool, letters: LetterSource
    ) -> None:
        self._listener = listener
        self._books = Books(spool=spool, letters=letters)
        self._loop = asyncio.get_running_loop()
        self._leaving: set[int] = set()  # with the relay, as far as we know
        self._patience: asyncio.TimerHandle | None = None
        self._is_patient = True
        self._rest: asyncio.TimerHandle | None = None
        self._is_hurried = False
        self._version = 0  # of the database's content, as this connection counts
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gonets-books")
        # Django gives each task of an event loop connections of its own, but those of a
        # context are the same whoever calls.
        self._context = copy_context()

    async def start(self) -> None:
        # Django would let nobody wait for a database where an event loop is running.
        # Here that is what is wanted.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        look_up_anew()
        connection_created.connect(self._limit_wait)

    def takes(self, page: Page) -> bool:
        """Tell whether the page is full enough; else ask for it again a bit later."""
        answered = len(page.acceptances) + len(page.outcomes)
        if len(page.intents) >= len(self._leaving) - answered or not self._is_patient:
            return True
        if self._patience is None:
            self._patience = self._loop.call_later(
                PATIENCE_SECONDS, self._lose_patience
            )
        return False

    def record(self, page: Page, *, worker_id: int) -> None:
        self._is_patient = True
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        grants = self._have_done(
            partial(self._books.record_page, page, worker_id=worker_id)
        )
        if grants is None:
            return
        self._leaving.difference_update(one[0] for one in page.acceptances)
        self._leaving.difference_update(one[0] for one in page.outcomes)
        if not isinstance(grants, str):
            self._leaving.update(
                intent[0]
                for intent, grant in zip(page.intents, grants, strict=True)
                if grant == _GIVEN
            )
        self._listener.recorded(grants)
        self._write_later()

    def call(self, call: Call) -> None:
        if call.action is None:
            self._tell(self._context.run(self._books.carry_out, call))
            self._write_later()
        else:
            doing = self._loop.run_in_executor(
                self._thread, self._books.carry_out, call
            )
            doing.add_done_callback(self._done)

    def has_news(self) -> bool:
        seen = self._version
        self._version = self._context.run(_version_or, seen)
        return self._version != seen

    def hurry(self) -> None:
        self._is_hurried = True
        self._have_done(self._limit_wait)
        self._thread.submit(self._limit_wait)

    def give_up(self) -> None:
        """A file keeps nobody waiting without end."""

    def dismiss(self) -> None:
        if self._rest is not None:
            self._rest.cancel()

    async def close(self) -> None:
        self._have_done(self._close)
        await self._loop.run_in_executor(self._thread, connections.close_all)
        self._thread.shutdown()
        connection_created.disconnect(self._limit_wait)

    def _limit_wait(self, **_signal: Any) -> None:
        hurried = self._is_hurried
        wait_at_most(HURRIED_MILLISECONDS if hurried else WAIT_MILLISECONDS)

    def _have_done(self, what: Callable[[], T]) -> T | None:
        """Have it done in the context of the books; they end where they cannot go on.

        As the process that keeps them elsewhere would: the worker begins anew.
        """
        try:
            return self._context.run(what)
        except Exception:
            logger.exception("The books cannot go on")
            self._listener.fail()
            return None

    def _close(self) -> None:
        self._books.write_what_waits()
        if self._books.has_noted:
            self._books.write_accepted()
        connections.close_all()
        look_up_anew()

    def _done(self, doing: asyncio.Future[Result]) -> None:
        if not doing.cancelled():
            self._tell(doing.result())

    def _tell(self, result: Result) -> None:
        if result.error is not None:
            self._books.doubt()
        self._listener.done(result)

    def _lose_patience(self) -> None:
        self._patience, self._is_patient = None, False
        self._listener.look_again()

    def _write_later(self) -> None:
        """Have written what could not be, or has not been, written until now."""
        if self._books.has_noted_many and not self._books.has_unwritten:
            self._loop.call_soon(self._write_accepted)
        elif self._rest is None and (
            self._books.has_noted or self._books.has_unwritten
        ):
            rest = RETRY_SECONDS if self._books.has_unwritten else QUIET_SECONDS
            self._rest = self._loop.call_later(rest, self._write_what_waits)

    def _write_accepted(self) -> None:
        if self._books.has_noted_many:
            self._have_done(self._books.write_accepted)

    def _write_what_waits(self) -> None:
        self._rest = None
        if self._books.has_unwritten:
            self._have_done(self._books.write_what_waits)
        elif self._books.has_noted:
            self._have_done(self._books.write_accepted)
        self._write_later()


def _version_or(seen: int) -> int:
    """Return SQLite's count of what others have committed, or what is known of it."""
    try:
        [version] = _VERSION.execute(()).fetchone()
    except Error:
        return seen  # The next look says what is wrong.
    return int(version)
