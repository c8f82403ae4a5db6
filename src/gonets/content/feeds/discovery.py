"""Where the feeds of a site are: announced, linked, or where they usually are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from gonets.content.markup import tags_of
from gonets.kernel.html import line_of

FEED_TYPES = {
    *("application/rss+xml", "application/atom+xml", "application/rdf+xml"),
    *(
        "application/feed+json",
        "text/rss+xml",
        "text/atom+xml",
        "application/x-rss+xml",
    ),
}
USUAL_PATHS = (
    *("/feed/", "/rss.xml", "/atom.xml", "/feed.xml", "/rss/", "/index.xml"),
    *("/feed.json", "/blog/feed/", "/news/rss/"),
)
MOST = 12
_FEED_ENDINGS = ("/rss", "/feed", "/atom", ".rss", ".atom", "rss.xml", "feed.xml")
_OF_COMMENTS = ("comment", "коммент", "replies")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    address: str
    title: str = ""
    is_announced: bool = True

    @property
    def is_of_comments(self) -> bool:
        words = f"{self.title} {urlsplit(self.address).path}".casefold()
        return any(word in words for word in _OF_COMMENTS)


def feeds_in(page: str, *, address: str) -> list[FoundFeed]:
    """Return the feeds that a web page tells of, those of the site itself first."""
    seen: dict[str, FoundFeed] = {}
    for found in (*_announced(page, address), *_linked(page, address)):
        seen.setdefault(found.address, found)
    return sorted(seen.values(), key=lambda feed: feed.is_of_comments)[:MOST]


def usual_addresses(address: str) -> list[str]:
    """Return where a site's feed usually is."""
    return [urljoin(address, path) for path in USUAL_PATHS]


def _announced(page: str, address: str) -> Iterator[FoundFeed]:
    base = next((tag.get("href", "") for tag in tags_of(page, "base")), "")
    for tag in tags_of(page, "link"):
        rels = tag.get("rel", "").lower().split()
        is_feed = tag.get("type", "").lower().partition(";")[0].strip() in FEED_TYPES
        is_alternate = "alternate" in rels and is_feed
        if (is_alternate or "feed" in rels) and tag.get("href"):
            there = _joined(_joined(address, base), tag["href"])
            if there:
                title = line_of(tag.get("title", ""))[:200]
                yield FoundFeed(address=there, title=title)


def _linked(page: str, address: str) -> Iterator[FoundFeed]:
    for tag in tags_of(page, "a"):
        there = _joined(address, tag.get("href", ""))
        path = urlsplit(there).path.lower().rstrip("/") if there else ""
        if path.endswith(_FEED_ENDINGS):
            yield FoundFeed(address=there, is_announced=False)


def _joined(base: str, link: str) -> str:
    try:
        joined = urljoin(base, link.strip())
        is_web = urlsplit(joined).scheme in {"http", "https"}
    except ValueError:
        return ""
    return joined if is_web else ""
