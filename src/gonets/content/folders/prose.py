"""Markdown as HTML, with absolute addresses and without what generators alone know."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urljoin

from markdown_it import MarkdownIt
from markdown_it.token import Token

SUMMARY_ENDS = re.compile(r"<!--\s*more\s*-->", re.IGNORECASE)
_SHORTCODES = re.compile(r"(?sm)\{\{[<%].*?[>%]\}\}|\{%.*?%\}|^\[TOC\]\s*$")
_ATTRIBUTES = re.compile(r"[ \t]*\{[:#.][^{}\n]*\}[ \t]*$", re.MULTILINE)
_TOP_HEADING = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]+?)[ \t]*#*[ \t]*(?:\n|\Z)")
_markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

Absolute = Callable[[str], str]


def html_of(text: str, absolute: Absolute) -> str:
    """Return the HTML of Markdown; it is not cleaned here."""
    tokens = _markdown.parse(_ATTRIBUTES.sub("", _SHORTCODES.sub("", text)))
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
    for token in _all(_markdown.parse(_SHORTCODES.sub("", text))):
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
