"""Asking our own web server whether everything is ready, without waiting for it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress

LONGEST_CONNECT_SECONDS = 1.0
"""The socket is listening already: only finding a host by its name takes time."""


class Readiness:
    """Calls ``then`` once, as soon as ``/healthz`` says that everything is ready."""

    def __init__(self, host: str, port: int, *, then: Callable[[], None]) -> None:
        self._host = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
        self._port = port
        self._then = then
        self._has_come = False
        self._asked: socket.socket | None = None

    def look(self) -> None:
        """Take what there is of an answer, or ask; never wait."""
        if self._has_come:
            return
        if self._asked is None:
            with suppress(OSError):
                self._ask()
        elif self._answer(self._asked) == b"200":
            self._has_come = True
            self._then()

    def close(self) -> None:
        if self._asked is not None:
            self._asked.close()
            self._asked = None

    def _ask(self) -> None:
        place = (self._host, self._port)
        self._asked = socket.create_connection(place, timeout=LONGEST_CONNECT_SECONDS)
        name = f"[{self._host}]" if ":" in self._host else self._host
        self._asked.sendall(
            f"GET /healthz HTTP/1.1\r\nHost: {name}:{self._port}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        self._asked.setblocking(False)

    def _answer(self, asked: socket.socket) -> bytes:
        """Return the status; nothing while it is not there, or if it never comes."""
        try:
            line = asked.recv(64)
        except BlockingIOError:
            return b""
        except OSError:
            line = b""
        self.close()
        return b"".join(line.split(b" ")[1:2])
