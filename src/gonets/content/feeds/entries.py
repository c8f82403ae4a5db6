"""The entries of a feed as drafts of materials, whatever their format."""

from __future__ import annotations

import hashlib
from calendar import timegm
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urljoin, urlsplit

from gonets.content.cleaning import (
    TEASER_CHARACTERS,
    TITLE_CHARACTERS,
    TITLE_FROM_TEXT_CHARACTERS,
)
from gonets.content.connectors.base import MaterialDraft, SectionDraft
from gonets.content.markup import (
    first_picture,
    inert,
    looks_like_html,
    with_absolute_links,
)
from gonets.kernel.html import excerpt, line_of, storable, text_of

MOST_SECTIONS = 200
FIRST_YEAR = 1902
"""What is older are programs' zeros: of .NET, of Windows files, of spreadsheets."""

ZERO_DAYS = {(1969, 12, 31), (1970, 1, 1), (1980, 1, 1)}
"""Zeros of Unix, in any zone, and of DOS; archives do have articles of those years."""

THE_SECTION = "feed"
"""The section of a whole feed, and of what has no category."""

Entry = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Categories:
    """The sections that the categories of a feed become, where the owner wants it."""

    are_sections: bool
    sections: dict[str, SectionDraft] = field(default_factory=dict)

    def section_of(self, entry: Entry) -> str:
        """Return the section of an entry's first category."""
        if not self.are_sections:
            return THE_SECTION
        for name in categories_of(entry):
            section_id = f"category:{name.casefold()}"[:500]
            if section_id in self.sections:
                return section_id
            if len(self.sections) < MOST_SECTIONS:
                self.sections[section_id] = SectionDraft(
                    external_id=section_id, name=name, parent_id=THE_SECTION
                )
                return section_id
        return THE_SECTION


def drafts_of(
    entries: Sequence[Entry], *, base: str, language: str, categories: Categories
) -> Iterator[MaterialDraft]:
    shared_ids = _shared_ids(entries)
    for entry in entries:
        body = _body(entry)
        summary = _summary(entry)
        text = inert(text_of(summary or body))
        title = text_line(entry, "title", characters=TITLE_CHARACTERS)
        address = _address(entry, base=base)
        if not (title or text or address):
            continue
        picture, picture_alt = _picture(entry, body or summary, base=address or base)
        yield MaterialDraft(
            external_id=_identity(entry, address, title, text, shared_ids),
            section_id=categories.section_of(entry),
            title=title,
            teaser=excerpt(text, characters=TEASER_CHARACTERS),
            body=body or summary,
            address=address,
            author=text_line(entry, "author", characters=200),
            picture_address=picture,
            picture_alt=picture_alt,
            tags=tuple(categories_of(entry)),
            published_at=_first_moment(entry, "published", "created", "updated"),
            changed_at=_first_moment(entry, "updated"),
            expires_at=_first_moment(entry, "expired"),
            language=str(entry.get("language") or language),
            original=_original(entry),
        )


def categories_of(entry: Entry) -> list[str]:
    """Return the categories as people read them, each once."""
    names: dict[str, str] = {}
    for tag in (entry.get("tags") or [])[:100]:
        said = "label" if tag.get("label") else "term"
        name = text_line(tag, said, characters=200)
        if name:
            names.setdefault(name.casefold(), name)
    return list(names.values())[:50]


def text_line(entry: Entry, name: str, *, characters: int) -> str:
    """Return a text of the feed as one plain line, whatever type it was given as."""
    value = str(entry.get(name, ""))
    plain = text_of(value) if looks_like_html(value) else value
    return excerpt(inert(plain), characters=characters)


def _body(entry: Entry) -> str:
    contents = entry.get("content") or []
    html = [each for each in contents if "html" in str(each.get("type", ""))]
    for each in [*html, *contents]:
        if each.get("value"):
            return _as_html(str(each["value"]), each)
    return ""


def _summary(entry: Entry) -> str:
    return _as_html(str(entry.get("summary", "")), entry.get("summary_detail") or {})


