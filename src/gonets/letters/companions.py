"""Pictures and style sheets that came together with a page, put into it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import unquote, urljoin

MOST_OF_A_SHEET = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Companions:
    """What lay beside a page, by full address; ``base`` is where the page was."""

    base: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    sheets: Mapping[str, str] = field(default_factory=dict)


_LINK = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
_HREF = re.compile(
    r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE
)
_SHEET = re.compile(r"\brel\s*=\s*[\"']?\s*stylesheet\b", re.IGNORECASE)
_STYLE_END = re.compile(r"</style", re.IGNORECASE)
_IN_TAG = re.compile(
    r"(?P<before>[\s\"'](?:src|background|poster)\s*=\s*)"
    r"(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>]+))",
    re.IGNORECASE,
)
_IN_STYLE = re.compile(
    r"(?P<before>\burl\(\s*)(?:(?P<quote>&quot;|[\"']))?"
    r"(?P<address>(?:(?!&quot;)[^\"')<>])+?)\s*(?(quote)(?P=quote))\s*\)",
    re.IGNORECASE,
)


def with_companions(
    page: str, companions: Companions
) -> tuple[str, Mapping[str, bytes]]:
    """Return the page with its own sheets inside, and its pictures by Content-ID."""
    page = _LINK.sub(partial(_sheet, companions), page)
    named = _Named(companions)
    page = _IN_TAG.sub(named.in_tag, page)
    return _IN_STYLE.sub(named.in_style, page), named.pictures


def _sheet(companions: Companions, link: re.Match[str]) -> str:
    href = _HREF.search(link[0])
    if href is None or not _SHEET.search(link[0]):
        return link[0]
    address = _full(companions, href[1] or href[2] or href[3] or "")
    if address not in companions.sheets:
        return link[0]
    rules = _STYLE_END.split(companions.sheets[address][:MOST_OF_A_SHEET])[0]
    return f'<style type="text/css">\n{rules}\n</style>'


class _Named:
    """Gives every picture that the page shows a name."""

    def __init__(self, companions: Companions) -> None:
        self._companions = companions
        self._names: dict[str, str] = {}

    @property
    def pictures(self) -> Mapping[str, bytes]:
        known = self._companions.pictures
        return {name: known[address] for address, name in self._names.items()}

    def in_tag(self, found: re.Match[str]) -> str:
        written = found["double"] or found["single"] or found["bare"] or ""
        name = self._name(written)
        return f'{found["before"]}"cid:{name}"' if name else found[0]

    def in_style(self, found: re.Match[str]) -> str:
        name = self._name(found["address"])
        return f"{found['before']}cid:{name})" if name else found[0]

    def _name(self, written: str) -> str:
        address = _full(self._companions, written)
        if address not in self._companions.pictures:
            return ""
        return self._names.setdefault(address, f"gonets-beside-{len(self._names)}")


def _full(companions: Companions, written: str) -> str:
    """Return an address of the page as its companions are known by."""
    try:
        return unquote(urljoin(companions.base, html.unescape(written).strip()))
    except ValueError:
        return ""
