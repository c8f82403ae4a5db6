"""A letter as values: what the editor made, and what one reader gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureContent:
    """``address`` is absolute; width and height in pixels as stored."""

    address: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryContent:
    """``teaser`` is sanitised HTML; ``address`` is absolute or empty."""

    key: str  # names the entry for in-place editing; stable within an issue
    title: str
    teaser: str
    address: str
    picture: PictureContent | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionContent:
    """``key`` names the section for in-place editing of its heading."""

    heading: str
    entries: tuple[EntryContent, ...]
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterContent:
    """Everything of a letter but the reader.

    ``subject``, ``preheader``, ``greeting``, ``intro`` and ``outro`` may hold personal
    expressions such as ``{{ subscriber.name | default("friends") }}``; ``intro`` and
    ``outro`` are sanitised HTML, the others plain text.
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
