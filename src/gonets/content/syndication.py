"""The bytes of a feed before they are parsed: refused, or repaired."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5
from urllib.parse import urljoin

from gonets.content.errors import SourceUnreadable
from gonets.content.markup import tags_of
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
_CYRILLIC_WORD = re.compile(rb"[\xc0-\xff\xa8\xb8]{3,}")
_XML_NAMES = {"amp", "lt", "gt", "quot", "apos"}
_NESTED = re.compile(rb"%|&(?!#)")
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml"}


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


def check_whole(content: bytes) -> None:
    """Refuse a feed whose end is missing: its last entry would be cut.

    :raises SourceUnreadable: with the reason.
    """
    plain = content.replace(b"\0", b"")
    if _ROOT.search(plain) and not _CLOSED_ROOT.search(plain[-2_000:]):
        raise SourceUnreadable(FetchFailure.TRUNCATED)


def feed_address_in(page: bytes, *, address: str) -> str:
    """Return the first feed that a web page announces, or nothing."""
    for attributes in tags_of(page[:300_000].decode("utf-8", "replace"), "link"):
        is_feed = attributes.get("type", "").lower() in _FEED_TYPES
        if is_feed and "alternate" in attributes.get("rel", "").lower():
            return urljoin(address, attributes.get("href", ""))
    return ""


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

    Those are names of HTML, which XML does not know, and bare ampersands.
    """
    content = _REFERENCE.sub(_as_number, content)
    return _BARE_AMPERSAND.sub(b"&amp;", content)


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
