"""The bytes of a feed before they are parsed: refused, or repaired."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from html.entities import html5

from gonets.content.errors import SourceUnreadable
from gonets.content.states import FetchFailure

MAX_FEED_BYTES = 10_000_000
MAX_ENTITY_CHARACTERS = 40
"""Longer ones serve to make a small file large; real ones name a letter or a sign."""

_HTML = re.compile(
    rb"(?:<\?xml[^>]*>)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE,
)
_ROOT = re.compile(rb"<(?:\w+:)?(rss|feed|rdf)\b", re.IGNORECASE)
_CLOSED_ROOT = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY\s([^>]*)>", re.IGNORECASE)
_ENTITY_VALUE = re.compile(
    rb"""\s*(?P<name>[\w.-]+)\s+(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')\s*"""
)
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>", re.IGNORECASE)
_REFERENCE = re.compile(rb"&([A-Za-z][\w.-]{0,40});")
_BARE_AMPERSAND = re.compile(
    rb"&(?!(?:[A-Za-z][\w.-]{0,40}|#[0-9]+|#[xX][0-9A-Fa-f]+);)"
)
_CDATA = re.compile(rb"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_CYRILLIC_WORD = re.compile(rb"[\xc0-\xff\xa8\xb8]{3,}")
_XML_NAMES = {"amp", "lt", "gt", "quot", "apos"}
_NESTED = re.compile(rb"%|&(?!#)")
_ENTRY_TAG = re.compile(rb"<(/?)(?:\w+:)?(?:item|entry)\b", re.IGNORECASE)


def check_feed(content: bytes) -> None:
    """Refuse what is certainly no feed, or one that would harm.

    :raises SourceUnreadable: with the reason.
    """
    if len(content) > MAX_FEED_BYTES:
        raise SourceUnreadable(FetchFailure.TOO_LARGE)
    # UTF-16 and UTF-32 are ASCII with zeros between, as far as this looks.
    plain = content.replace(b"\0", b"").strip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not plain:
        raise SourceUnreadable(FetchFailure.EMPTY)
    if _HTML.match(plain[:5_000]):
        raise SourceUnreadable(FetchFailure.WEB_PAGE)
    for declared in _ENTITY.finditer(plain):
        if not _is_harmless(declared[1]):
            raise SourceUnreadable(FetchFailure.DANGEROUS)


def is_web_page(content: bytes) -> bool:
    plain = content[:20_000].replace(b"\0", b"").strip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return _HTML.match(plain[:5_000]) is not None


def has_lost_its_end(content: bytes) -> bool:
    """True for a feed that stops in the middle: its last entry may be cut."""
    plain = content.replace(b"\0", b"")
    return bool(_ROOT.search(plain)) and not _CLOSED_ROOT.search(plain[-2_000:])


def without_cut_entry(content: bytes) -> bytes:
    """Return a feed that has lost its end without the entry in which it stops."""
    tags = deque(_ENTRY_TAG.finditer(content), maxlen=1)
    is_open = bool(tags) and not tags[0][1]
    return content[: tags[0].start()] if is_open else content


def with_entities(content: bytes) -> bytes:
    """Return a checked feed with its own entities written out.

    feedparser knows those of HTML only.
    """
    declared = dict(_declared_entities(content))
    if not declared:
        return content
    content = _DOCTYPE.sub(b"", content, count=1)
    return _REFERENCE.sub(lambda name: declared.get(name[1], name[0]), content)


def repaired(content: bytes) -> bytes:
    """Return a feed that is not well-formed without the commonest faults.

    Those are names of HTML, which XML does not know, and bare ampersands; in CDATA
    both are as they should be.
    """
    pieces = _CDATA.split(content)
    for place in range(0, len(pieces), 2):
        known = _REFERENCE.sub(_as_number, pieces[place])
        pieces[place] = _BARE_AMPERSAND.sub(b"&amp;", known)
    return b"".join(pieces)


def charset_of(content: bytes) -> str:
    """Return the charset of a feed that is not in the one it says, or nothing.

    Cyrillic feeds say UTF-8 and come in Windows-1251; feedparser would take them for
    Western European.
    """
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        words = _CYRILLIC_WORD.findall(content)
        high = sum(byte >= 0xC0 for byte in content)
        says_utf8 = (
            b"utf-8" in content[:200].lower() or b"encoding" not in content[:200]
        )
        if says_utf8 and 2 * sum(map(len, words)) > high > 0:
            return "windows-1251"
    return ""


def _declared_entities(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    for declared in _ENTITY.finditer(content):
        if match := _ENTITY_VALUE.fullmatch(declared[1]):
            yield match["name"], match["double"] or match["single"] or b""


def _as_number(reference: re.Match[bytes]) -> bytes:
    name = reference[1].decode("ascii")
    letters = html5.get(f"{name};", "") if name not in _XML_NAMES else ""
    numbers = "".join(f"&#{ord(letter)};" for letter in letters)
    return numbers.encode("ascii") or reference[0]


def _is_harmless(declaration: bytes) -> bool:
    """True for ``name "value"`` with a short value that refers to nothing else."""
    match = _ENTITY_VALUE.fullmatch(declaration)
    if match is None:  # SYSTEM, PUBLIC, a parameter entity, or nonsense.
        return False
    value = match["double"] or match["single"] or b""
    return len(value) <= MAX_ENTITY_CHARACTERS and not _NESTED.search(value)
