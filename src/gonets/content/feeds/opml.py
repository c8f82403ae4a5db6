"""Lists of feeds (OPML 1.0 and 2.0): read, whatever wrote them, and written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from gonets.content.errors import SourceUnreadable
from gonets.content.feeds.entries import web_address
from gonets.content.states import FetchFailure
from gonets.content.syndication import repaired
from gonets.kernel.html import line_of, storable

MAX_OPML_BYTES = 5_000_000
MOST_FEEDS = 5_000
DEEPEST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFeed:
    """A feed of the list; ``folders`` are the names of those it is in."""

    address: str
    name: str
    folders: tuple[str, ...] = ()


def is_opml(content: bytes) -> bool:
    plain = content[:4_000].replace(b"\0", b"").lower()
    return b"<opml" in plain


def listed_feeds(content: bytes) -> list[ListedFeed]:
    """Return the feeds of a list in its order, each address once.

    :raises SourceUnreadable: if it is no such list.
    """
    if len(content) > MAX_OPML_BYTES:
        raise SourceUnreadable(FetchFailure.TOO_LARGE)
    found: dict[str, ListedFeed] = {}
    for feed in _feeds_below(_root(content), folders=(), depth=0):
        found.setdefault(feed.address, feed)
        if len(found) >= MOST_FEEDS:
            break
    if not found:
        raise SourceUnreadable(FetchFailure.EMPTY)
    return list(found.values())


def written_list(feeds: Iterable[ListedFeed], *, title: str) -> bytes:
    root = Element("opml", version="2.0")
    SubElement(SubElement(root, "head"), "title").text = title
    body = SubElement(root, "body")
    for feed in feeds:
        name = storable(feed.name)
        SubElement(
            body, "outline", type="rss", text=name, title=name, xmlUrl=feed.address
        )
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _root(content: bytes) -> Element:
    try:
        return _parsed(content)
    except DefusedXmlException as error:
        raise SourceUnreadable(FetchFailure.DANGEROUS, repr(error)) from error
    except (ParseError, ValueError, LookupError) as error:
        raise SourceUnreadable(FetchFailure.NOT_A_FEED, str(error)) from error


def _parsed(content: bytes) -> Element:
    try:
        root: Element = fromstring(content, forbid_dtd=False)
    except ParseError:
        # Bare ampersands in addresses are the commonest fault of such lists.
        root = fromstring(repaired(content))
    return root


def _feeds_below(
    element: Element, *, folders: tuple[str, ...], depth: int
) -> Iterator[ListedFeed]:
    for outline in element:
        said = {name.lower(): value for name, value in outline.attrib.items()}
        name = line_of(said.get("title") or said.get("text") or "")[:200]
        address = web_address(said.get("xmlurl", ""), base="")
        if address:
            yield ListedFeed(address=address, name=name, folders=folders)
        is_folder = str(outline.tag).lower() == "outline" and not address and name
        inner = (*folders, name) if is_folder else folders
        if depth < DEEPEST:
            yield from _feeds_below(outline, folders=inner, depth=depth + 1)
