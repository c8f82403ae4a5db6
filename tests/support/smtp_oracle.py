"""An SMTP server that tells the truth about what it got, and misbehaves to order.

It shares no code with the engine: blocking sockets, one thread per connection.  Every
byte is kept with its time; what it has taken over is in ``accepted``, and what a strict
relay would object to in ``breaches``.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.smtp_conversation import Conversation, reset
from tests.support.smtp_script import Script

__all__ = ["Oracle", "Script", "Taken"]


@dataclass(frozen=True)
class Taken:
    """A letter that the server has taken over: from then on it is responsible."""

    recipient: str
    content: bytes
    at: float
    sender: str = ""


@dataclass
class Oracle:
    """Listens on a loopback port of its own, or on a path, until ``close``."""

    script: Script = field(default_factory=Script)
    port: int = 0
    path: str = ""
    accepted: list[Taken] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)  # RCPT lines, refused ones too
    heard: list[tuple[float, int, bytes]] = field(default_factory=list)  # lines
    received: list[tuple[float, int, bytes]] = field(default_factory=list)  # as it came
    said: list[tuple[float, int, bytes]] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.is_closed = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = self._listening()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listening(self) -> socket.socket:
        if self.path:
            Path(self.path).unlink(missing_ok=True)
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(self.path)
            listener.listen(200)
            return listener
        listener = socket.create_server(("127.0.0.1", self.port), backlog=200)
        self.port = listener.getsockname()[1]
        return listener

    @property
    def url(self) -> str:
        if self.path:
            return f"lmtp+unix://{self.path}"
        return f"{'lmtp' if self.script.is_lmtp else 'smtp'}://127.0.0.1:{self.port}"

    def standing(self) -> int:
        """How many connections are open at the moment."""
        with self.lock:
            return len(self._open)

    def copies(self) -> Counter[str]:
        with self.lock:
            return Counter(taken.recipient for taken in self.accepted)

    def commands(self) -> list[str]:
        """The verbs in their order, whichever connection they came on."""
        with self.lock:
            lines = [line for _at, _number, line in self.heard]
        return [line.strip().upper()[:4].decode("latin-1") for line in lines]

    def close(self) -> None:
        """Stop listening and cut every connection, as if the machine had died."""
        self.is_closed.set()
        reset(self._listener)  # Wakes the thread that waits in accept.
        self._thread.join()
        self.cut_all()

    def cut_all(self) -> None:
        with self.lock:
            victims = list(self._open)
        for one in victims:
            reset(one)

    def _listen(self) -> None:
        while not self.is_closed.is_set():
            try:
                peer, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        if not self.path:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.lock:
            self._open.add(peer)
            self.connections += 1
            self.most_at_once = max(self.most_at_once, len(self._open))
            number = self.connections
        conversation = Conversation(self, peer, number)
        try:
            conversation.run()
        except (OSError, EOFError):
            pass
        finally:
            with self.lock:
                self._open.discard(conversation.peer)
            conversation.close()

    # Called by the conversations.

    def has_secured(self, plain: socket.socket, peer: socket.socket) -> None:
        with self.lock:
            self._open.discard(plain)
            self._open.add(peer)

    def note(self, number: int, line: bytes) -> None:
        with self.lock:
            self.heard.append((time.monotonic(), number, line))

    def note_received(self, number: int, chunk: bytes) -> None:
        with self.lock:
            self.received.append((time.monotonic(), number, chunk))

    def note_said(self, number: int, chunk: bytes) -> None:
        with self.lock:
            self.said.append((time.monotonic(), number, chunk))

    def object_to(self, number: int, what: str) -> None:
        with self.lock:
            self.breaches.append(f"connection {number}: {what}")

    def take(self, recipient: str, content: bytes, *, sender: str = "") -> None:
        with self.lock:
            taken = Taken(recipient, content, time.monotonic(), sender)
            self.accepted.append(taken)
