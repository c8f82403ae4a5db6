"""Can the letter's words be read on what is behind them? Said by its colours alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser

import css_inline
from PIL import ImageColor

LEAST = 4.5
LEAST_OF_LARGE = 3.0
"""WCAG 2.2, 1.4.3."""

LARGE_PIXELS = 24.0
LARGE_BOLD_PIXELS = 18.6
SHOWN_CHARACTERS = 60

VOID = {*("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr")}
UNSEEN = {"style", "script", "title", "head"}

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Faint:
    """Words that are hard to read: 21 is black on white, 1 the same colour twice."""

    text: str
    ratio: float
    least: float  # as it should be
    colour: Colour
    background: Colour


def faint_words(html: str) -> list[Faint]:
    """Return one example of each pair of colours that is too weak.

    What stands on a picture, or shines through, is left out: nobody can say.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return list(reader.found.values())


def in_dark(html: str) -> str | None:
    """Return the page with its rules for the dark applied; None if it has none."""
    rules = "".join(_dark_rules(html))
    if not rules.strip():
        return None
    inliner = css_inline.CSSInliner(
        inline_style_tags=False, load_remote_stylesheets=False, extra_css=rules
    )
    try:
        return str(inliner.inline(html))
    except css_inline.InlineError:
        return None


def ratio_of(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours as WCAG counts it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    shares = (part / 255 for part in colour)
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _dark_rules(html: str) -> Iterator[str]:
    for start in _DARK.finditer(html):
        depth, at = 1, start.end()
        while depth and at < len(html):
            depth += {"{": 1, "}": -1}.get(html[at], 0)
            at += 1
        yield html[start.end() : at - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How text looks here; None: not to be told."""

    tag: str = ""
    colour: Colour | None = (0, 0, 0)
    background: Colour | None = (255, 255, 255)
    pixels: float = 16.0
    is_bold: bool = False
    is_hidden: bool = False

    def least(self) -> float:
        is_large = self.pixels >= (LARGE_BOLD_PIXELS if self.is_bold else LARGE_PIXELS)
        return LEAST_OF_LARGE if is_large else LEAST


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[tuple[Colour, Colour], Faint] = {}
        self._open = [_Look()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        values = {name: value or "" for name, value in attrs}
        self._open.append(_seen(self._open[-1], tag, values))

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self._open) - 1, 0, -1):
            if self._open[at].tag == tag:
                del self._open[at:]
                return

    def handle_data(self, data: str) -> None:
        look, text = self._open[-1], " ".join(data.split())
        if look.is_hidden or not any(map(str.isalnum, text)):
            return
        if look.colour is None or look.background is None:
            return
        ratio = ratio_of(look.colour, look.background)
        if ratio < look.least():
            faint = Faint(
                text=text[:SHOWN_CHARACTERS],
                ratio=ratio,
                least=look.least(),
                colour=look.colour,
                background=look.background,
            )
            self.found.setdefault((look.colour, look.background), faint)


def _seen(parent: _Look, tag: str, values: dict[str, str]) -> _Look:
    style = dict(_DECLARATION.findall(values.get("style", "").lower()))
    look = replace(
        parent,
        tag=tag,
        is_bold=_is_bold(tag, style, before=parent.is_bold),
        is_hidden=parent.is_hidden
        or tag in UNSEEN
        or style.get("display", "").strip() == "none",
    )
    if tag == "a" and "color" not in style:
        look = replace(look, colour=(0, 0, 238))
    if "color" in style:
        look = replace(look, colour=_colour(style["color"], before=parent.colour))
    behind = style.get("background-color") or style.get("background")
    behind = behind or values.get("bgcolor")
    if behind or values.get("background"):
        colour = _colour(behind or "", before=parent.background)
        look = replace(look, background=None if values.get("background") else colour)
    size = _PIXELS.match(style.get("font-size", "").strip())
    return replace(look, pixels=float(size[1])) if size else look


def _is_bold(tag: str, style: dict[str, str], *, before: bool) -> bool:
    weight = style.get("font-weight", "").strip()
    if weight:
        return weight in {"bold", "bolder", "600", "700", "800", "900"}
    return before or tag in {"b", "strong", "h1", "h2", "h3", "h4", "th"}


def _colour(text: str, *, before: Colour | None) -> Colour | None:
    """Return the colour, or the one ``before`` where that stays; None: not to be told.

    A picture, a gradient and half a colour are not.
    """
    word = text.replace("!important", "").strip()
    if word in {"", "inherit", "transparent", "none", "initial", "unset"}:
        return before
    try:
        parts = ImageColor.getrgb(word)
    except ValueError:
        return None
    return parts[:3] if len(parts) == 3 or parts[3] == 255 else None


_DARK = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)\s*\{")
_DECLARATION = re.compile(r"([a-z-]+)\s*:\s*([^;]+)")
_PIXELS = re.compile(r"([\d.]+)px")
