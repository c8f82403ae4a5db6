"""RSS, Atom, RDF and JSON feeds, by address or from a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from gonets.content.connectors.base import (
    Access,
    Connector,
    Look,
    Need,
    NeedKind,
    Reading,
    Recognition,
    Wish,
)
from gonets.content.errors import SourceUnreadable
from gonets.content.feeds.discovery import FoundFeed, feeds_in, usual_addresses
from gonets.content.feeds.links import hub_of, older_page
from gonets.content.feeds.parsing import Feed, parsed_feed, read_feed, reading_of
from gonets.content.feeds.wishes import ask_again_after, freshness_of
from gonets.content.states import FetchFailure
from gonets.content.syndication import is_web_page
from gonets.kernel import clock, http

__all__ = ["connector", "read_feed"]

VERSION = 1
"""Of what is made out of a feed: with a new one the same bytes are read again."""

MOST_OLDER_PAGES = 20
AS_TAGS, AS_SECTIONS = "tags", "sections"

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json,"
    " application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"
)


class FeedConnector(Connector):
    caption = _("RSS or Atom feed")
    explanation = _("The list of latest news that nearly every site publishes.")
    address_help = _(
        "Of the feed, or of the site: most sites say themselves where it is."
    )
    needs = (
        Need(
            name="categories",
            label=_("Categories of the feed"),
            kind=NeedKind.CHOICE,
            choices=(
                (AS_TAGS, _("become tags; the feed is one section")),
                (AS_SECTIONS, _("become sections")),
            ),
            initial=AS_TAGS,
        ),
        Need(
            name="history",
            label=_("Also take what is older"),
            help=_("If the feed has pages of older entries, up to twenty are read."),
            kind=NeedKind.SWITCH,
            initial=True,
        ),
    )

    def recognise(self, look: Look) -> Iterator[Recognition]:
        if look.answer is None:
            return
        if not is_web_page(look.answer.content):
            yield from _as_feed(look.answer, certainty=60)
            return
        found = feeds_in(look.page, address=look.address)
        for place, feed in enumerate(found):
            yield Recognition(
                address=feed.address,
                name=feed.title,
                certainty=_certainty(feed) - place,
            )
        if not found:
            yield from _at_usual_places(look)

    def materials(self, access: Access, wish: Wish) -> Reading:
        if access.file is not None:
            return _read(access, access.file)
        if not access.address:
            raise SourceUnreadable(FetchFailure.NEEDS_A_FILE)
        if wish.cursor:
            return _older(access, wish.cursor)
        return _newest(access, takes_older=wish.changed_since is None)


connector = FeedConnector()


def _newest(access: Access, *, takes_older: bool) -> Reading:
    answer = access.get(headers=_conditions(access))
    if answer.status == http.NOT_MODIFIED or _sum(access, answer) == access.memory.get(
        "sum"
    ):
        return _unchanged(access, answer)
    asked = access.address
    if is_web_page(answer.content):
        announced = feeds_in(_start(answer.content), address=answer.address)
        if announced:
            asked = announced[0].address
            answer = access.get(asked, headers={"Accept": ACCEPT})
    return _read_answer(access, answer, asked=asked, takes_older=takes_older)


def _read_answer(
    access: Access, answer: http.Answer, *, asked: str, takes_older: bool
) -> Reading:
    feed = parsed_feed(
        answer.content,
        address=answer.address,
        content_type=answer.headers.get("content-type", ""),
    )
    reading = reading_of(
        feed,
        address=answer.address,
        categories_are_sections=_has_sections(access),
    )
    older = older_page(feed.about, address=answer.address)
    takes_older = takes_older and bool(access.settings.get("history", True))
    return replace(
        reading,
        name=reading.name or urlsplit(answer.address).hostname or "",
        address=asked if answer.lasting_address == asked else answer.lasting_address,
        memory=_memory(access, answer, feed),
        next_cursor=f"1 {older}" if older and takes_older else "",
        ask_again_after=ask_again_after(
            feed.about,
            content=answer.content,
            headers=answer.headers,
            now=clock.now(),
        ),
    )


def _older(access: Access, cursor: str) -> Reading:
    """Return a page of the feed's history (RFC 5005), as far as there is one.

    One that cannot be read ends the history, but never holds the newest up.
    """
    number, _space, address = cursor.partition(" ")
    try:
        answer = access.get(address, headers={"Accept": ACCEPT})
        feed = parsed_feed(
            answer.content,
            address=answer.address,
            content_type=answer.headers.get("content-type", ""),
        )
    except (http.HttpError, SourceUnreadable):
        return Reading()
    reading = reading_of(
        feed, address=answer.address, categories_are_sections=_has_sections(access)
    )
    older = older_page(feed.about, address=answer.address)
    has_more = older not in {"", address} and int(number) < MOST_OLDER_PAGES
    return replace(
        reading, name="", next_cursor=f"{int(number) + 1} {older}" if has_more else ""
    )


def _read(access: Access, content: bytes) -> Reading:
    return read_feed(
        content,
        address=access.address,
        categories_are_sections=_has_sections(access),
    )


def _has_sections(access: Access) -> bool:
    return bool(access.settings.get("categories") == AS_SECTIONS)


def _conditions(access: Access) -> dict[str, str]:
    """Return the headers by which a server can say that nothing is new."""
    headers = {"Accept": ACCEPT}
    if not _is_current(access):
        return headers
    if etag := access.memory.get("etag"):
        headers["If-None-Match"] = etag
    if modified := access.memory.get("modified"):
        headers["If-Modified-Since"] = modified
    return headers


def _is_current(access: Access) -> bool:
    """True if what was remembered is of this address, read in this way."""
    return bool(access.memory.get("of") == _of(access))


def _of(access: Access) -> str:
    return f"{VERSION} {access.settings.get('categories', '')} {access.address}"


def _sum(access: Access, answer: http.Answer) -> str:
    digest = hashlib.sha256(answer.content)
    digest.update(answer.headers.get("content-type", "").encode())
    return f"{_of(access)} {digest.hexdigest()}"


def _memory(access: Access, answer: http.Answer, feed: Feed) -> dict[str, Any]:
    if feed.is_cut:
        return {}  # It is asked for again as a whole.
    return {
        "of": _of(access),
        "etag": answer.headers.get("etag", "")[:500],
        "modified": answer.headers.get("last-modified", "")[:100],
        "sum": _sum(access, answer),
        **hub_of(feed.about, answer),
    }


def _unchanged(access: Access, answer: http.Answer) -> Reading:
    return Reading(
        is_unchanged=True,
        ask_again_after=freshness_of(answer.headers) or None,
        address=answer.lasting_address,
    )


def _as_feed(answer: http.Answer, *, certainty: int) -> Iterator[Recognition]:
    try:
        feed = parsed_feed(
            answer.content,
            address=answer.address,
            content_type=answer.headers.get("content-type", ""),
        )
    except SourceUnreadable:
        return
    reading = reading_of(feed, address=answer.address, categories_are_sections=False)
    yield Recognition(
        address=answer.lasting_address, name=reading.name, certainty=certainty
    )


def _at_usual_places(look: Look) -> Iterator[Recognition]:
    """Look where feeds usually are, until one is found."""
    guard = replace(look.access.guard, patience=timedelta(seconds=5))
    for address in usual_addresses(look.address):
        try:
            answer = http.fetch(address, guard=guard, headers={"Accept": ACCEPT})
        except http.NoAnswer:
            return  # The site is down or slow: the others would be no better.
        except http.HttpError:
            continue
        if is_web_page(answer.content):
            continue
        found = list(_as_feed(answer, certainty=40))
        if found:
            yield from found
            return


def _certainty(feed: FoundFeed) -> int:
    if feed.is_of_comments:
        return 20
    return 50 if feed.is_announced else 35


def _start(content: bytes) -> str:
    return content[:300_000].decode("utf-8", "replace")
