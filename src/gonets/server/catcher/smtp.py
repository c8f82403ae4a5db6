"""The SMTP server of the mailbox: takes every letter and answers when it is kept."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import signal
import socket
import sqlite3
from collections.abc import Iterator, Sequence

from aiosmtpd.smtp import SMTP, Envelope, Session

from gonets import __version__
from gonets.kernel import clock
from gonets.server.catcher.store import Mailbox
from gonets.server.catcher.types import NewLetter

logger = logging.getLogger(__name__)

LARGEST_LETTER = 32 * 1024 * 1024
LARGEST_BATCH = 500
GOODBYE_SECONDS = 5.0
"""How long open connections may go on after the word to stop: the worker drains."""

KEPT = "250 2.0.0 Kept in the mailbox"
Waiting = tuple[NewLetter, asyncio.Future[str]]
"""A letter, and where the answer to its dot goes."""


class Keeper:
    """aiosmtpd's hooks.  250 after the dot means: committed to the mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's contract.
        self,
        _server: SMTP,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        # aiosmtpd reads line by line from its buffer, so commands may come in groups.
        return [
            *responses[:-1],
            "250-PIPELINING",
            "250-ENHANCEDSTATUSCODES",
            responses[-1],
        ]

    async def handle_DATA(  # noqa: N802  # aiosmtpd's contract.
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        letter = NewLetter(
            sender=_as_text(envelope.mail_from or ""),
            recipients=tuple(map(_as_text, envelope.rcpt_tos)),
            content=bytes(envelope.original_content or b""),
            received_at=clock.now(),
        )
        kept: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.waiting.put((letter, kept))
        return await kept

    def keep_all(self) -> None:
        """Commit what is waiting, in groups, in a thread of its own, until None comes.

        While one group is being committed, the next one gathers.
        """
        with self.mailbox.opened() as base:
            while (first := self.waiting.get()) is not None:
                self._keep(base, [first, *self._more()])

    def _more(self) -> Iterator[Waiting]:
        for _ in range(LARGEST_BATCH - 1):
            try:
                waiting = self.waiting.get_nowait()
            except queue.Empty:
                return
            if waiting is None:
                self.waiting.put(None)
                return
            yield waiting

    def _keep(self, base: sqlite3.Connection, batch: Sequence[Waiting]) -> None:
        answer = KEPT
        try:
            self.mailbox.add_to(base, [letter for letter, _answer in batch])
        except Exception as error:  # noqa: BLE001 - or nobody would ever be answered
            logger.error("The mailbox could not keep %d letters: %s", len(batch), error)
            answer = f"451 4.3.0 The mailbox could not keep it: {error}"
        loop = batch[0][1].get_loop()
        loop.call_soon_threadsafe(
            _answer_all, [kept for _letter, kept in batch], answer
        )


def _as_text(address: str) -> str:
    """Return an address that can be kept: of one that is no UTF-8, most of it."""
    return address.encode("utf-8", "replace").decode("utf-8")


def _answer_all(waiting: Sequence[asyncio.Future[str]], answer: str) -> None:
    for kept in waiting:
        if not kept.done():  # The client may have gone.
            kept.set_result(answer)


class OpenConnections:
    """Those that are being served; ``gone`` is set while there are none."""

    def __init__(self) -> None:
        self.count = 0
        self.gone = asyncio.Event()
        self.gone.set()

    def add(self, change: int) -> None:
        self.count += change
        if self.count:
            self.gone.clear()
        else:
            self.gone.set()


class CatcherProtocol(SMTP):
    """One connection of a relay client."""

    def __init__(self, keeper: Keeper, connections: OpenConnections) -> None:
        self.connections = connections
        super().__init__(
            keeper,
            hostname="mailbox.gonets.localhost",
            ident=f"Gonets mailbox {__version__}",
            data_size_limit=LARGEST_LETTER,
            enable_SMTPUTF8=True,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.connections.add(1)
        super().connection_made(transport)

    def eof_received(self) -> bool:
        super().eof_received()
        return False  # aiosmtpd would keep its end open until a time-out.

    def connection_lost(self, error: Exception | None) -> None:
        self.connections.add(-1)
        super().connection_lost(error)


async def catch(listening: socket.socket, mailbox: Mailbox) -> None:
    """Serve until SIGTERM, then let open connections finish what they are at."""
    await asyncio.to_thread(mailbox.prepare)
    keeper = Keeper(mailbox)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    connections = OpenConnections()
    keeping = asyncio.create_task(asyncio.to_thread(keeper.keep_all))
    server = await loop.create_server(
        lambda: CatcherProtocol(keeper, connections), sock=listening
    )
    await stop.wait()
    server.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(connections.gone.wait(), GOODBYE_SECONDS)
    keeper.waiting.put(None)
    await keeping
