"""RSS and Atom feeds, by address or from a file."""

from __future__ import annotations

import hashlib
import json
from calendar import timegm
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
from django.utils.translation import gettext_lazy as _

from gonets.content.connectors.base import (
    Access,
    Connector,
    MaterialDraft,
    Reading,
    SectionDraft,
    Wish,
)
from gonets.content.errors import SourceUnreadable
from gonets.content.markup import first_picture, looks_like_html
from gonets.content.states import FetchFailure
from gonets.content.syndication import (
    charset_of,
    check_feed,
    check_whole,
    feed_address_in,
    repaired,
    with_entities,
)
from gonets.kernel import http
from gonets.kernel.html import excerpt, line_of, storable, text_of

MAX_ENTRIES = 1000
TEASER_CHARACTERS = 400
TITLE_CHARACTERS = 500
TITLE_FROM_TEXT_CHARACTERS = 90
EARLIEST_YEAR = 1985
"""Before the web: such a date is a program's zero, not a publication."""

THE_SECTION = "feed"
"""A feed is one section; its categories stay in ``original``."""

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml;q=0.9,"
    " application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"
)

Entry = Mapping[str, Any]


class FeedConnector(Connector):
    caption = _("RSS or Atom feed")

    def materials(self, access: Access, wish: Wish) -> Reading:
        if access.file is not None:
            return read_feed(access.file, address=access.address)
        if not access.address:
            raise SourceUnreadable(FetchFailure.NEEDS_A_FILE)
        answer = _ask(access.address, access)
        announced = feed_address_in(answer.content, address=answer.address)
        if announced and _is_web_page(answer.content):
            answer = _ask(announced, access)
            return _read_answer(answer, asked=announced)
        return _read_answer(answer, asked=access.address)


connector = FeedConnector()


def read_feed(content: bytes, *, address: str, content_type: str = "") -> Reading:
    """Return what the bytes of a feed say; relative links are seen from ``address``.

    :raises SourceUnreadable: with the reason.
    """
    check_feed(content)
    charset = charset_of(content)
    if charset:
        content_type = f"application/xml; charset={charset}"
    headers = {"content-location": address}
    if content_type:
        headers["content-type"] = content_type
    parsed = _parsed(content, headers)
    if not parsed.version and not parsed.entries:
        raise SourceUnreadable(FetchFailure.NOT_A_FEED)
    return _reading(parsed, address=address)


def _parsed(content: bytes, headers: dict[str, str]) -> Any:
    content = with_entities(content)
    parsed = _parsed_as_it_is(content, headers)
    if not parsed.bozo:
        return parsed
    check_whole(content)
    return _parsed_as_it_is(repaired(content), headers)


def _parsed_as_it_is(content: bytes, headers: dict[str, str]) -> Any:
    """Parse without sanitising: it takes half the time, and ours is stricter."""
    try:
        # A stream: given bytes, feedparser would try them as the name of a file first.
        return feedparser.parse(
            BytesIO(content), response_headers=headers, sanitize_html=False
        )
    except Exception as error:
        # On damaged input feedparser raises whatever its many parts happen to.
        raise SourceUnreadable(FetchFailure.NOT_A_FEED, repr(error)) from error


def _ask(address: str, access: Access) -> http.Answer:
    return http.fetch(address, guard=access.guard, headers={"Accept": ACCEPT})


def _read_answer(answer: http.Answer, *, asked: str) -> Reading:
    reading = read_feed(
        answer.content,
        address=answer.address,
        content_type=answer.headers.get("content-type", ""),
    )
    return Reading(
        name=reading.name or urlsplit(answer.address).hostname or "",
        address=asked,
        sections=reading.sections,
        materials=reading.materials,
        skipped=reading.skipped,
    )


def _is_web_page(content: bytes) -> bool:
    try:
        check_feed(content)
    except SourceUnreadable as error:
        return error.failure == FetchFailure.WEB_PAGE
    return False


def _reading(parsed: Any, *, address: str) -> Reading:
    # As plain dicts: feedparser's own warn about keys and make others up.
    feed: Entry = dict(parsed.feed)
    entries: list[Entry] = [dict(entry) for entry in parsed.entries]
    name = _text_line(feed, "title", characters=200)
    base = _web_address(feed.get("link", ""), base=address) or address
    drafts: dict[str, MaterialDraft] = {}
    for draft in _drafts(entries[:MAX_ENTRIES], base=base):
        drafts.setdefault(draft.external_id, draft)
    return Reading(
        name=name,
        sections=(SectionDraft(external_id=THE_SECTION, name=name),),
        materials=tuple(drafts.values()),
        skipped=len(entries) - len(drafts),
    )


