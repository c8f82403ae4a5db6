"""Files that hold a letter: a page, a message or an archive, in whatever encoding."""

from __future__ import annotations

import codecs
import email
import email.policy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage, MIMEPart
from urllib.parse import unquote

from gonets.letters.archives import SIGNATURE, BadArchive, unpacked_page
from gonets.letters.companions import Companions, with_companions

MOST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFile:
    """``pictures`` are the attached ones, by Content-ID."""

    html: str
    title: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)


class NoLetter(Exception):
    """``code`` says why: empty, large, binary, damaged, archive or plain."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_letter(content: bytes) -> LetterFile:
    """Return the letter of a file.

    :raises NoLetter: if there is none in it.
    """
    if len(content) > MOST_BYTES:
        raise NoLetter("large")
    letter = _letter(content)
    if not letter.html.strip():
        raise NoLetter("empty")
    if "<" not in letter.html:
        raise NoLetter("plain")
    return letter


def _letter(content: bytes) -> LetterFile:
    if content.startswith(SIGNATURE):
        return _archived(content)
    return _whole_message(content) if _is_message(content) else _page(content)


def _archived(content: bytes) -> LetterFile:
    try:
        found = unpacked_page(content)
    except BadArchive as error:
        raise NoLetter("archive") from error
    if found is None:
        raise NoLetter("archive")
    page, companions = found
    html, pictures = with_companions(_page(page).html, companions)
    return LetterFile(html=html, pictures=pictures)


_HEADER = re.compile(rb"\A(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}", re.IGNORECASE)
_OF_MESSAGES = re.compile(
    rb"^(?:mime-version|content-type|received|from|return-path):",
    re.IGNORECASE | re.MULTILINE,
)


def _is_message(content: bytes) -> bool:
    head = content[:20_000].lstrip()
    return bool(_HEADER.match(head) and _OF_MESSAGES.search(head))


def _whole_message(content: bytes) -> LetterFile:
    try:
        return _message(content)
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        # The parser of the standard library trips over some broken headers.
        raise NoLetter("damaged") from error


def _message(content: bytes) -> LetterFile:
    parsed = email.message_from_bytes(content.lstrip(), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    part = parsed.get_body(preferencelist=("html",))
    if part is None:
        raise NoLetter("plain")
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        raise NoLetter("damaged")
    text = decoded(raw, declared=str(part.get_content_charset() or ""))
    html, beside = with_companions(text, _companions(parsed, part))
    return LetterFile(
        html=html,
        title=" ".join(str(parsed.get("subject", "")).split()),
        pictures={**dict(_attached(parsed)), **beside},
    )


def _companions(message: EmailMessage, page: MIMEPart) -> Companions:
    """Return what browsers save beside a page, each part by its Content-Location."""
    pictures: dict[str, bytes] = {}
    sheets: dict[str, str] = {}
    for part in message.walk():
        location = str(part.get("content-location", "")).strip()
        raw = part.get_payload(decode=True)
        if not location or not isinstance(raw, bytes):
            continue
        if part.get_content_maintype() == "image":
            pictures[unquote(location)] = raw
        elif part.get_content_type() == "text/css":
            sheets[unquote(location)] = raw.decode("utf-8", "replace")
    base = str(page.get("content-location", "")).strip()
    return Companions(base=base, pictures=pictures, sheets=sheets)


def _attached(message: EmailMessage) -> list[tuple[str, bytes]]:
    found = []
    for part in message.walk():
        name = str(part.get("content-id", "")).strip().strip("<>")
        raw = part.get_payload(decode=True)
        if name and part.get_content_maintype() == "image" and isinstance(raw, bytes):
            found.append((name, raw))
    return found


def _page(content: bytes) -> LetterFile:
    if content.startswith(tuple(_UNMARKED)):
        return LetterFile(html=content.decode(_UNMARKED[content[:2]], "replace"))
    if b"\0" in content[:4_000] and not content.startswith(_WIDE):
        raise NoLetter("binary")
    return LetterFile(html=decoded(content))


_UNMARKED = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_META = re.compile(rb"<meta\b[^>]*?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_XML = re.compile(rb"\A\s*<\?xml\b[^>]*?encoding\s*=\s*[\"']([\w:.-]+)", re.IGNORECASE)
_GUESSES = ("cp1251", "koi8-r", "cp866", "mac-cyrillic", "cp1252")
_NOT_OF_LETTERS = {
    # Without a mark at the start these two are nobody's; the others are Python's own.
    *("utf-16", "utf-32"),
    *("unicode-escape", "raw-unicode-escape", "punycode", "idna", "undefined"),
}
_COMMON = frozenset("оеаинтсрвлкмдпу ОЕАИНТСРВЛКМДПУ")


def decoded(content: bytes, *, declared: str = "") -> str:
    """Return the text; what it says of its encoding counts if it can be true."""
    if content.startswith(_WIDE):
        return content.decode("utf-16", "replace")
    if content.startswith(codecs.BOM_UTF8):
        return content.decode("utf-8-sig", "replace")
    for name in (declared, *_said(content), "utf-8"):
        text = _strict(content, name)
        if text is not None:
            return text
    readings = [text for name in _GUESSES if (text := _strict(content, name))]
    return max(readings, key=_likeness, default=content.decode("utf-8", "replace"))


def _said(content: bytes) -> list[str]:
    found = _META.search(content[:20_000]), _XML.search(content[:200])
    return [match[1].decode("ascii") for match in found if match]


def _strict(content: bytes, name: str) -> str | None:
    if not name:
        return None
    try:
        codec = codecs.lookup(name)
        if codec.name in _NOT_OF_LETTERS or not codec._is_text_encoding:  # noqa: SLF001
            return None
        return content.decode(name)
    except (LookupError, UnicodeError, ValueError):
        return None


def _likeness(text: str) -> float:
    """Say how much the letters beyond ASCII look like Russian ones."""
    foreign = [character for character in text if ord(character) > 127]
    return sum(character in _COMMON for character in foreign) / max(len(foreign), 1)
