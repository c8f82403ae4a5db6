"""An SMTP server that tells the truth about what it got, and misbehaves to order.

It shares no code with the engine: blocking sockets, one thread per connection.  Every
byte is kept with its time; what it has taken over is in ``accepted``.
"""

from __future__ import annotations

import re
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

ADDRESS = re.compile(rb"<([^>]*)>")


@dataclass(frozen=True)
class Taken:
    """A letter that the server has taken over: from then on it is responsible."""

    recipient: str
    content: bytes
    at: float


@dataclass
class Script:
    """How the server behaves; callables may look at the recipient."""

    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SIZE 10000000")
    greeting: bytes = b"220 oracle ESMTP"
    mail: Callable[[str], bytes] = lambda sender: b"250 2.1.0 Ok"
    rcpt: Callable[[str], bytes] = lambda recipient: b"250 2.1.5 Ok"
    data: Callable[[str], bytes] = lambda recipient: b"354 Go ahead"
    dot: Callable[[str], bytes] = lambda recipient: b"250 2.0.0 Ok: queued"
    delay: float = 0  # before the answer to the dot
    # Names of moments at which the connection is cut, decided per letter:
    # "before_data", "in_body", "before_dot", "after_dot" (nothing is taken),
    # "after_accept" (taken, not answered).
    cut: Callable[[str], str] = lambda recipient: ""
    # Bytes sent unasked right after the answer to DATA, or before the next MAIL.
    unasked_after_data: bytes = b""
    unasked_after_dot: bytes = b""
    byte_by_byte: bool = False
    # TLS: a server context, and "implicit" or "starttls".
    tls: ssl.SSLContext | None = None
    tls_mode: str = "implicit"
    starttls_reply: bytes = b"220 2.0.0 Go ahead"
    auth: Callable[[bytes], bytes] = lambda line: b"235 2.7.0 Welcome"


@dataclass
class Oracle:
    """Listens on a loopback port of its own until ``close``."""

    script: Script = field(default_factory=Script)
    port: int = 0
    accepted: list[Taken] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)  # RCPT lines, refused ones too
    heard: list[tuple[float, int, bytes]] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=200)
        self.port = self._listener.getsockname()[1]
        self._closing = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def copies(self) -> Counter[str]:
        with self._lock:
            return Counter(taken.recipient for taken in self.accepted)

    def close(self) -> None:
        """Stop listening and cut every connection, as if the machine had died."""
        self._closing = True
        self._listener.close()
        self.cut_all()

    def cut_all(self) -> None:
        with self._lock:
            victims = list(self._open)
        for one in victims:
            _reset(one)

    def _listen(self) -> None:
        while not self._closing:
            try:
                peer, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._open.add(peer)
            self.connections += 1
            self.most_at_once = max(self.most_at_once, len(self._open))
            number = self.connections
        conversation = Conversation(self, peer, number)
        try:
            if self.script.tls and self.script.tls_mode == "implicit":
                conversation.secure(self.script.tls)
            conversation.run()
        except (OSError, EOFError):
            pass
        finally:
            with self._lock:
                self._open.discard(peer)
            conversation.close()

    def note(self, number: int, line: bytes) -> None:
        with self._lock:
            self.heard.append((time.monotonic(), number, line))

    def take(self, recipient: str, content: bytes) -> None:
        with self._lock:
            self.accepted.append(Taken(recipient, content, time.monotonic()))


class Cut(EOFError):
    """The script wants the connection cut here."""


