"""JSON Feed (jsonfeed.org, 1.0 and 1.1) in the shape that feedparser gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from time import struct_time
from typing import Any
from urllib.parse import urljoin

from gonets.content.connectors.base import json_of
from gonets.content.errors import SourceUnreadable
from gonets.content.states import FetchFailure
from gonets.content.syndication import MAX_FEED_BYTES

SIGN = "jsonfeed.org/version"
_BLANK = b"\xef\xbb\xbf \t\r\n"

Json = Mapping[str, Any]


def is_json(content: bytes) -> bool:
    return content[:100].lstrip(_BLANK)[:1] == b"{"


def parsed_json(content: bytes, *, base: str) -> tuple[Json, list[Json]]:
    """Return what the feed says of itself, and its entries.

    :raises SourceUnreadable: if it is no JSON Feed.
    """
    if len(content) > MAX_FEED_BYTES:
        raise SourceUnreadable(FetchFailure.TOO_LARGE)
    try:
        feed = _dict(json_of(content.lstrip(_BLANK)))
    except SourceUnreadable as error:
        raise SourceUnreadable(FetchFailure.NOT_A_FEED, str(error)) from error
    if SIGN not in _text(feed, "version"):
        raise SourceUnreadable(FetchFailure.NOT_A_FEED)
    return _about(feed, base), [_entry(item, feed, base) for item in _items(feed)]


def _about(feed: Json, base: str) -> Json:
    links = [
        {"rel": "hub", "href": _text(_dict(hub), "url")} for hub in _list(feed, "hubs")
    ]
    links.append({"rel": "next", "href": _address(feed, "next_url", base)})
    links.append({"rel": "self", "href": _address(feed, "feed_url", base)})
    return {
        "title": _text(feed, "title"),
        "link": _address(feed, "home_page_url", base),
        "language": _text(feed, "language"),
        "links": links,
    }


def _entry(item: Json, feed: Json, base: str) -> Json:
    html, plain = _text(item, "content_html"), _text(item, "content_text")
    address = _address(item, "url", base) or _address(item, "external_url", base)
    return {
        "id": _text(item, "id"),
        "title": _text(item, "title"),
        "link": address,
        "summary": _text(item, "summary"),
        "summary_detail": {"type": "text/plain"},
        "content": [
            {"type": "text/html", "value": html},
            {"type": "text/plain", "value": plain},
        ],
        "author": ", ".join(_authors(item) or _authors(feed)),
        "tags": [{"term": tag} for tag in _list(item, "tags") if isinstance(tag, str)],
        "picture": _address(item, "image", base)
        or _address(item, "banner_image", base),
        "links": [
            {
                "rel": "enclosure",
                "type": _text(_dict(file), "mime_type"),
                "href": _address(_dict(file), "url", base),
            }
            for file in _list(item, "attachments")
        ],
        "language": _text(item, "language"),
        "published": _text(item, "date_published"),
        "published_parsed": _moment(_text(item, "date_published")),
        "updated": _text(item, "date_modified"),
        "updated_parsed": _moment(_text(item, "date_modified")),
    }


def _items(feed: Json) -> Iterator[Json]:
    for item in _list(feed, "items"):
        if isinstance(item, dict):
            yield item


def _authors(item: Json) -> list[str]:
    said = [*_list(item, "authors"), item.get("author")]
    names = (_text(_dict(author), "name") for author in said)
    return list(dict.fromkeys(name for name in names if name))


def _moment(text: str) -> struct_time | None:
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text.strip())
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC).timetuple()
    return None


def _address(item: Json, name: str, base: str) -> str:
    said = _text(item, name).strip()
    with suppress(ValueError):
        return urljoin(base, said) if said else ""
    return ""


def _text(item: Json, name: str) -> str:
    """Return a text; numbers are taken for what they look like, as ids often are."""
    said = item.get(name)
    is_text = isinstance(said, str | int | float) and not isinstance(said, bool)
    return str(said) if is_text else ""


def _list(item: Json, name: str) -> list[Any]:
    said = item.get(name)
    return said if isinstance(said, list) else []


def _dict(said: Any) -> Json:
    return said if isinstance(said, dict) else {}
