"""One connection of the oracle: a strict ear, and answers as odd as it is told."""

from __future__ import annotations

import re
import socket
import ssl
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.support.smtp_script import PLAIN, Manner

if TYPE_CHECKING:
    from tests.support.smtp_oracle import Oracle

ADDRESS = re.compile(rb"<([^>]*)>")
LONGEST_COMMAND = 600  # RFC 5321 §4.5.3.1.4, and what the extensions add
LONGEST_AUTH = 12288  # RFC 4954 §4
LONGEST_LINE = 1000
MUST_BE_LAST = {b"EHLO", b"HELO", b"LHLO", b"STAR", b"AUTH", b"DATA", b"QUIT"}
NEVER = 3600.0


class Cut(EOFError):
    """The script wants the connection cut here."""


class Ear:
    """Reads lines and keeps every byte with its time."""

    def __init__(self, oracle: Oracle, number: int) -> None:
        self._oracle, self._number = oracle, number
        self.waiting = b""

    def line(self, peer: socket.socket) -> bytes:
        """Return a line with its end.

        :raises EOFError: if the client hangs up before its end.
        """
        while (end := self.waiting.find(b"\n") + 1) == 0:
            chunk = peer.recv(65536)
            if not chunk:
                raise EOFError
            self._oracle.note_received(self._number, chunk)
            self.waiting += chunk
        line, self.waiting = self.waiting[:end], self.waiting[end:]
        self._oracle.note(self._number, line)
        return line


