"""The books in a process of their own, for a database that is a server.

While the server is at work the letters go on.  Were it asked by a thread of the process
on the wire, both would wait for Python's one lock at every statement.  What the two
processes say to each other are frames of bytes over a pipe; when the worker's end of it
closes, however that came about, the other one ends too.
"""

from __future__ import annotations

import asyncio
import marshal
import multiprocessing
import pickle
import signal
import socket

from django.db import connections

from gonets.delivery.books import (
    QUIET_SECONDS,
    RETRY_SECONDS,
    Books,
    Call,
    Listener,
    Page,
)
from gonets.delivery.frames import BlockingEnd, FramesEnded, LoopEnd
from gonets.delivery.ports import LetterSource
from gonets.delivery.spool import Spool
from gonets.delivery.types import Acceptance
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)

END = b"E"
END_SECONDS = 2.0
"""For a process to end that has been told to; it may wait for a server without end."""

_PAGE, _CALL = b"P", b"C"

_FORKING = multiprocessing.get_context("fork")


class BooksApart:
    """The event loop's end."""

    tell_news = False

    def __init__(
        self, listener: Listener, *, spool: Spool, letters: LetterSource
    ) -> None:
        self._listener = listener
        self._spool = spool
        self._letters = letters
        self._channel = LoopEnd(on_frame=self._hear, on_end=listener.fail)
        self._waiting: list[int] = []  # intents on each page being recorded

    async def start(self) -> None:
        """Fork the process.

        Nothing but this thread may be running, and no database connection be open: it
        would be shared by two processes.
        """
        near, far = socket.socketpair()
        self._process = _FORKING.Process(
            target=_keep_books,
            args=(near, far),
            kwargs={"spool": self._spool, "letters": self._letters},
            name="gonets-books",
        )
        self._process.start()
        far.close()
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self._channel, sock=near)

    def takes(self, page: Page) -> bool:
        """One page may lie ready behind the one that is being recorded, so that the
        books need not wait for us; but it should not be a smaller one.
        """
        if not self._waiting:
            return True
        return len(self._waiting) == 1 and len(page.intents) >= self._waiting[0]

    def record(self, page: Page, *, worker_id: int) -> None:
        self._waiting.append(len(page.intents))
        self._channel.say(_PAGE + _bytes_of(page, worker_id))

    def call(self, call: Call) -> None:
        self._channel.say(_CALL + pickle.dumps(call))

    def has_news(self) -> bool:
        """To ask a server costs as much as to look."""
        return False

    def hurry(self) -> None:
        """A server sees by itself to those who hold its locks for too long."""

    def give_up(self) -> None:
        self._process.kill()

    def dismiss(self) -> None:
        """Let the process end once it has done what it was told."""
        self._channel.say(END)

    async def close(self) -> None:
        await asyncio.to_thread(ended, self._process)
        self._channel.hang_up()

    def _hear(self, frame: bytes) -> None:
        if frame[:1] == _PAGE:
            del self._waiting[0]
            self._listener.recorded(marshal.loads(frame[1:]))  # noqa: S302 - ours
        else:
            self._listener.done(pickle.loads(frame[1:]))  # noqa: S301 - ours


def ended(process: multiprocessing.process.BaseProcess) -> None:
    """Wait for a process that is to end, but not for long.

    Nothing is lost with it: what the database has not taken is in the spool.
    """
    process.join(END_SECONDS)
    if process.is_alive():
        logger.error("A process did not end in time and was killed", name=process.name)
        process.kill()
        process.join()


def _bytes_of(page: Page, worker_id: int) -> bytes:
    # Plain values go through marshal, four times as fast as pickle; the two ends are
    # the same process forked, so its format is the same on both.
    others = pickle.dumps(page.outcomes) if page.outcomes else b""
    accepted = [*map(tuple, page.acceptances)]
    return marshal.dumps((worker_id, accepted, page.intents, others))


def _keep_books(
    near: socket.socket, far: socket.socket, *, spool: Spool, letters: LetterSource
) -> None:
    """Answer the worker's frames until it hangs up."""
    near.close()  # Or we would never hear that the worker has hung up.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # The worker says when to end.
    books = Books(spool=spool, letters=letters)
    channel = BlockingEnd(far)
    try:
        while (frame := _next_frame(channel, books)) != END:
            channel.say(_answer(books, frame))
    except FramesEnded:
        logger.debug("The worker has hung up.")
    finally:
        books.write_what_waits()
        connections.close_all()


def _next_frame(channel: BlockingEnd, books: Books) -> bytes:
    """Wait for the next frame; meanwhile write what could not be written before."""
    while books.has_unwritten and not channel.has_more(within=RETRY_SECONDS):
        books.write_what_waits()
    if books.has_noted:
        # At once when there are many, while their successors are on the wire.
        rest = 0 if books.has_noted_many else QUIET_SECONDS
        if not channel.has_more(within=rest):
            books.write_accepted()
    return channel.hear()


def _answer(books: Books, frame: bytes) -> bytes:
    kind, content = frame[:1], frame[1:]
    if kind == _CALL:
        call: Call = pickle.loads(content)  # noqa: S301 - ours
        result = books.carry_out(call)
        if result.error is not None:
            books.doubt()
        return _CALL + pickle.dumps(result)
    worker_id, accepted, intents, others = marshal.loads(content)  # noqa: S302 - ours
    page = Page(
        acceptances=[*map(Acceptance._make, accepted)],
        outcomes=pickle.loads(others) if others else [],  # noqa: S301 - ours
        intents=intents,
    )
    return _PAGE + marshal.dumps(books.record_page(page, worker_id=worker_id))
