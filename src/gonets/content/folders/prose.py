"""Markdown as HTML, with absolute addresses and without what generators alone know."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from markdown_it import MarkdownIt
from markdown_it.token import Token

SUMMARY_ENDS = re.compile(r"<!--\s*more\s*-->", re.IGNORECASE)
# Each ends before it would begin anew: a hostile text takes no longer than another.
_FENCE = re.compile(r"(?ms)^(?P<fence>```+|~~~+).*?^(?P=fence)[ \t]*$")
_FIGURE = re.compile(
    r"(?s)\{\{[<%]\s{0,9}figure\s(?P<said>(?:(?!\{\{|[>%]\}\}).)*)[>%]\}\}"
)
_SAID = re.compile(r"(\w{1,40})=(?:\"([^\"]*)\"|`([^`]*)`|'([^']*)'|([^\s\"'`]+))")
_BASE = re.compile(r"\{\{-?\s{0,9}site\.(?:baseurl|url)\s{0,9}-?\}\}")
_JOINED = re.compile(
    r"\{\{-?\s{0,9}[\"'](?P<path>[^\"'{}]{0,500})[\"']\s{0,9}\|"
    r"\s{0,9}(?:relative_url|absolute_url|prepend:[^{}]{0,100})\s{0,9}-?\}\}"
)
_BY_NAME = r"\(\s{0,9}\{[{%](?:(?!\{\{|\{%)[^\n])*?[}%]\}[^()\n]{0,500}\)"
_LINK_BY_NAME = re.compile(rf"(?<!!)\[(?P<words>[^\[\]\n]{{0,500}})\]{_BY_NAME}")
_PICTURE_BY_NAME = re.compile(rf"!\[[^\[\]\n]{{0,500}}\]{_BY_NAME}")
_COMMENT = re.compile(
    r"(?s)\{%-?\s{0,9}comment\b(?:(?!\{%-?\s{0,9}comment\b).)*?endcomment\s{0,9}-?%\}"
)
_SHORTCODES = re.compile(
    r"(?s)\{\{[<%](?:(?!\{\{).)*?[>%]\}\}|\{%(?:(?!\{%).)*?%\}|\{\{(?:(?!\{\{).)*?\}\}"
)
_MARKS = re.compile(
    r"(?m)^\[TOC\][ \t]*$|^[ \t]{0,40}-{1,2}8<-{1,2}.*$"
    r"|^\[\^[^\[\]\n]{1,100}\]:.*$|\[\^[^\[\]\n]{1,100}\]"
)
_BOX = re.compile(
    r"(?m)^(?:!!!|\?\?\?\+?)[ \t][^\n\"]{1,100}"
    r"(?:\"(?P<title>[^\"\n]{0,300})\")?[ \t]*\n"
    r"(?P<within>(?:(?:[ ]{4}|\t).*(?:\n|\Z)|[ \t]*\n)*)"
)
_ATTRIBUTES = re.compile(r"[ \t]*\{[:#.][^{}\n]*\}[ \t]*$", re.MULTILINE)
_TOP_HEADING = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]+?)[ \t]*#*[ \t]*(?:\n|\Z)")
_markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

Absolute = Callable[[str], str]


def plain_markdown(text: str, *, base: str) -> str:
    """Return the Markdown without what only a generator understands.

    ``base`` is the path at which the site stands.  Code that is shown stays as it is.
    """
    kept = [found[0] for found in _FENCE.finditer(text)]
    parts = [_plain_part(part, base) for part in _between(text)]
    return "".join(
        piece for pair in zip(parts, [*kept, ""], strict=True) for piece in pair
    )


def _between(text: str) -> list[str]:
    places = [0, *(edge for found in _FENCE.finditer(text) for edge in found.span())]
    places.append(len(text))
    return [
        text[start:end] for start, end in zip(places[::2], places[1::2], strict=True)
    ]


def _plain_part(text: str, base: str) -> str:
    text = _BASE.sub(base, _FIGURE.sub(_figure, text))
    text = _JOINED.sub(lambda one: f"{base}/{one['path'].lstrip('/')}", text)
    text = _LINK_BY_NAME.sub(lambda one: one["words"], _PICTURE_BY_NAME.sub("", text))
    text = _SHORTCODES.sub("", _COMMENT.sub("", text))
    return _ATTRIBUTES.sub("", _MARKS.sub("", _BOX.sub(_box, text)))


def _figure(found: re.Match[str]) -> str:
    said = {
        name.lower(): next(filter(None, values), "")
        for name, *values in _SAID.findall(found["said"])
    }
    words = said.get("alt") or said.get("caption") or said.get("title") or ""
    return f"![{words}](<{said['src']}>)" if said.get("src") else ""


def _box(found: re.Match[str]) -> str:
    within = re.sub(r"(?m)^(?:[ ]{4}|\t)", "", found["within"])
    title = f"**{found['title']}**\n\n" if found["title"] else ""
    return f"{title}{within}\n"


def html_of(text: str, absolute: Absolute, *, whole: str) -> str:
    """Return the HTML of Markdown; it is not cleaned here.

    ``whole`` is the text that it is a part of: what links are called for short may be
    said at the end of that.
    """
    said: dict[str, Any] = {}
    if whole != text:
        _markdown.parse(whole, said)
    tokens = _markdown.parse(text, said)
    for token in _all(tokens):
        for name in ("href", "src"):
            address = token.attrGet(name)
            if isinstance(address, str):
                token.attrSet(name, absolute(address))
    return str(_markdown.renderer.render(tokens, _markdown.options, {}))


def split_title(text: str) -> tuple[str, str]:
    """Return the heading a text begins with, "" without one, and what follows it."""
    found = _TOP_HEADING.match(text)
    if not found:
        return "", text
    return _plain(found["title"]), text[found.end() :]


def summary_of(text: str) -> str:
    """Return the Markdown before "more", "" without such a mark."""
    before, *after = SUMMARY_ENDS.split(text, maxsplit=1)
    return before if after else ""


def first_picture(text: str) -> tuple[str, str]:
    """Return address and description of the first picture."""
    for token in _all(_markdown.parse(text)):
        source = token.attrGet("src") if token.type == "image" else None
        if isinstance(source, str):
            return source, token.content
    return "", ""


def absolute_from(page: str) -> Absolute:
    """Return what makes addresses on a page absolute; without one they stay."""
    return lambda address: urljoin(page, address) if page else address


def _plain(markdown: str) -> str:
    return "".join(
        token.content
        for token in _all(_markdown.parseInline(markdown))
        if token.type in {"text", "code_inline"}
    )


def _all(tokens: list[Token]) -> list[Token]:
    found = []
    for token in tokens:
        found.append(token)
        found += _all(token.children or [])
    return found
