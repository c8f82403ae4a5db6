"""The same page brought by two sources: by a feed and by WordPress, say; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from gonets.content.models import Material

Page = str

_OF_COUNTERS = re.compile(r"utm_\w+|fbclid|gclid|yclid|ysclid|_openstat|mc_[ce]id")


def page_of(address: str) -> Page:
    """Return what is the same for every way to write a page's address; "" for none.

    A site's front page is nobody's own: feeds name it where they know no better.
    """
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme.casefold() not in {"http", "https"} or not host:
        return ""
    path = unquote(parts.path).rstrip("/")
    asked = parse_qsl(parts.query, keep_blank_values=True)
    kept = urlencode(
        sorted(each for each in asked if not _OF_COUNTERS.fullmatch(each[0]))
    )
    if not path and not kept:
        return ""
    place = host.removeprefix("www.") + (
        f":{port}" if port not in {None, 80, 443} else ""
    )
    return f"{place}{path}?{kept}"


def repeats_among(materials: Iterable[Material]) -> set[int]:
    """Return the ids of materials whose page an earlier known one of another source is.

    What one source brings under the same address twice is two things, it says.
    """
    first: dict[Page, Material] = {}
    repeats = set()
    for material in sorted(materials, key=lambda each: each.pk):
        page = page_of(material.address)
        if page and is_repeat(material, first.setdefault(page, material)):
            repeats.add(material.pk)
    return repeats


def is_repeat(material: Material, other: Material) -> bool:
    """Tell whether two materials of the same page are the same thing twice."""
    return material.source_id != other.source_id
