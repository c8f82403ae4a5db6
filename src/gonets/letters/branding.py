"""What a design is given to look like: a brand's wishes made readable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gonets.letters.colours import AA, contrast, mixed, on_ground, readable
from gonets.letters.gallery import Design
from gonets.letters.types import Brand, PictureContent

FONTS: Mapping[str, str] = MappingProxyType(
    {
        "system": "Segoe UI, Roboto, Helvetica, Arial, sans-serif",
        "arial": "Arial, Helvetica, sans-serif",
        "verdana": "Verdana, Geneva, sans-serif",
        "tahoma": "Tahoma, Geneva, sans-serif",
        "trebuchet": "Trebuchet MS, Helvetica, sans-serif",
        "georgia": "Georgia, Cambria, Times New Roman, serif",
        "times": "Times New Roman, Times, serif",
        "courier": "Courier New, Courier, monospace",
    }
)
"""Fonts that readers have; letters load none.  Without quotation marks, so that they
fit into attributes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """A colour that could not be read on its ground; ``use`` is ink or link."""

    use: str
    wanted: str
    ground: str
    shown: str

    @property
    def contrast(self) -> float:
        return contrast(self.wanted, self.ground)


EASY = 9
"""The contrast of text whose colour we choose; no ground allows less than AA."""

LOGO_WIDTH = 220
LOGO_HEIGHT = 64

DARK_PAPER = "#141517"
DARK_CARD = "#1f2124"
DARK_INK = "#eceae6"


def look_of(
    brand: Brand, design: Design, *, direction: str = "ltr"
) -> Mapping[str, object]:
    """Return the colours and fonts of a letter; every text in them can be read."""
    fonts = {
        "text_font": FONTS.get(brand.text_font) or FONTS[design.text_font],
        "heading_font": FONTS.get(brand.heading_font) or FONTS[design.heading_font],
    }
    accent = brand.accent or design.accent
    dark = MappingProxyType(_dark(accent))
    light = _light(brand, design)
    own = MappingProxyType(_of_blocks(light, dark, fonts, design) | _sides(direction))
    return MappingProxyType({**fonts, **light, "dark": dark, "own": own})


def _sides(direction: str) -> dict[str, object]:
    start = "right" if direction == "rtl" else "left"
    return {"start": start, "button_align": start}


def _of_blocks(
    light: Mapping[str, str],
    dark: Mapping[str, str],
    fonts: Mapping[str, str],
    design: Design,
) -> dict[str, object]:
    """Return what ``blocks.mjml`` wants to know."""
    return {
        "width": design.width,
        "inset": design.inset,
        "radius": f"{design.radius}px",
        "heading_font": fonts["heading_font"],
        "ink": light["ink"],
        "strong": light["ink"],
        "soft": light["soft"],
        "line": light["line"],
        "accent": light["link"],
        "on_accent": on_ground(light["link"]),
        "picture_paper": light["tint"],
        "dark_ink": dark["ink"],
        "dark_soft": dark["soft"],
        "dark_line": dark["line"],
        "dark_accent": dark["accent"],
        "dark_on_accent": dark["on_accent"],
    }


def _light(brand: Brand, design: Design) -> dict[str, str]:
    accent = brand.accent or design.accent
    paper = brand.background or design.paper
    card = paper if design.card == design.paper else design.card
    ink = _ink(brand.ink or design.ink, card)
    return {
        "accent": accent,
        "on_accent": on_ground(accent),
        "paper": paper,
        "card": card,
        "ink": ink,
        "soft": readable(mixed(ink, card, 0.32), card),
        "line": mixed(ink, card, 0.86),
        "tint": mixed(accent, card, 0.9),
        "link": readable(accent, card),
        "paper_ink": _ink(ink, paper),
        "paper_soft": readable(mixed(_ink(ink, paper), paper, 0.32), paper),
        "paper_link": readable(accent, paper),
    }


def _ink(wanted: str, ground: str) -> str:
    """Return the colour of running text: as wanted, or else plainly readable."""
    if contrast(wanted, ground) >= AA:
        return wanted
    return readable(wanted, ground, ratio=EASY)


def _dark(accent: str) -> dict[str, str]:
    link = readable(accent, DARK_CARD, ratio=6)
    return {
        "accent": link,
        "on_accent": on_ground(link),
        "paper": DARK_PAPER,
        "card": DARK_CARD,
        "ink": DARK_INK,
        "soft": "#a9a69f",
        "line": "#3a3d42",
        "link": link,
    }


def logo_size(logo: PictureContent) -> tuple[int, int]:
    """Return how large a logo is shown: half its size, and never huge."""
    width, height = max(logo.width, 1), max(logo.height, 1)
    scale = min(LOGO_WIDTH / width, LOGO_HEIGHT / height, 1.0)
    return max(round(width * scale), 1), max(round(height * scale), 1)


def adjustments(brand: Brand, design: Design) -> list[Adjustment]:
    """Return where letters show another colour than the brand's, to be readable."""
    light = _light(brand, design)
    pairs = (
        ("ink", brand.ink, light["card"], light["ink"]),
        ("link", brand.accent, light["card"], light["link"]),
    )
    return [
        Adjustment(use=use, wanted=wanted, ground=ground, shown=shown)
        for use, wanted, ground, shown in pairs
        if wanted and wanted != shown
    ]
