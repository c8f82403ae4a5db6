"""The tags of a page that tell what it is about, found in bounded time; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from gonets.content.markup import SMALLEST_SIDE, tags_of
from gonets.kernel.html import line_of, only_tags

SHORTEST_PARAGRAPH = 60
LARGE_SIDE = 200
MOST_READ = 10_000_000

TAGS = {
    *("meta", "title", "link", "base", "h1", "p", "img", "time", "article", "main"),
    *("header", "footer", "nav", "aside", "form"),
}
ATTRIBUTES = {
    "meta": {"property", "name", "itemprop", "content"},
    "link": {"rel", "href"},
    "base": {"href"},
    "img": {"src", "alt", "width", "height", "srcset", "data-src"},
    "time": {"datetime", "itemprop", "pubdate"},
}
AROUND = {"header", "footer", "nav", "aside", "form"}
"""What is in there is not what the page is about."""

_OPENING = re.compile(r"<(script|style|svg|template|!--)", re.IGNORECASE)
_CLOSING = {
    "!--": re.compile("-->"),
    **{
        name: re.compile(rf"</{name}[^<>]{{0,200}}>?", re.IGNORECASE)
        for name in ("script", "style", "svg", "template")
    },
}
_LINKED_DATA = re.compile(r"""type\s*=\s*["']?application/ld\+json""", re.IGNORECASE)


@dataclass(slots=True)
class PageTags:
    """``meta`` has the first value of each name, in lower case; addresses as written.

    ``pictures`` are those that are not small, with their descriptions.
    """

    meta: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)  # article:tag, which may repeat
    links: dict[str, str] = field(default_factory=dict)
    base: str = ""
    title: str = ""
    heading: str = ""
    paragraphs: list[str] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)
    moment: str = ""
    language: str = ""
    linked_data: list[str] = field(default_factory=list)


def page_tags(html: str) -> PageTags:
    found = PageTags()
    for root in tags_of(html[:5000], "html"):
        found.language = root.get("lang", "")
    rest = "".join(_without_scripts(html[:MOST_READ], found.linked_data))
    # Its output is well-formed: the standard library's own parser takes quadratic
    # time on some hostile input.
    reader = _Reader(found)
    reader.feed(only_tags(rest, tags=TAGS, attributes=ATTRIBUTES))
    reader.close()
    return found


def _without_scripts(html: str, linked_data: list[str]) -> Iterator[str]:
    """Yield what is between scripts, styles, drawings and comments."""
    position = 0
    while opening := _OPENING.search(html, position):
        yield html[position : opening.start()]
        name = opening[1].lower()
        closing = _CLOSING[name].search(html, opening.end())
        if closing is None:
            return  # The browser would show nothing of what follows, either.
        if name == "script":
            start = html.find(">", opening.end(), closing.start())
            if start > 0 and _LINKED_DATA.search(html[opening.end() : start][:2000]):
                linked_data.append(html[start + 1 : closing.start()])
        position = closing.end()
    yield html[position:]


class _Reader(HTMLParser):
    def __init__(self, found: PageTags) -> None:
        super().__init__(convert_charrefs=True)
        self._found = found
        self._inside = ""  # the element whose words are being read
        self._words: list[str] = []
        self._around = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in AROUND:
            self._around += 1
        elif tag in {"title", "h1", "p"}:
            self._end_words()
            self._inside = tag
        else:
            getattr(self, f"_take_{tag}", _nothing)(given)

    def handle_endtag(self, tag: str) -> None:
        if tag in AROUND:
            self._around = max(self._around - 1, 0)
        elif tag == self._inside:
            self._end_words()

    def handle_data(self, data: str) -> None:
        if self._inside:
            self._words.append(data)

    def close(self) -> None:
        super().close()
        self._end_words()

    def _end_words(self) -> None:
        words, tag = line_of("".join(self._words)), self._inside
        self._words, self._inside = [], ""
        found = self._found
        if tag == "title":
            found.title = found.title or words
        elif tag == "h1":
            found.heading = found.heading or words
        elif tag == "p" and not self._around and len(words) >= SHORTEST_PARAGRAPH:
            found.paragraphs.append(words)

    def _take_meta(self, given: dict[str, str]) -> None:
        content = line_of(given.get("content", ""))
        for attribute in ("property", "name", "itemprop"):
            name = given.get(attribute, "").strip().lower()
            if name == "article:tag" and content:
                self._found.tags.append(content)
            if name and content:
                self._found.meta.setdefault(name, content)

    def _take_link(self, given: dict[str, str]) -> None:
        for name in given.get("rel", "").lower().split():
            self._found.links.setdefault(name, given.get("href", "").strip())

    def _take_base(self, given: dict[str, str]) -> None:
        self._found.base = self._found.base or given.get("href", "").strip()

    def _take_time(self, given: dict[str, str]) -> None:
        if not self._around:
            self._found.moment = self._found.moment or given.get("datetime", "")

    def _take_img(self, given: dict[str, str]) -> None:
        address = given.get("data-src") or given.get("src", "")
        if self._around or not address or address.startswith("data:"):
            return
        if not _is_small(given):
            self._found.pictures.append(
                (address.strip(), line_of(given.get("alt", "")))
            )


def _nothing(_given: dict[str, str]) -> None:
    return


def _is_small(picture: dict[str, str]) -> bool:
    sides = (picture.get("width", ""), picture.get("height", ""))
    known = [int(side) for side in sides if re.fullmatch("[0-9]{1,5}", side)]
    return any(side < SMALLEST_SIDE for side in known) or (
        bool(known) and max(known) < LARGE_SIDE
    )
