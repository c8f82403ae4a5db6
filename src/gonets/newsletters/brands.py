"""What a brand may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from gonets.content.models import Picture
from gonets.kernel.html import clean_fragment, line_of, text_of
from gonets.letters.branding import FONTS
from gonets.letters.colours import is_colour
from gonets.newsletters.errors import BadBrand

MOST_LINKS = 12
LONGEST_FOOTER = 5_000
LONGEST_LABEL = 60
LONGEST_ADDRESS = 1_000
COLOURS = ("accent", "background", "ink")
FONT_FIELDS = ("heading_font", "text_font")

_SHORT_HEX = re.compile(r"#?([0-9a-f])([0-9a-f])([0-9a-f])")
_WEB = re.compile(r"(?:https?://[^\s/]+\S*|mailto:\S+@\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandValues:
    """What somebody decided about a brand; what is empty is decided elsewhere.

    ``links`` has one link a line: its label, then its address.
    """

    logo: Picture | None = None
    logo_dark: Picture | None = None
    accent: str = ""
    background: str = ""
    ink: str = ""
    heading_font: str = ""
    text_font: str = ""
    footer: str = ""
    links: str = ""


def checked_brand(values: BrandValues) -> dict[str, object]:
    """Return the columns to store, tidied.

    :raises BadBrand: naming every field that is wrong.
    """
    problems: dict[str, str] = {}
    for name, problem in _problems(values):
        problems.setdefault(name, problem)
    if problems:
        raise BadBrand(problems)
    return {
        "logo": values.logo,
        "logo_dark": values.logo_dark,
        **{name: colour_of(getattr(values, name)) for name in COLOURS},
        **{name: getattr(values, name) for name in FONT_FIELDS},
        "footer": footer_of(values.footer),
        "links": [list(link) for link in links_of(values.links)],
    }


def tolerant_brand(values: BrandValues) -> Mapping[str, object]:
    """Return the columns with what is wrong left empty: for a look while typing."""
    wrong = {name for name, _problem in _problems(values)}
    kept: dict[str, Any] = {
        name: "" if name in wrong else getattr(values, name)
        for name in (*COLOURS, *FONT_FIELDS, "footer", "links")
    }
    return checked_brand(BrandValues(**kept))


def colour_of(text: str) -> str:
    """Return a colour as ``#rrggbb``, from what people write."""
    text = text.strip().lower()
    short = _SHORT_HEX.fullmatch(text)
    if short:
        return "#" + "".join(digit * 2 for digit in short.groups())
    return f"#{text}" if text and not text.startswith("#") else text


def footer_of(text: str) -> str:
    """Return the text at the foot as safe HTML; an empty line begins a paragraph."""
    if "<" not in text:
        blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
        text = "".join(
            f"<p>{'<br>'.join(block.splitlines())}</p>" for block in blocks if block
        )
    clean = clean_fragment(text)
    return clean if text_of(clean) else ""


def links_of(text: str) -> list[tuple[str, str]]:
    """Return label and address of each line that has both."""
    found = []
    for line in text.splitlines():
        label, _space, address = line.strip().rpartition(" ")
        if label and address:
            found.append((line_of(label.rstrip(" :—–-")), address))
    return found


def _problems(values: BrandValues) -> Iterator[tuple[str, str]]:
    for name in COLOURS:
        if (text := getattr(values, name)) and not is_colour(colour_of(text)):
            yield name, _("Write a colour such as #1d5c63.")
    for name in FONT_FIELDS:
        if (font := getattr(values, name)) and font not in FONTS:
            yield name, _("Please choose one of these.")
    if len(values.footer) > LONGEST_FOOTER:
        yield "footer", _("This is too long for the foot of a letter.")
    yield from _link_problems(values.links)


def _link_problems(text: str) -> Iterator[tuple[str, str]]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINKS:
        yield "links", _("At most %(most)d links fit.") % {"most": MOST_LINKS}
    for line in lines:
        label, _space, address = line.rpartition(" ")
        if not label or not _WEB.fullmatch(address):
            yield (
                "links",
                _("“%(line)s” is not a name followed by an address.")
                % {"line": line[:80]},
            )
        elif len(label) > LONGEST_LABEL or len(address) > LONGEST_ADDRESS:
            yield "links", _("“%(line)s” is too long.") % {"line": f"{line[:60]}…"}
