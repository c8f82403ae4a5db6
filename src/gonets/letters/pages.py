"""What a letter's page holds, by the field that each thing stands in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

VOID = {*("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr")}
UNSEEN = {"style", "script", "title", "head"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """``text`` is what readers see of it, descriptions of pictures included."""

    address: str
    text: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePicture:
    """``alt`` is None where the page does not say anything."""

    address: str
    alt: str | None
    width: int | None
    height: int | None
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHeading:
    level: int
    text: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """``language`` is what the page itself says of it."""

    language: str = ""
    links: tuple[PageLink, ...] = ()
    pictures: tuple[PagePicture, ...] = ()
    headings: tuple[PageHeading, ...] = ()
    text: str = ""


def page_of(html: str) -> Page:
    """Read a page made for editing, whose elements name their fields."""
    reader = _PageReader()
    reader.feed(html)
    reader.close()
    return Page(
        language=reader.language,
        links=tuple(reader.links),
        pictures=tuple(reader.pictures),
        headings=tuple(reader.headings),
        text=" ".join("".join(reader.texts).split()),
    )


@dataclass
class _Element:
    """An element that is open; ``field`` is its own or its parent's."""

    tag: str
    field: str
    entry: str
    is_hidden: bool
    address: str = ""
    words_from: int = 0  # of all texts, where its own begin

    @property
    def place(self) -> str:
        return self.field or self.entry


class _PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.language = ""
        self.links: list[PageLink] = []
        self.pictures: list[PagePicture] = []
        self.headings: list[PageHeading] = []
        self.texts: list[str] = []
        self._open = [_Element("", "", "", is_hidden=False)]
        self._seen_fields: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = values.get("lang", "").strip()
        if tag == "img":
            self._picture(values, has_alt=any(name == "alt" for name, _ in attrs))
        if tag not in VOID:
            self._open.append(self._opened(tag, values))
        if tag in {"br", "p", "td", "li", "div", "h1", "h2", "h3", "h4"}:
            self.texts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self._open) - 1, 0, -1):
            if self._open[at].tag == tag:
                self._closed(self._open[at])
                del self._open[at:]
                return

    def handle_data(self, data: str) -> None:
        if not self._open[-1].is_hidden:
            self.texts.append(data)

    def _opened(self, tag: str, values: Mapping[str, str]) -> _Element:
        parent = self._open[-1]
        own = values.get("data-edit", "")
        if own:
            self._seen_fields.append((len(self.texts), own))
        entry = _ENTRY.search(values.get("class", ""))
        return _Element(
            tag=tag,
            field=own or parent.field,
            entry=f"entry.{entry[1]}.title" if entry else parent.entry,
            is_hidden=parent.is_hidden
            or tag in UNSEEN
            or _HIDDEN.search(values.get("style", "")) is not None,
            address=values.get("href", "").strip() if tag == "a" else "",
            words_from=len(self.texts),
        )

    def _closed(self, element: _Element) -> None:
        is_heading = _HEADING.fullmatch(element.tag) is not None
        if not element.address and not is_heading:
            return
        text = " ".join("".join(self.texts[element.words_from :]).split())
        place = element.field or self._field_within(element) or element.entry
        if element.address:
            self.links.append(PageLink(address=element.address, text=text, field=place))
        if is_heading and text:
            level = int(element.tag[1])
            self.headings.append(PageHeading(level=level, text=text, field=place))

    def _field_within(self, element: _Element) -> str:
        """Return the first field that began inside of the element."""
        inside = (name for at, name in self._seen_fields if at >= element.words_from)
        return next(inside, "")

    def _picture(self, values: Mapping[str, str], *, has_alt: bool) -> None:
        alt = values.get("alt", "")
        self.texts.append(f" {alt} " if self._open[-1].address else " ")
        self.pictures.append(
            PagePicture(
                address=values.get("src", "").strip(),
                alt=alt if has_alt else None,
                width=_side(values, "width"),
                height=_side(values, "height"),
                field=values.get("data-edit-picture", "") or self._open[-1].place,
            )
        )


def _side(values: Mapping[str, str], name: str) -> int | None:
    """Return how wide or high a picture is shown: its style says more than itself."""
    styled = re.search(
        rf"(?:^|[;\s]){name}\s*:\s*(\d{{1,5}})(?:px)?\s*(?:!|;|$)",
        values.get("style", ""),
        re.IGNORECASE,
    )
    return int(styled[1]) if styled else _number(values.get(name, ""))


def _number(text: str) -> int | None:
    found = _NUMBER.match(text.strip())
    return int(found[0]) if found else None


_ENTRY = re.compile(r"\bentry-(\d+)\b")
_HEADING = re.compile(r"h[1-6]")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,5}")
