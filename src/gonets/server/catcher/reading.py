"""Reading what was caught: headers, HTML, text, however broken the letter is."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesHeaderParser

POLICY = email.policy.default.clone(raise_on_defect=False)


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
    """Decode the three that a list shows; the quick way, for every letter caught."""
    head = BytesHeaderParser(policy=email.policy.compat32).parsebytes(
        content.partition(b"\r\n\r\n")[0]
    )
    return Headers(
        author=_decoded(head["From"]),
        to=_decoded(head["To"]),
        subject=_decoded(head["Subject"]),
    )


def read(content: bytes) -> Reading:
    letter = email.message_from_bytes(content, policy=POLICY)
    return Reading(
        headers=tuple((name, _header_text(value)) for name, value in letter.items()),
        html=_body(letter, "html"),
        text=_body(letter, "plain"),
        parts=tuple(part.get_content_type() for part in letter.walk()),
    )


def _decoded(value: object) -> str:
    """Return the header as people read it, or as it came if it is broken."""
    written = _header_text("" if value is None else value)
    if "=?" not in written:
        return written
    try:
        return _header_text(make_header(decode_header(written)))
    except (HeaderParseError, LookupError, ValueError):
        return written


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
