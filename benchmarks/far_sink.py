"""A relay that is far away: ``python -m benchmarks.far_sink PORT MILLISECONDS``.

Whatever arrives together is answered together, one round trip later.  It takes every
letter.  With ``--plain`` it does not offer PIPELINING.
"""

from __future__ import annotations

import argparse
import asyncio

_END = b"\r\n.\r\n"
_EXTENSIONS = (b"SIZE 52428800", b"8BITMIME", b"ENHANCEDSTATUSCODES")
_GREETING = b"220 far.example ESMTP\r\n"
_FINE = b"250 2.0.0 Ok\r\n"
_GO_AHEAD = b"354 End data with <CR><LF>.<CR><LF>\r\n"
_FAREWELL = b"221 2.0.0 Bye\r\n"


class Session(asyncio.Protocol):
    """One connection.

    asyncio's own event loop serves it, because its timers are never early; uvloop's
    count whole milliseconds from a moment that is past already.
    """

    def __init__(self, *, seconds: float, extensions: bytes) -> None:
        self._seconds = seconds
        self._extensions = extensions
        self._loop = asyncio.get_running_loop()
        self._arrived = bytearray()
        self._is_letter = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._answer(_GREETING)

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        answers = b"".join(iter(self._next_answer, b""))
        if answers:
            self._answer(answers)

    def _answer(self, answers: bytes) -> None:
        self._loop.call_later(self._seconds, self._write, answers)

    def _write(self, answers: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answers)
            if answers.endswith(_FAREWELL):
                self._transport.close()

    def _next_answer(self) -> bytes:
        """Return the answer to what has arrived whole; nothing if it has not."""
        end = _END if self._is_letter else b"\r\n"
        at = self._arrived.find(end)
        if at < 0:
            if self._is_letter:
                del self._arrived[: -len(end)]
            return b""
        verb = bytes(self._arrived[:4]).upper()
        del self._arrived[: at + len(end)]
        if self._is_letter:
            self._is_letter = False
            return _FINE
        return self._to_command(verb)

    def _to_command(self, verb: bytes) -> bytes:
        if verb == b"EHLO":
            return self._extensions
        if verb == b"DATA":
            self._is_letter = True
            return _GO_AHEAD
        return _FAREWELL if verb == b"QUIT" else _FINE


async def serve(*, port: int, seconds: float, pipelining: bool) -> None:
    names = (b"PIPELINING", *_EXTENSIONS) if pipelining else _EXTENSIONS
    lines = [b"250-far.example", *(b"250-" + one for one in names)]
    lines[-1] = lines[-1].replace(b"250-", b"250 ", 1)
    extensions = b"".join(line + b"\r\n" for line in lines)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Session(seconds=seconds, extensions=extensions), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("milliseconds", type=int)
    parser.add_argument("--plain", action="store_true")
    given = parser.parse_args()
    asyncio.run(
        serve(
            port=given.port,
            seconds=given.milliseconds / 1000,
            pipelining=not given.plain,
        )
    )