def _drafts(entries: Sequence[Entry], *, base: str) -> Iterator[MaterialDraft]:
    shared_ids = _shared_ids(entries)
    for entry in entries:
        body = _body(entry)
        summary = _summary(entry)
        text = text_of(summary or body)
        title = _text_line(entry, "title", characters=TITLE_CHARACTERS)
        title = title or excerpt(text, characters=TITLE_FROM_TEXT_CHARACTERS)
        if not title:
            continue
        address = _address(entry, base=base)
        picture, picture_alt = _picture(entry, body or summary, base=address or base)
        yield MaterialDraft(
            external_id=_identity(entry, address, title, text, shared_ids),
            section_id=THE_SECTION,
            title=title,
            teaser=excerpt(text, characters=TEASER_CHARACTERS),
            body=body or summary,
            address=address,
            author=_text_line(entry, "author", characters=200),
            picture_address=picture,
            picture_alt=picture_alt,
            published_at=_published_at(entry),
            original=_original(entry),
        )


def _text_line(entry: Entry, name: str, *, characters: int) -> str:
    """Return a text of the feed as one plain line, whatever type it was given as."""
    value = str(entry.get(name, ""))
    plain = text_of(value) if looks_like_html(value) else value
    return excerpt(plain, characters=characters)


def _body(entry: Entry) -> str:
    contents = entry.get("content") or []
    html = [each for each in contents if "html" in str(each.get("type", ""))]
    for each in [*html, *contents]:
        if each.get("value"):
            return _as_html(each["value"], str(each.get("type", "")))
    return ""


def _summary(entry: Entry) -> str:
    kind = (entry.get("summary_detail") or {}).get("type", "")
    return _as_html(str(entry.get("summary", "")), str(kind))


def _as_html(value: str, kind: str) -> str:
    if kind == "text/plain" and "<" not in value:
        return escape(value, quote=False)
    return value


def _address(entry: Entry, *, base: str) -> str:
    """Return where people read it: the link, else a guid that is one."""
    links = [entry.get("link", "")]
    links += [
        link.get("href", "")
        for link in entry.get("links", [])
        if link.get("rel") == "alternate"
    ]
    links.append(entry.get("id", "") if "://" in str(entry.get("id", "")) else "")
    for link in links:
        if address := _web_address(str(link), base=base):
            return address
    return ""


def _web_address(link: str, *, base: str) -> str:
    """Return ``link`` as an absolute http(s) address, or nothing."""
    link = storable(link).strip()
    if not link:
        return ""
    try:
        address = urljoin(base, link)
        parts = urlsplit(address)
    except ValueError:
        return ""
    is_web = parts.scheme in {"http", "https"} and bool(parts.netloc)
    return address if is_web and len(address) <= 2000 else ""


def _shared_ids(entries: Iterable[Entry]) -> set[str]:
    """Return ids that stand for different addresses: a generator's constant."""
    addresses: dict[str, set[str]] = {}
    for entry in entries:
        addresses.setdefault(str(entry.get("id", "")), set()).add(
            str(entry.get("link", ""))
        )
    return {identity for identity, links in addresses.items() if len(links) > 1}


def _identity(
    entry: Entry, address: str, title: str, text: str, shared_ids: set[str]
) -> str:
    """Return what stays the same at the source: guid, else address, else content."""
    guid = line_of(str(entry.get("id", "")))
    if guid and guid in shared_ids:
        guid = f"{guid} {address}"
    identity = guid or address or f"{title}\n{text}"
    if len(identity) <= 500 and (guid or address):
        return identity
    return "sha256:" + hashlib.sha256(identity.encode()).hexdigest()


def _published_at(entry: Entry) -> datetime | None:
    for name in ("published_parsed", "created_parsed", "updated_parsed"):
        moment = entry.get(name)
        if not moment or moment[0] < EARLIEST_YEAR:
            continue
        try:
            return datetime.fromtimestamp(timegm(moment), UTC)
        except (ValueError, OverflowError, OSError):
            continue
    return None


def _picture(entry: Entry, html: str, *, base: str) -> tuple[str, str]:
    """Return the address and the description of the entry's own picture."""
    link, alt = first_picture(html)
    for announced in _announced_pictures(entry):
        if address := _web_address(announced, base=base):
            return address, alt if announced == link else ""
    return _web_address(link, base=base), excerpt(alt, characters=300)


def _announced_pictures(entry: Entry) -> Iterator[str]:
    for media in entry.get("media_content", []):
        kind = str(media.get("medium") or media.get("type") or "")
        if kind.startswith("image"):
            yield str(media.get("url", ""))
    for link in entry.get("links", []):
        kind = str(link.get("type", ""))
        if link.get("rel") == "enclosure" and kind.startswith("image"):
            yield str(link.get("href", ""))
    for thumbnail in entry.get("media_thumbnail", []):
        yield str(thumbnail.get("url", ""))
    if image := entry.get("image"):
        yield str(image.get("href", ""))


def _original(entry: Entry) -> dict[str, Any]:
    """Return what the source said, word for word but the long texts."""
    names = ("id", "title", "link", "author", "published", "updated")
    said: dict[str, Any] = {name: entry[name] for name in names if entry.get(name)}
    categories = [tag.get("term") for tag in entry.get("tags", []) if tag.get("term")]
    if categories:
        said["categories"] = categories[:50]
    # JSON in PostgreSQL takes neither NUL nor lone surrogates.
    clean: dict[str, Any] = json.loads(
        storable(json.dumps(said, ensure_ascii=False, default=str))
    )
    return clean
