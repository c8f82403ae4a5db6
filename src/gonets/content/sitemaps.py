"""Sitemaps and their news extension, read without believing them.

https://www.sitemaps.org/protocol.html and Google's ``news`` extension.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

LARGEST_UNPACKED = 60 * 1024 * 1024
MOST_ADDRESSES = 50_000
_ROBOTS = re.compile(r"(?im)^\s*sitemap\s*:\s*(\S+)")


class NotASitemap(ValueError):
    """It is no sitemap, or a dangerous one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page of the site; what the sitemap does not say of it is empty or None."""

    address: str
    changed_at: datetime | None = None
    title: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """Either pages, or an index of other sitemaps."""

    pages: tuple[Listed, ...] = ()
    sitemaps: tuple[Listed, ...] = ()


def read_sitemap(content: bytes) -> Sitemap:
    """Return what a sitemap lists: XML, packed or not, or one address a line.

    :raises NotASitemap: if it is none; what was read before the damage is lost too.
    """
    content = _unpacked(content)
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _lines(content)
    pages: list[Listed] = []
    sitemaps: list[Listed] = []
    try:
        for name, element in _ended(content):
            if name == "url":
                pages.append(_listed(element))
            elif name == "sitemap":
                sitemaps.append(_listed(element))
            else:
                continue
            element.clear()
            if len(pages) + len(sitemaps) >= MOST_ADDRESSES:
                break
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise NotASitemap(str(error)) from error
    if not pages and not sitemaps:
        raise NotASitemap("It lists nothing.")
    return Sitemap(
        pages=tuple(each for each in pages if each.address),
        sitemaps=tuple(each for each in sitemaps if each.address),
    )


def sitemaps_in_robots(content: bytes) -> list[str]:
    """Return the sitemaps that a ``robots.txt`` names."""
    return _ROBOTS.findall(content[:500_000].decode("utf-8", "replace"))


def moment_of(text: str) -> datetime | None:
    """Return a W3C date or moment; a day is its midnight in UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not 1990 <= moment.year <= 2200:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ended(content: bytes) -> Iterator[tuple[str, Element]]:
    reading: Any = iterparse(io.BytesIO(content), events=("end",), forbid_dtd=True)
    for _event, element in reading:
        yield _name(element), element


def _listed(element: Element) -> Listed:
    said: dict[str, str] = {}
    for inner in element.iter():
        text = (inner.text or "").strip()
        # An image of the page has a ``loc`` of its own; the page's comes first.
        if text and "/sitemap-image/" not in inner.tag:
            said.setdefault(_name(inner), text)
    return Listed(
        address=said.get("loc", ""),
        changed_at=moment_of(said.get("lastmod", "")),
        title=said.get("title", ""),
        published_at=moment_of(said.get("publication_date", "")),
    )


def _lines(content: bytes) -> Sitemap:
    lines = content[: 10 * 1024 * 1024].decode("utf-8-sig", "replace").split()
    pages = [each for each in lines if each.startswith(("http://", "https://"))]
    if not pages or len(pages) != len(lines):
        raise NotASitemap("It is neither XML nor a list of addresses.")
    return Sitemap(pages=tuple(Listed(address=each) for each in pages[:MOST_ADDRESSES]))


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            unpacked = packed.read(LARGEST_UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise NotASitemap(str(error)) from error
    if len(unpacked) > LARGEST_UNPACKED:
        raise NotASitemap("It is too large.")
    return unpacked


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()
