"""Reading single tags out of HTML that nobody has cleaned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from urllib.parse import urljoin

from gonets.kernel.html import storable, text_of

MAX_CHARACTERS = 200_000
SMALLEST_SIDE = 40
"""Smaller pictures are counters of visits, smileys and buttons."""

_ATTRIBUTE = re.compile(
    r"""\b([a-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE
)


# Names that are also words in angle brackets ("List<String>") are none of HTML's.
_ELEMENT = re.compile(
    r"</?(?:a|abbr|applet|audio|b|base|big|blink|blockquote|body|br|center|code|del|div"
    r"|em|embed|font|form|frame|frameset|h[1-6]|head|hr|html|i|iframe|img|input|ins|li"
    r"|link|marquee|mark|math|meta|noscript|object|ol|p|picture|pre|s|script|small|span"
    r"|strike|strong|style|sub|sup|svg|table|td|tr|tt|u|ul|video|wbr)\b[^<>]*>"
    r"|<[a-z][^<>]{0,500}?[\s/\"'](?:on\w{1,30}|style|href|src|xlink:href)\s{0,9}="
    r"|<(?:script|style|iframe|svg|img)\b"
    r"|&(?:[a-zA-Z]{2,31}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});",
    re.IGNORECASE,
)


# What is left when a feed has escaped its markup twice, or writes about markup.
_LIVE_MARKUP = re.compile(
    r"<[a-z][^<>]{0,500}?[\s/\"'](?:on\w{1,30}|style|href|src|srcdoc|xlink:href|action"
    r"|data)\s{0,9}=|<script\b[^<>]{0,500}>[^<]{0,5000}</script\b",
    re.IGNORECASE,
)
_NAME_OF_SCRIPT = re.compile(
    r"<\s{0,9}(/?(?:script|iframe|object|embed|svg|math|style|form|meta|base|link"
    r"|applet)\b[^<>]{0,100})>?",
    re.IGNORECASE,
)


_SCHEME = r"(?!\s*[a-z][a-z0-9+.-]*:)"
_RELATIVE = re.compile(
    r"(<[a-z][^<>]*?\s(?:href|src)\s*=\s*)"
    rf"""(?:"{_SCHEME}([^"<>]*)"|'{_SCHEME}([^'<>]*)'|{_SCHEME}([^\s"'<>]+))""",
    re.IGNORECASE,
)


def with_absolute_links(html: str, *, base: str) -> str:
    """Return ``html`` with its links and pictures as they are seen from ``base``."""
    if not base:
        return html

    def absolute(tag: re.Match[str]) -> str:
        link = tag[2] or tag[3] or tag[4] or ""
        return f'{tag[1]}"{_joined(base, unescape(link).strip())}"'

    return _RELATIVE.sub(absolute, html)


def _joined(base: str, link: str) -> str:
    try:
        return escape(urljoin(base, link))
    except ValueError:
        return ""


def looks_like_html(text: str) -> bool:
    return _ELEMENT.search(text) is not None


def inert(plain: str) -> str:
    """Return plain text in which not even a careless program finds a script.

    Who writes about the script tag keeps the word, without its brackets.
    """
    if "<" not in plain:
        return plain
    plain = storable(plain)  # A tag may come with a zero byte within.
    if _LIVE_MARKUP.search(plain):
        plain = text_of(plain)
    return _NAME_OF_SCRIPT.sub(r"\1", plain)


def tags_of(html: str, name: str) -> Iterator[dict[str, str]]:
    """Yield the attributes of every ``<name …>``; their names in lower case."""
    tag = re.compile(rf"<{name}\b[^>]{{1,4000}}>", re.IGNORECASE)
    for found in tag.finditer(html[:MAX_CHARACTERS]):
        yield {
            attribute.lower(): storable(unescape(double or single or bare)).strip()
            for attribute, double, single, bare in _ATTRIBUTE.findall(found[0])
        }


def first_picture(html: str) -> tuple[str, str]:
    """Return the address and description of the first real picture, or nothing."""
    for picture in tags_of(html, "img"):
        address = picture.get("src", "")
        if address and not address.startswith("data:") and not _is_tiny(picture):
            return address, picture.get("alt", "")
    return "", ""


def _is_tiny(picture: dict[str, str]) -> bool:
    sides = (picture.get("width", ""), picture.get("height", ""))
    # Three digits are enough to tell; "１" and "²" are digits to Python, too.
    return any(re.fullmatch("[0-9]{1,3}", s) and int(s) < SMALLEST_SIDE for s in sides)
