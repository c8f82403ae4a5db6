"""A throw-away SMTP server in this very process: it counts letters and drops them.

What goes over its wire is what would go to a relay: the same client packs, offers and
hands over, and the sink says of every letter how many bytes arrived, and which.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import cast

from gonets.delivery.errors import RelayFailure, RelayTrouble
from gonets.delivery.ports import Envelope, LetterUnfit
from gonets.delivery.transports.addresses import RelayAddress
from gonets.delivery.transports.opening import connect
from gonets.delivery.transports.smtp import SmtpConnection

MIRRORED = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE")
"""What of a relay's offers changes how letters are packed and offered."""

EVERYTHING = dict.fromkeys(MIRRORED, "")

_END = b"\r\n.\r\n"
_LONGEST_LINE = 2_048
_CLOSING = "221 2.0.0 Nothing is kept"
_ANSWERS = {
    b"MAIL": "250 2.1.0 Ok",
    b"RCPT": "250 2.1.5 Ok",
    b"RSET": "250 2.0.0 Ok",
    b"NOOP": "250 2.0.0 Ok",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What became of one letter; ``refusal`` is empty if it arrived as it was made.

    ``is_relays_limit``: a relay with these offers would take no such letter at all.
    """

    refusal: str = ""
    is_relays_limit: bool = False


class Sink:
    """A server on a loopback port of its own, and one connection to it."""

    def __init__(self, offers: Mapping[str, str] = EVERYTHING) -> None:
        self._offers = {n: value for n, value in offers.items() if n in MIRRORED}
        self._runner = asyncio.Runner()
        self._server: asyncio.Server | None = None
        self._line: SmtpConnection | None = None
        self.port = 0

    def __enter__(self) -> Sink:
        self._runner.__enter__()
        self._runner.run(self._open())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._runner.run(self._close())
        finally:
            self._runner.__exit__(kind, error, trace)

    def drop(self, envelopes: Sequence[Envelope]) -> list[Dropped]:
        """Send every letter as to a relay; nothing of it is kept anywhere.

        :raises RelayFailure, AnswerLost: if the sink itself fails.
        """
        return self._runner.run(self._drop(envelopes))

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _SinkProtocol(self._offers), "127.0.0.1", 0
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._line is not None:
            await self._line.quit()
        if self._server is not None:
            self._server.close()
            await asyncio.sleep(0)  # Let the closed connections find out.

    async def _drop(self, envelopes: Sequence[Envelope]) -> list[Dropped]:
        return [await self._drop_one(envelope) for envelope in envelopes]

    async def _drop_one(self, envelope: Envelope) -> Dropped:
        if self._line is None or not self._line.is_usable:
            self._line = await connect(
                RelayAddress(host="127.0.0.1", port=self.port, security="none")
            )
        try:
            parcel = self._line.pack(envelope)
        except LetterUnfit as why:
            return Dropped(refusal=str(why))
        except RelayFailure as why:
            return Dropped(refusal=str(why), is_relays_limit=True)
        answer = await self._line.offer(parcel)
        if not answer.is_open:
            raise RelayTrouble(str(answer.reply), stage=answer.stage)
        self._line.hand_over(parcel)
        reply = await self._line.dot_reply()
        is_whole = reply.is_positive and reply.text.endswith(_mark(envelope.content))
        return Dropped() if is_whole else Dropped(refusal=str(reply))


class _SinkProtocol(asyncio.Protocol):
    """One connection; written apart from the client, whose letters it checks."""

    def __init__(self, offers: Mapping[str, str]) -> None:
        self._offers = offers
        self._received = bytearray()
        self._in_letter = False
        self._looked_at = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._say("220 sink.gonets.localhost ESMTP")

    def data_received(self, received: bytes) -> None:
        self._received += received
        while self._letter() if self._in_letter else self._command():
            pass

    def _command(self) -> bool:
        end = self._received.find(b"\r\n")
        if end < 0:
            if len(self._received) > _LONGEST_LINE:
                self._hang_up("500 5.5.6 The line is too long")
            return False
        line = bytes(self._received[:end])
        del self._received[: end + 2]
        self._answer(line[:4].upper())
        return True

    def _answer(self, verb: bytes) -> None:
        if verb == b"EHLO":
            offers = [f"{name} {value}".strip() for name, value in self._offers.items()]
            self._say("sink.gonets.localhost", *offers)
        elif verb == b"DATA":
            self._in_letter = True
            # An empty letter has its dot right behind the command's own line end.
            self._received[:0] = b"\r\n"
            self._say("354 Go on")
        elif verb == b"QUIT":
            self._hang_up(_CLOSING)
        else:
            self._say(_ANSWERS.get(verb, "500 5.5.1 Not known here"))

    def _letter(self) -> bool:
        end = self._received.find(_END, max(0, self._looked_at - len(_END)))
        if end < 0:
            self._looked_at = len(self._received)
            return False
        content = bytes(self._received[: end + 2]).replace(b"\r\n..", b"\r\n.")[2:]
        del self._received[: end + len(_END)]
        self._in_letter, self._looked_at = False, 0
        ends = content.count(b"\r\n")
        if content.count(b"\n") != ends or content.count(b"\r") != ends:
            self._say("554 5.6.0 The letter has a bare line break")
        else:
            self._say(f"250 2.0.0 Dropped: {_mark(content)}")
        return True

    def _say(self, *lines: str) -> None:
        if self._transport is None:
            return
        if len(lines) > 1 or not lines[0][:3].isdigit():
            marks = ["-"] * (len(lines) - 1) + [" "]
            lines = tuple(f"250{m}{text}" for m, text in zip(marks, lines, strict=True))
        self._transport.write("".join(f"{line}\r\n" for line in lines).encode())

    def _hang_up(self, last_word: str) -> None:
        self._say(last_word)
        self._received.clear()
        if self._transport is not None:
            self._transport.close()


def _mark(content: bytes) -> str:
    """Return what tells one letter from another, and from a damaged one."""
    whole = content if content.endswith(b"\r\n") else content + b"\r\n"
    return f"{len(whole)} {zlib.crc32(whole):08x}"
