"""Reading what was caught: headers, HTML, text, however broken the letter is."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser

POLICY = email.policy.default.clone(raise_on_defect=False)
MISSING = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headers:
    author: str
    to: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """``html`` and ``text`` are empty where the letter has no such part."""

    headers: tuple[tuple[str, str], ...]
    html: str
    text: str
    parts: tuple[str, ...]  # content types, in order


def headers_of(content: bytes) -> Headers:
    head = BytesHeaderParser(policy=POLICY).parsebytes(
        content.partition(b"\r\n\r\n")[0]
    )
    return Headers(
        author=_header(head, "From"),
        to=_header(head, "To"),
        subject=_header(head, "Subject"),
    )


def read(content: bytes) -> Reading:
    letter = email.message_from_bytes(content, policy=POLICY)
    return Reading(
        headers=tuple((name, _header_text(value)) for name, value in letter.items()),
        html=_body(letter, "html"),
        text=_body(letter, "plain"),
        parts=tuple(part.get_content_type() for part in letter.walk()),
    )


def _header(head: Message, name: str) -> str:
    return _header_text(head.get(name, MISSING))


def _header_text(value: object) -> str:
    """Return it in one line; lone surrogates (undecodable bytes) become marks."""
    text = " ".join(str(value).split())
    return text.encode("utf-8", "replace").decode("utf-8")


def _body(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content(errors="replace"))
    except (LookupError, KeyError, ValueError):
        # An unknown charset or transfer encoding: show the bytes as they are.
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
