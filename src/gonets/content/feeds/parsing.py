"""The bytes of a feed of any format as one shape, that of feedparser."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import feedparser

from gonets.content.connectors.base import MaterialDraft, Reading, SectionDraft
from gonets.content.errors import SourceUnreadable
from gonets.content.feeds.entries import (
    THE_SECTION,
    Categories,
    Entry,
    drafts_of,
    text_line,
    web_address,
)
from gonets.content.feeds.json_feed import is_json, parsed_json
from gonets.content.states import FetchFailure
from gonets.content.syndication import (
    charset_of,
    check_feed,
    has_lost_its_end,
    repaired,
    with_entities,
    without_cut_entry,
)

MAX_ENTRIES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed says of itself, and its entries.  ``is_cut``: the end is missing."""

    about: Entry
    entries: list[Entry]
    is_cut: bool = False


def read_feed(
    content: bytes,
    *,
    address: str,
    content_type: str = "",
    categories_are_sections: bool = False,
) -> Reading:
    """Return what the bytes of a feed say; relative links are seen from ``address``.

    :raises SourceUnreadable: with the reason.
    """
    feed = parsed_feed(content, address=address, content_type=content_type)
    return reading_of(
        feed, address=address, categories_are_sections=categories_are_sections
    )


def parsed_feed(content: bytes, *, address: str, content_type: str = "") -> Feed:
    """Return what the bytes say.

    :raises SourceUnreadable: with the reason.
    """
    if is_json(content):
        about, entries = parsed_json(content, base=address)
        return Feed(about=about, entries=entries)
    check_feed(content)
    charset = charset_of(content)
    if charset:
        content_type = f"application/xml; charset={charset}"
    headers = {"content-location": address}
    if content_type:
        headers["content-type"] = content_type
    return _parsed_xml(with_entities(content), headers)


def reading_of(feed: Feed, *, address: str, categories_are_sections: bool) -> Reading:
    name = text_line(feed.about, "title", characters=200)
    base = web_address(feed.about.get("link", ""), base=address) or address
    categories = Categories(are_sections=categories_are_sections)
    drafts: dict[str, MaterialDraft] = {}
    for draft in drafts_of(
        feed.entries[:MAX_ENTRIES],
        base=base,
        language=str(feed.about.get("language") or ""),
        categories=categories,
    ):
        drafts.setdefault(draft.external_id, draft)
    whole = SectionDraft(external_id=THE_SECTION, name=name)
    return Reading(
        name=name,
        sections=(whole, *categories.sections.values()),
        materials=tuple(drafts.values()),
        skipped=len(feed.entries) - len(drafts),
    )


def _parsed_xml(content: bytes, headers: dict[str, str]) -> Feed:
    parsed = _parsed_as_it_is(content, headers)
    is_cut = bool(parsed.bozo) and has_lost_its_end(content)
    if parsed.bozo:
        content = without_cut_entry(content) if is_cut else content
        parsed = _parsed_as_it_is(repaired(content), headers)
    if not parsed.version and not parsed.entries:
        raise SourceUnreadable(FetchFailure.NOT_A_FEED)
    if is_cut and not parsed.entries:
        raise SourceUnreadable(FetchFailure.TRUNCATED)
    # As plain dicts: feedparser's own warn about keys and make others up.
    return Feed(
        about=dict(parsed.feed),
        entries=[dict(entry) for entry in parsed.entries],
        is_cut=is_cut,
    )


def _parsed_as_it_is(content: bytes, headers: dict[str, str]) -> Any:
    """Parse without sanitising and without resolving the links within texts.

    Both take most of the time; our own are quicker, and the cleaning is stricter.
    """
    try:
        # A stream: given bytes, feedparser would try them as the name of a file first.
        return feedparser.parse(
            BytesIO(content),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:
        # On damaged input feedparser raises whatever its many parts happen to.
        raise SourceUnreadable(FetchFailure.NOT_A_FEED, repr(error)) from error
