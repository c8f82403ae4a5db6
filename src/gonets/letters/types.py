"""A letter as values: what the editor made, and what one reader gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from gonets.letters.kinds import EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureContent:
    """``address`` is absolute; width and height in pixels as stored."""

    address: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventContent:
    """When and where something happens.

    ``starts`` and ``ends`` are local times of ``time_zone``, as ``2026-05-07T19:00``,
    or whole days, as ``2026-05-07``; ``ends`` may be empty.  ``zone_note`` stands
    behind the time where readers could take it for theirs.
    """

    starts: str
    ends: str = ""
    time_zone: str = ""
    zone_note: str = ""
    place: str = ""
    calendar_address: str = ""  # absolute; of the calendar file


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnContent:
    """The second of two columns; the entry's own words are the first."""

    text: str = ""  # sanitised HTML
    picture: PictureContent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryContent:
    """A material of the site, or a block that the editor made; see ``EntryKind``.

    ``teaser`` is sanitised HTML; ``address`` is absolute or empty.  Every kind says
    its words in the same fields: a quotation's ``title`` is who said it, a picture's
    is what stands under it.  ``button`` is empty where the letter's own word will do.
    ``personal`` names the fields that may hold personal expressions: what a site
    wrote is never taken for one.
    """

    key: str  # names the entry for in-place editing; stable within an issue
    title: str
    teaser: str
    address: str
    picture: PictureContent | None
    kind: str = EntryKind.MATERIAL.value
    button: str = ""
    html: str = ""  # of an HTML block, sanitised for mail
    event: EventContent | None = None
    second: ColumnContent | None = None
    personal: tuple[str, ...] = ()

    @property
    def is_material(self) -> bool:
        return self.kind == EntryKind.MATERIAL


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionContent:
    """Entries, materials and blocks, in their order.

    ``key`` names the section for in-place editing of its heading.
    """

    heading: str
    entries: tuple[EntryContent, ...]
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandLink:
    """A link at the foot of letters, such as one to a social network."""

    label: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """How letters look whatever their design; what is empty is the design's own.

    Colours are ``#rrggbb``, fonts are keys of ``branding.FONTS``, ``footer`` is
    sanitised HTML.
    """

    logo: PictureContent | None = None
    logo_dark: PictureContent | None = None
    accent: str = ""
    background: str = ""
    ink: str = ""
    heading_font: str = ""
    text_font: str = ""
    footer: str = ""
    links: tuple[BrandLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDesign:
    """The source of an own template; ``base`` is the design it began as."""

    kind: str  # "mjml" or "html"
    source: str
    base: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterContent:
    """Everything of a letter but the reader.

    ``subject``, ``preheader``, ``greeting``, ``intro`` and ``outro`` may hold personal
    expressions such as ``{{ subscriber.name | default("friends") }}``, and so may the
    fields that an entry names; ``intro`` and ``outro`` are sanitised HTML, the others
    plain text.
    """

    newsletter: str
    template: str
    language: str
    subject: str
    preheader: str
    greeting: str
    intro: str
    sections: tuple[SectionContent, ...]
    outro: str
    sender_name: str
    sender_address: str
    reply_to: str
    postal_address: str
    list_id: str  # "<key>.<domain>", RFC 2919
    brand: Brand = Brand()
    own_design: OwnDesign | None = None  # else ``template`` names a built-in one
    # The plain-text part where an editor wrote it by hand; see ``own_texts``.
    own_text: str = ""
    # Of the page that shows this version to everybody; empty: there is none.
    browser_address: str = ""


class Reader(NamedTuple):
    """The personal part of a letter; every value is plain text.

    ``values`` is what ``subscriber.…`` sees: ``name`` and ``address`` at least.

    A tuple, because one is made for every letter: a dataclass takes twice as long.
    """

    address: str
    values: Mapping[str, str]
    unsubscribe_address: str  # https://…/u/<token>; GET shows a page, POST leaves
    message_id: str  # with angle brackets
    date: datetime
