"""The letter designs that come with the product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What a design looks like where the brand does not say otherwise.

    ``card`` is the ground that texts stand on, ``paper`` the one around it.
    """

    name: str
    title: str | Promise
    description: str | Promise
    accent: str
    paper: str
    card: str
    ink: str
    heading_font: str
    text_font: str
    width: int = 600
    inset: int = 28
    radius: int = 8


_DESIGNS = (
    Design(
        name="digest",
        title=_("Digest"),
        description=_("A large story first, the others with small pictures."),
        accent="#1d5c63",
        paper="#f3f0ea",
        card="#ffffff",
        ink="#2b2a28",
        heading_font="georgia",
        text_font="system",
    ),
    Design(
        name="news",
        title=_("News with pictures"),
        description=_("A coloured head and large pictures, two beside each other."),
        radius=4,
        accent="#1b4fc4",
        paper="#eef1f6",
        card="#ffffff",
        ink="#20242c",
        heading_font="system",
        text_font="system",
    ),
    Design(
        name="compact",
        title=_("Compact text"),
        description=_("Titles and texts without pictures, quick to read through."),
        width=560,
        inset=20,
        radius=3,
        accent="#9a3412",
        paper="#ffffff",
        card="#ffffff",
        ink="#26241f",
        heading_font="system",
        text_font="system",
    ),
    Design(
        name="magazine",
        title=_("Magazine"),
        description=_("A masthead, a cover story and pictures on either side."),
        width=640,
        radius=0,
        accent="#7d1f3f",
        paper="#fbf8f2",
        card="#fbf8f2",
        ink="#221d1a",
        heading_font="georgia",
        text_font="georgia",
    ),
    Design(
        name="announcement",
        title=_("Announcement"),
        description=_("One message in the middle, with a large button."),
        inset=44,
        radius=12,
        accent="#5b35c9",
        paper="#f1eefb",
        card="#ffffff",
        ink="#232030",
        heading_font="system",
        text_font="system",
    ),
)

DESIGNS: Mapping[str, Design] = MappingProxyType(
    {design.name: design for design in _DESIGNS}
)
USUAL = DESIGNS["digest"]
