"""A plain SMTP server that keeps every letter it accepted, in the test's own process.

It knows nothing of the product: what it holds is what a relay would have taken.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import gc
import ssl
import threading
import warnings
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.ports import free_port


@dataclass(frozen=True, slots=True)
class Letter:
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def part(self, kind: str) -> str:
        """Return the decoded ``html`` or ``plain`` part."""
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())


@dataclass
class Postbox:
    """Accepts everything but ``refused`` addresses, ``seconds`` after the dot.

    With a ``certificate`` it is spoken to in TLS, and only who logs in with
    ``password`` is served.
    """

    seconds: float = 0.0
    refused: frozenset[str] = frozenset()
    certificate: ssl.SSLContext | None = None
    password: str = ""
    letters: list[Letter] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        self.port = free_port()
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            ssl_context=self.certificate,
            auth_required=bool(self.password),
            auth_require_tls=False,  # It knows of STARTTLS only, and warns.
            authenticator=self._authenticate,
        )
        self._controller.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._controller.stop()
        with warnings.catch_warnings():  # aiosmtpd leaves TLS connections to the gc.
            warnings.simplefilter("ignore", ResourceWarning)
            del self._controller
            gc.collect()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def _authenticate(
        self, _server: SMTP, _session: Session, _way: str, _by: str, given: object
    ) -> AuthResult:
        is_known = isinstance(given, LoginPassword) and (
            given.password.decode() == self.password
        )
        return AuthResult(success=is_known, handled=False)

    def recipients(self) -> list[str]:
        with self._lock:
            return [letter.recipient for letter in self.letters]

    def clear(self) -> None:
        with self._lock:
            self.letters.clear()

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address in self.refused:
            return "550 5.1.1 No such person here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        with self._lock:
            self.letters += [Letter(to, content) for to in envelope.rcpt_tos]
        await asyncio.sleep(self.seconds)
        return "250 2.0.0 Taken"
