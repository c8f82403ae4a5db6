"""A message taken apart again, so that what is shown is what was made."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageParts:
    """``headers`` are decoded, in their order; ``size`` counts the bytes sent."""

    headers: tuple[tuple[str, str], ...]
    html: str
    text: str
    size: int

    def header(self, name: str) -> str:
        """Return the first header of this name, or ""."""
        wanted = name.casefold()
        return next(
            (value for key, value in self.headers if key.casefold() == wanted), ""
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Bytes of a message: ``whole`` is what travels, the bodies are decoded."""

    whole: int
    headers: int
    html: int
    text: int

    @property
    def encoding(self) -> int:
        """What the ways of the wire cost: encoded bodies, and the lines between."""
        return self.whole - self.headers - self.html - self.text


def sizes_of(message: bytes) -> Sizes:
    parts = parts_of(message)
    return Sizes(
        whole=len(message),
        headers=len(message.partition(b"\r\n\r\n")[0]) + 4,
        html=len(parts.html.encode()),
        text=len(parts.text.encode()),
    )


def header_lines(message: bytes) -> list[tuple[str, str, str]]:
    """Return each header's name, its value in words, and its lines as they travel."""
    head = message.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    named = (line.partition(":") for line in _UNFOLDED_END.split(head))
    return [(name, _in_words(value), value.strip()) for name, _colon, value in named]


def _in_words(value: str) -> str:
    """Decode a header; the newer parser leaves blanks between the words of a name."""
    unfolded = _FOLD.sub(" ", value).strip()
    return str(make_header(decode_header(unfolded)))


def parts_of(message: bytes) -> MessageParts:
    """Return the parts of a message as a mail program would read them."""
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return MessageParts(
        headers=tuple((name, str(value)) for name, value in parsed.items()),
        html=_content(parsed, "html"),
        text=_content(parsed, "plain"),
        size=len(message),
    )


def shown_in(html: str, scheme: Literal["light", "dark"]) -> str:
    """Return the letter's page as a mail program in light or dark mode shows it."""
    applies = "all" if scheme == "dark" else "not all"
    return _DARK_MODE.sub(f"@media {applies}", html)


_FOLD = re.compile(r"\r\n[ \t]+")
_UNFOLDED_END = re.compile(r"\r\n(?![ \t])")
_DARK_MODE = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")


def _content(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
