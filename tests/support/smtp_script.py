"""What the oracle is told to do: answers, manners of answering, and cuts."""

from __future__ import annotations

import random
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

Answer = Callable[[str], bytes]
"""From an address (empty where none is known yet) to the line that is said."""


@dataclass(frozen=True)
class Manner:
    """How an answer is given: usually at once, once, and in one piece."""

    late: float = 0  # seconds of silence before it
    times: int = 1  # 0: it never comes
    followed_by: bytes = b""  # said unasked right behind it
    endless: bytes = b""  # poured out again and again instead of it
    pause: float = 0  # between any two bytes: a tarpit


PLAIN = Manner()


def at(stage: str, manner: Manner) -> Callable[[str, str], Manner]:
    """Answer in this manner at one stage: CONNECT, EHLO, TLS, AUTH, … DATA or DOT."""
    return lambda where, _recipient: manner if where == stage else PLAIN


@dataclass
class Script:
    """How the server behaves; callables may look at the address.

    Everything is looked at anew each time, so that a test can change it on the way.
    """

    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SIZE 10000000")
    greeting: bytes = b"220 oracle ESMTP"
    connect: Answer | None = None  # instead of ``greeting``, asked each time
    ehlo: Answer | None = None  # instead of the extensions
    mail: Answer = lambda sender: b"250 2.1.0 Ok"
    rcpt: Answer = lambda recipient: b"250 2.1.5 Ok"
    data: Answer = lambda recipient: b"354 Go ahead"
    dot: Answer = lambda recipient: b"250 2.0.0 Ok: queued"
    delay: float = 0  # before the answer to the dot
    manner: Callable[[str, str], Manner] = lambda stage, recipient: PLAIN
    # The moment at which the connection is cut, decided once per letter:
    # before anything is taken: "at_rcpt", "before_data", "after_data", "in_body",
    # "before_dot", "in_dot", "after_dot"; taken and not answered: "after_accept";
    # taken and answered: "after_answer".  "deaf": it stays, and reads no more.
    cut: Callable[[str], str] = lambda recipient: ""
    # Cut instead of answering at CONNECT, EHLO, TLS, AUTH or MAIL.
    cut_at: Callable[[str], bool] = lambda stage: False
    # Bytes sent unasked right after the answer to DATA, or before the next MAIL.
    unasked_after_data: bytes = b""
    unasked_after_dot: bytes = b""
    byte_by_byte: bool = False
    # Answers to what came together are said together, as by Postfix; or each alone.
    apart: bool = False
    is_lmtp: bool = False  # RFC 2033: LHLO, and after the dot one answer per recipient
    # TLS: a server context, and "implicit" or "starttls".
    tls: ssl.SSLContext | None = None
    tls_mode: str = "implicit"
    tls_fault: str = ""  # "hang", "garbage" or "cut" instead of the handshake
    tls_cut: bytes = b""  # said under the encryption, instead of cutting at ``cut``
    starttls_reply: bytes = b"220 2.0.0 Go ahead"
    auth: Callable[[bytes], bytes] = lambda line: b"235 2.7.0 Welcome"
    # After a challenge (334) in answer to AUTH: what is said to the reply to it.
    auth_end: bytes = b"535 5.7.8 Wrong password or token"


def by_address(refused: Collection[str], answer: bytes, *, usual: bytes) -> Answer:
    """Refuse some addresses by name."""
    return lambda address: answer if address in refused else usual


def by_share(share: float, answer: bytes, *, usual: bytes) -> Answer:
    """Refuse about this share of all addresses: always the same ones."""

    def answered(address: str) -> bytes:
        place = zlib.crc32(address.encode("utf-8", "surrogateescape")) % 1000
        return answer if place < share * 1000 else usual

    return answered


def in_turn(first: Sequence[bytes], *, usual: bytes) -> Answer:
    """Give these answers to whoever comes first, then the usual one."""
    lock, left = threading.Lock(), list(first)

    def answered(_address: str) -> bytes:
        with lock:
            return left.pop(0) if left else usual

    return answered


class Greylist:
    """Put off every address until some time after its first try."""

    def __init__(
        self,
        seconds: float,
        *,
        answer: bytes = b"450 4.2.0 Greylisted, come back later",
        usual: bytes = b"250 2.1.5 Ok",
    ) -> None:
        self._seconds = seconds
        self._answer, self._usual = answer, usual
        self._first: dict[str, float] = {}
        self._lock = threading.Lock()

    def __call__(self, address: str) -> bytes:
        now = time.monotonic()
        with self._lock:
            is_known = now - self._first.setdefault(address, now) >= self._seconds
        return self._usual if is_known else self._answer


class Once:
    """Cut at this moment the first time the letter of one address comes."""

    def __init__(self, address: str, moment: str) -> None:
        self._address, self._moment = address, moment

    def __call__(self, recipient: str) -> str:
        if recipient != self._address:
            return ""
        moment, self._moment = self._moment, ""
        return moment


def moody(share: float) -> dict[str, Any]:
    """Return how a relay behaves that now and then puts off, refuses, or hangs up.

    Never after DATA: what it has not answered for, it has certainly not taken.
    """

    def rcpt(_recipient: str) -> bytes:
        return b"450 4.2.0 Later" if random.random() < share else b"250 2.1.5 Ok"

    def cut(_recipient: str) -> str:
        if random.random() < share:
            return random.choice(("at_rcpt", "before_data"))
        return ""

    return {"rcpt": rcpt, "cut": cut}
