"""Frames of bytes over a socket: to an event loop at one end, blocking at the other."""

from __future__ import annotations

import asyncio
import select
import socket
from collections.abc import Callable, Iterator
from struct import Struct
from typing import cast

READ_BYTES = 1 << 16
_LENGTH = Struct("!I")


class FramesEnded(Exception):
    """The other end has hung up."""


class LoopEnd(asyncio.Protocol):
    """The end that an event loop serves; calls back for every whole frame."""

    def __init__(
        self, *, on_frame: Callable[[bytes], None], on_end: Callable[[], None]
    ) -> None:
        self._on_frame = on_frame
        self._on_end = on_end
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()

    def say(self, frame: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            self._on_end()
        else:
            self._transport.write(_LENGTH.pack(len(frame)) + frame)

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not inherit from asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, received: bytes) -> None:
        self._received += received
        for frame in self._whole_frames():
            self._on_frame(frame)

    def connection_lost(self, error: Exception | None) -> None:
        self._on_end()

    def _whole_frames(self) -> Iterator[bytes]:
        while len(self._received) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._received)
            end = _LENGTH.size + length
            if len(self._received) < end:
                return
            frame = bytes(self._received[_LENGTH.size : end])
            del self._received[:end]
            yield frame


class BlockingEnd:
    """The end of a process that does nothing else."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._received = b""

    def has_more(self, *, within: float) -> bool:
        """Wait for something to read; ``within``: seconds."""
        if self._received:
            return True
        return bool(select.select([self._socket], [], [], within)[0])

    def hear(self) -> bytes:
        """Wait for the next frame.

        :raises FramesEnded: if there will be none.
        """
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        return self._exactly(length)

    def say(self, frame: bytes) -> None:
        """Send a frame.

        :raises FramesEnded: if nobody hears it any more.
        """
        try:
            self._socket.sendall(_LENGTH.pack(len(frame)) + frame)
        except OSError as error:
            raise FramesEnded from error

    def _exactly(self, length: int) -> bytes:
        while len(self._received) < length:
            try:
                more = self._socket.recv(READ_BYTES)
            except OSError as error:
                raise FramesEnded from error
            if not more:
                raise FramesEnded
            self._received += more
        found, self._received = self._received[:length], self._received[length:]
        return found