class Conversation:
    def __init__(self, oracle: Oracle, peer: socket.socket, number: int) -> None:
        self.oracle = oracle
        self.script = oracle.script
        self.peer = peer
        self.number = number
        self.file = peer.makefile("rb")
        self.recipient = ""
        self.has_mail = False

    def run(self) -> None:
        self.say(self.script.greeting)
        while True:
            line = self.line()
            verb = line[:4].upper()
            if verb == b"QUIT":
                self.say(b"221 2.0.0 Bye")
                return
            self.answer(verb, line)

    def answer(self, verb: bytes, line: bytes) -> None:
        answers: dict[bytes, Callable[[bytes], None]] = {
            b"EHLO": self.hello,
            b"STAR": self.start_tls,
            b"AUTH": self.log_in,
            b"RSET": self.reset,
            b"MAIL": self.mail,
            b"RCPT": self.rcpt,
            b"DATA": self.data,
        }
        answers.get(verb, self.wonder)(line)

    def hello(self, _line: bytes) -> None:
        lines = [b"oracle", *(one.encode() for one in self.script.extensions)]
        for one in lines[:-1]:
            self.say(b"250-" + one)
        self.say(b"250 " + lines[-1])

    def reset(self, _line: bytes) -> None:
        self.recipient, self.has_mail = "", False
        self.say(b"250 2.0.0 Ok")

    def wonder(self, _line: bytes) -> None:
        self.say(b"502 5.5.2 What?")

    def start_tls(self, _line: bytes) -> None:
        self.say(self.script.starttls_reply)
        if self.script.tls is not None:
            self.secure(self.script.tls)

    def secure(self, tls: ssl.SSLContext) -> None:
        self.file.close()
        plain = self.peer
        try:
            self.peer = tls.wrap_socket(plain, server_side=True)
        except OSError:
            plain.close()
            raise
        self.file = self.peer.makefile("rb")

    def close(self) -> None:
        self.file.close()
        self.peer.close()

    def log_in(self, line: bytes) -> None:
        if line.startswith(b"AUTH LOGIN"):
            self.say(b"334 VXNlcm5hbWU6")
            user = self.line()
            self.say(b"334 UGFzc3dvcmQ6")
            line = user + self.line()
        self.say(self.script.auth(line))

    def mail(self, line: bytes) -> None:
        if self.has_mail:
            self.say(b"503 5.5.1 Nested MAIL")
            return
        reply = self.script.mail(address_in(line))
        self.has_mail = reply.startswith(b"2")
        self.say(reply)

    def rcpt(self, line: bytes) -> None:
        recipient = address_in(line)
        self.oracle.offered.append(recipient)
        if not self.has_mail:
            self.say(b"503 5.5.1 MAIL first")
            return
        reply = self.script.rcpt(recipient)
        if reply.startswith(b"2"):
            self.recipient = recipient
        self.say(reply)

    def data(self, _line: bytes) -> None:
        if not self.recipient:
            self.say(b"554 5.5.1 No valid recipients")
            return
        recipient = self.recipient
        cut = self.script.cut(recipient)
        if cut == "before_data":
            raise self.cut_now()
        reply = self.script.data(recipient)
        self.say(reply + b"\r\n" + self.script.unasked_after_data)
        if not reply.startswith(b"354"):
            return
        content = self.letter(cut)
        self.recipient, self.has_mail = "", False
        if cut == "after_dot":
            raise self.cut_now()
        time.sleep(self.script.delay)
        answer = self.script.dot(recipient)
        if answer.startswith(b"2"):
            self.oracle.take(recipient, content)
        if cut == "after_accept":
            raise self.cut_now()
        self.say(answer + b"\r\n" + self.script.unasked_after_dot)

    def letter(self, cut: str) -> bytes:
        lines = []
        while True:
            line = self.line()
            if line == b".\r\n":
                if cut == "before_dot":
                    raise self.cut_now()
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
            if cut == "in_body":
                raise self.cut_now()

    def line(self) -> bytes:
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise EOFError
        self.oracle.note(self.number, line)
        return line

    def say(self, line: bytes) -> None:
        whole = line if line.endswith(b"\r\n") else line + b"\r\n"
        if not self.script.byte_by_byte:
            self.peer.sendall(whole)
            return
        for one in whole:
            self.peer.sendall(bytes([one]))

    def cut_now(self) -> Cut:
        _reset(self.peer)
        return Cut()


def address_in(line: bytes) -> str:
    found = ADDRESS.search(line)
    return found[1].decode() if found else ""


def _reset(peer: socket.socket) -> None:
    """Cut without a word (RST), so that nothing more arrives on either side."""
    try:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    peer.close()
