"""The SMTP server of the mailbox: takes every letter and answers when it is kept."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket

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

Waiting = tuple[NewLetter, asyncio.Future[None]]


class Keeper:
    """aiosmtpd's hooks.  250 after the dot means: committed to the mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.waiting: asyncio.Queue[Waiting] = asyncio.Queue()

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
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            content=bytes(envelope.original_content or b""),
            received_at=clock.now(),
        )
        kept = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((letter, kept))
        try:
            await kept
        except Exception as error:  # noqa: BLE001  # Whatever it is, the client keeps it.
            return f"451 4.3.0 The mailbox could not keep it: {type(error).__name__}"
        return "250 2.0.0 Kept in the mailbox"

    async def keep_all(self) -> None:
        """Commit what is waiting, in groups, for ever."""
        while True:
            batch = [await self.waiting.get()]
            while not self.waiting.empty() and len(batch) < LARGEST_BATCH:
                batch.append(self.waiting.get_nowait())
            await self._keep(batch)

    async def _keep(self, batch: list[Waiting]) -> None:
        try:
            await asyncio.to_thread(self.mailbox.add, [letter for letter, _ in batch])
        except Exception as error:
            logger.exception("The mailbox could not keep %d letters", len(batch))
            for _letter, kept in batch:
                if not kept.done():
                    kept.set_exception(error)
            return
        for _letter, kept in batch:
            if not kept.done():
                kept.set_result(None)


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
    keeping = asyncio.create_task(keeper.keep_all())
    server = await loop.create_server(
        lambda: CatcherProtocol(keeper, connections), sock=listening
    )
    await stop.wait()
    server.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(connections.gone.wait(), GOODBYE_SECONDS)
    keeping.cancel()