class Conversation:
    """Understands SMTP (or LMTP) with one recipient per letter."""

    def __init__(self, oracle: Oracle, peer: socket.socket, number: int) -> None:
        self.oracle = oracle
        self.script = oracle.script
        self.peer = peer
        self.number = number
        self.ear = Ear(oracle, number)
        self.held = b""  # said as soon as there is nothing more to answer
        self.is_secure = False
        self.forget()

    def forget(self) -> None:
        self.sender = self.recipient = self.moment = ""
        self.options: set[str] = set()
        self.has_mail = False

    def run(self) -> None:
        if self.script.tls_mode == "implicit":
            self.secure()
        connect = self.script.connect
        self.say("CONNECT", connect("") if connect else self.script.greeting)
        while True:
            line = self.command()
            verb = line[:4].upper()
            if verb == b"QUIT":
                self.say("QUIT", b"221 2.0.0 Bye")
                return
            self.answer(verb, line)

    def answer(self, verb: bytes, line: bytes) -> None:
        answers: dict[bytes, Callable[[bytes], None]] = {
            b"LHLO" if self.script.is_lmtp else b"EHLO": self.hello,
            b"STAR": self.start_tls,
            b"AUTH": self.log_in,
            b"RSET": self.reset,
            b"MAIL": self.mail,
            b"RCPT": self.rcpt,
            b"DATA": self.data,
        }
        if not self.script.is_lmtp:
            answers[b"HELO"] = self.plain_hello
        answers.get(verb, self.wonder)(line)

    # Commands

    def hello(self, _line: bytes) -> None:
        self.forget()
        if self.script.ehlo is not None and (odd := self.script.ehlo("")):
            self.say("EHLO", odd)
            return
        words = [b"oracle", *(one.encode() for one in self.script.extensions)]
        lines = [b"250-" + word for word in words[:-1]] + [b"250 " + words[-1]]
        self.say("EHLO", b"\r\n".join(lines))

    def plain_hello(self, _line: bytes) -> None:
        self.say("HELO", b"250 oracle")

    def reset(self, _line: bytes) -> None:
        self.forget()
        self.say("RSET", b"250 2.0.0 Ok")

    def wonder(self, _line: bytes) -> None:
        self.say("", b"502 5.5.2 What?")

    def start_tls(self, _line: bytes) -> None:
        self.say("TLS", self.script.starttls_reply)
        if self.script.starttls_reply.startswith(b"220"):
            self.secure()
            self.ear.waiting = b""

    def secure(self) -> None:
        if self.script.tls_fault:
            self.spoil_handshake(self.script.tls_fault)
        if self.script.tls is None:
            return
        plain = self.peer
        try:
            self.peer = self.script.tls.wrap_socket(plain, server_side=True)
        except OSError:
            plain.close()
            raise
        self.is_secure = True
        self.oracle.has_secured(plain, self.peer)

    def spoil_handshake(self, fault: str) -> None:
        hello = self.peer.recv(65536)
        self.oracle.note_received(self.number, hello)
        if fault == "cut":
            raise self.cut_now()
        if fault == "garbage":
            self.peer.sendall(b"\x00\x01 no TLS at all \xff" * 20)
        self.rest(NEVER)

    def log_in(self, line: bytes) -> None:
        if not self.is_secure:
            self.oracle.object_to(self.number, "AUTH in clear")
        if line.startswith(b"AUTH LOGIN"):
            self.say("AUTH", b"334 VXNlcm5hbWU6")
            user = self.line(LONGEST_AUTH)
            self.say("AUTH", b"334 UGFzc3dvcmQ6")
            line = user + self.line(LONGEST_AUTH)
        answer = self.script.auth(line)
        self.say("AUTH", answer)
        if answer.startswith(b"334"):
            self.line(LONGEST_AUTH)
            self.say("AUTH", self.script.auth_end)

    def mail(self, line: bytes) -> None:
        if self.has_mail:
            self.say("MAIL", b"503 5.5.1 Nested MAIL")
            return
        self.sender = address_in(line)
        self.options = {word.decode("latin-1").upper() for word in line.split()[2:]}
        self.check_options(line)
        reply = self.script.mail(self.sender)
        self.has_mail = reply.startswith(b"2")
        self.say("MAIL", reply)

    def check_options(self, line: bytes) -> None:
        offered = {one.split()[0].upper() for one in self.script.extensions}
        needs = {option.partition("=")[0] for option in self.options}
        needs = {"8BITMIME" if one == "BODY" else one for one in needs}
        for missing in needs - offered:
            self.oracle.object_to(self.number, f"{missing} was not offered")
        if not line.isascii() and "SMTPUTF8" not in self.options:
            self.oracle.object_to(self.number, "a sender that needs SMTPUTF8")

    def rcpt(self, line: bytes) -> None:
        recipient = address_in(line)
        self.oracle.offered.append(recipient)
        if not self.has_mail:
            self.say("RCPT", b"503 5.5.1 MAIL first")
            return
        if not line.isascii() and "SMTPUTF8" not in self.options:
            self.oracle.object_to(self.number, "a recipient that needs SMTPUTF8")
        reply = self.script.rcpt(recipient)
        if reply.startswith(b"2"):
            self.recipient = recipient
            self.moment = self.script.cut(recipient)
        self.cut_if("at_rcpt")
        self.say("RCPT", reply)

    def data(self, _line: bytes) -> None:
        if not self.recipient:
            self.say("DATA", b"554 5.5.1 No valid recipients")
            return
        self.cut_if("before_data")
        reply = self.script.data(self.recipient)
        self.say("DATA", reply, self.script.unasked_after_data)
        if not reply.startswith(b"354"):
            return
        self.cut_if("after_data")
        if self.moment == "deaf":
            self.rest(NEVER)
        self.decide(self.letter())

    def letter(self) -> bytes:
        lines = []
        while (line := self.line(LONGEST_LINE)) != b".\r\n":
            self.check_eight_bit(line)
            lines.append(line[1:] if line.startswith(b".") else line)
            self.cut_if("in_body")
        self.cut_if("before_dot")
        self.cut_if("in_dot")
        return b"".join(lines)

    def check_eight_bit(self, line: bytes) -> None:
        if not line.isascii() and "BODY=8BITMIME" not in self.options:
            self.oracle.object_to(self.number, "8-bit text without 8BITMIME")

    def decide(self, content: bytes) -> None:
        """Take the letter over, or not, and say so."""
        recipient, sender = self.recipient, self.sender
        self.cut_if("after_dot")
        self.rest(self.script.delay)
        answer = self.script.dot(recipient)
        if answer.startswith(b"2"):
            self.oracle.take(recipient, content, sender=sender)
        self.cut_if("after_accept")
        self.say("DOT", answer, self.script.unasked_after_dot)
        self.cut_if("after_answer")
        self.forget()

    # Hearing and saying

    def command(self) -> bytes:
        line = self.line(LONGEST_AUTH)
        verb = line[:4].upper()
        if verb != b"AUTH" and len(line) > LONGEST_COMMAND:
            self.oracle.object_to(self.number, f"{len(line)} bytes of {verb!r}")
        if self.ear.waiting and verb in MUST_BE_LAST:
            self.oracle.object_to(self.number, f"something sent right behind {verb!r}")
        if self.ear.waiting and "PIPELINING" not in self.script.extensions:
            self.oracle.object_to(self.number, "pipelined, though it was not offered")
        return line

    def line(self, longest: int) -> bytes:
        if b"\n" not in self.ear.waiting:
            self.let_go()
        line = self.ear.line(self.peer)
        text = line.removesuffix(b"\r\n")
        if len(text) == len(line) or b"\r" in text or b"\0" in text:
            self.oracle.object_to(self.number, f"not one line: {line[:80]!r}")
            raise self.cut_now()
        if len(line) > longest:
            self.oracle.object_to(self.number, f"a line of {len(line)} bytes")
        return line

    def say(self, stage: str, line: bytes, unasked: bytes = b"") -> None:
        if self.script.cut_at(stage):
            raise self.cut_now()
        manner = self.script.manner(stage, self.recipient)
        self.rest(manner.late)
        while manner.endless and not self.oracle.is_closed.is_set():
            self.send(manner.endless, PLAIN)
            self.let_go()
        if not manner.times:
            self.rest(NEVER)
        whole = line if line.endswith(b"\r\n") else line + b"\r\n"
        self.send(whole * manner.times + unasked + manner.followed_by, manner)

    def send(self, text: bytes, manner: Manner) -> None:
        if not (self.script.byte_by_byte or manner.pause):
            self.held += text
            if self.script.apart or not self.ear.waiting:
                self.let_go()
            return
        self.let_go()
        for one in text:
            self.peer.sendall(bytes([one]))
            self.oracle.note_said(self.number, bytes([one]))
            self.rest(manner.pause)

    def let_go(self) -> None:
        text, self.held = self.held, b""
        if text:
            self.peer.sendall(text)
            self.oracle.note_said(self.number, text)

    def rest(self, seconds: float) -> None:
        if seconds:
            self.let_go()
        if seconds and self.oracle.is_closed.wait(seconds):
            raise self.cut_now()

    def cut_if(self, moment: str) -> None:
        if self.moment == moment:
            raise self.cut_now()

    def cut_now(self) -> Cut:
        self.let_go()
        if self.is_secure and self.script.tls_cut:
            socket.socket.send(self.peer, self.script.tls_cut)
            with suppress(OSError):
                socket.socket.recv(self.peer, 1)  # until the client hangs up
        reset(self.peer)
        return Cut()

    def close(self) -> None:
        self.peer.close()


def address_in(line: bytes) -> str:
    found = ADDRESS.search(line)
    return found[1].decode("utf-8", "surrogateescape") if found else ""


def reset(peer: socket.socket | ssl.SSLSocket) -> None:
    """Cut without a word (RST), so that nothing more arrives on either side."""
    try:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.socket.shutdown(peer, socket.SHUT_RDWR)
    except OSError:
        pass
    peer.close()