def _as_html(value: str, detail: Entry) -> str:
    """Return a text as HTML whose links do not depend on where it stood."""
    if detail.get("type") == "text/plain" and "<" not in value:
        return escape(value, quote=False)
    return with_absolute_links(value, base=str(detail.get("base") or ""))


def _address(entry: Entry, *, base: str) -> str:
    """Return where people read it: the link, else a guid that is one."""
    links = [entry.get("link", "")]
    links += [
        link.get("href", "")
        for link in entry.get("links", [])
        if link.get("rel") == "alternate"
    ]
    # A guid is a link unless the feed says that it is none (RSS 2.0, isPermaLink).
    if "://" in str(entry.get("id", "")) and entry.get("guidislink", True):
        links.append(entry["id"])
    for link in links:
        if address := web_address(str(link), base=base):
            return address
    return ""


def web_address(link: str, *, base: str) -> str:
    """Return ``link`` as an absolute http(s) address, or nothing."""
    link = storable(str(link or "")).strip()
    if not link:
        return ""
    try:
        is_whole = link.startswith(("http://", "https://"))
        address = link if is_whole else urljoin(base, link)
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
    named = title or excerpt(text, characters=TITLE_FROM_TEXT_CHARACTERS)
    identity = guid or address or f"{named}\n{text}"
    if len(identity) <= 500 and (guid or address):
        return identity
    return "sha256:" + hashlib.sha256(identity.encode()).hexdigest()


def _first_moment(entry: Entry, *names: str) -> datetime | None:
    for name in names:
        moment = entry.get(f"{name}_parsed")
        if not moment or _is_zero(moment):
            continue
        try:
            return datetime.fromtimestamp(timegm(moment), UTC)
        except (ValueError, OverflowError, OSError):
            continue
    return None


def _is_zero(moment: Sequence[int]) -> bool:
    return moment[0] < FIRST_YEAR or tuple(moment[:3]) in ZERO_DAYS


def _picture(entry: Entry, html: str, *, base: str) -> tuple[str, str]:
    """Return the address and the description of the entry's own picture."""
    link, alt = first_picture(html)
    for announced in _announced_pictures(entry):
        if address := web_address(announced, base=base):
            return address, alt if announced == link else ""
    return web_address(link, base=base), excerpt(alt, characters=300)


def _announced_pictures(entry: Entry) -> Iterator[str]:
    """Yield addresses of pictures, those made for showing first."""
    if picture := entry.get("picture"):
        yield str(picture)
    for media in _largest_first(entry.get("media_content") or []):
        kind = str(media.get("medium") or media.get("type") or "")
        if kind.startswith("image"):
            yield str(media.get("url", ""))
    for link in entry.get("links") or []:
        kind = str(link.get("type", ""))
        if link.get("rel") == "enclosure" and kind.startswith("image"):
            yield str(link.get("href", ""))
    for thumbnail in _largest_first(entry.get("media_thumbnail") or []):
        yield str(thumbnail.get("url", ""))
    if image := entry.get("image"):
        yield str(image.get("href", ""))


def _largest_first(pictures: Iterable[Entry]) -> list[Entry]:
    def width(picture: Entry) -> int:
        said = str(picture.get("width", ""))
        return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 0

    return sorted(pictures, key=width, reverse=True)


def _original(entry: Entry) -> dict[str, Any]:
    """Return what the source said, word for word but the long texts."""
    names = ("id", "title", "link", "author", "published", "updated")
    said: dict[str, Any] = {name: entry[name] for name in names if entry.get(name)}
    categories = [tag.get("term") for tag in entry.get("tags") or [] if tag.get("term")]
    if categories:
        said["categories"] = categories[:50]
    files = [
        {"href": link.get("href", ""), "type": link.get("type", "")}
        for link in entry.get("links") or []
        if link.get("rel") == "enclosure"
    ]
    if files:
        said["enclosures"] = files[:20]
    return said
