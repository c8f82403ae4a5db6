"""What a feed links to: its older pages, and the hub that tells of new entries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from gonets.content.feeds.entries import Entry, web_address
from gonets.kernel.http import Answer

OLDER = ("prev-archive", "next")
"""Of archived and of paged feeds (RFC 5005 §3 and §4)."""

_LINK = re.compile(r"<([^<>]{1,2000})>([^<]*)")
_REL = re.compile(r"""\brel\s*=\s*(?:"([^"]*)"|([\w.-]+))""", re.IGNORECASE)


def older_page(about: Entry, *, address: str) -> str:
    """Return where the entries before these are; empty if the feed does not say."""
    links = dict(reversed(list(_links(about))))
    for rel in OLDER:
        older = web_address(links.get(rel, ""), base=address)
        if older not in {"", address}:
            return older
    return ""


def hub_of(about: Entry, answer: Answer) -> dict[str, str]:
    """Return the hub and the topic by which it knows this feed (WebSub §4)."""
    links = dict(reversed([*_header_links(answer), *_links(about)]))
    hub = web_address(links.get("hub", ""), base=answer.address)
    if not hub:
        return {}
    topic = web_address(links.get("self", ""), base=answer.address)
    return {"hub": hub, "topic": topic or answer.address}


def _links(about: Entry) -> Iterator[tuple[str, str]]:
    for link in about.get("links") or []:
        yield str(link.get("rel", "")).lower(), str(link.get("href", ""))


def _header_links(answer: Answer) -> Iterator[tuple[str, str]]:
    for target, parameters in _LINK.findall(answer.headers.get("link", "")[:10_000]):
        for quoted, bare in _REL.findall(parameters):
            for rel in (quoted or bare).lower().split():
                yield rel, urljoin(answer.address, target)
