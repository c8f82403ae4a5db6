"""The parts of a letter that are different for every reader."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from gonets.letters.types import Reader

DIRECTION_CONTROLS = frozenset(
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
"""Embeddings, overrides and isolates: they can turn the rest of a line around."""


@dataclass(frozen=True, slots=True)
class PersonalValues:
    """What the letter knows about one reader, cleaned; empty values are left out."""

    subscriber: Mapping[str, str]
    address: str
    unsubscribe_address: str

    @classmethod
    def of(cls, reader: Reader) -> PersonalValues:
        known = ((name, clean_line(value)) for name, value in reader.values.items())
        return cls(
            MappingProxyType({name: value for name, value in known if value}),
            reader.address,
            reader.unsubscribe_address,
        )


class Personal(Protocol):
    """A part that is filled in per reader."""

    @property
    def source(self) -> str:
        """What stands in the editor's text for it."""
        ...

    def as_html(self, values: PersonalValues) -> str: ...

    def as_text(self, values: PersonalValues) -> str: ...


Piece = str | Personal


@dataclass(frozen=True, slots=True)
class ReaderAddress:
    """The address the letter is written to."""

    source: str = "{{ subscriber.address }}"

    def as_html(self, values: PersonalValues) -> str:
        return html.escape(values.address)

    def as_text(self, values: PersonalValues) -> str:
        return values.address


@dataclass(frozen=True, slots=True)
class UnsubscribeAddress:
    """The reader's own way out."""

    source: str = ""

    def as_html(self, values: PersonalValues) -> str:
        return html.escape(values.unsubscribe_address)

    def as_text(self, values: PersonalValues) -> str:
        return values.unsubscribe_address


def filled_html(pieces: tuple[Piece, ...], values: PersonalValues) -> str:
    return "".join(
        piece if isinstance(piece, str) else piece.as_html(values) for piece in pieces
    )


def filled_text(pieces: tuple[Piece, ...], values: PersonalValues) -> str:
    return "".join(
        piece if isinstance(piece, str) else piece.as_text(values) for piece in pieces
    )


def clean_line(text: str) -> str:
    """Return ``text`` on one line, without control and direction characters.

    What a stranger typed must neither break a header nor reverse what follows it.
    """
    # Nearly every value: no need to look at each character.
    if text.isprintable() and not DIRECTION_CONTROLS.intersection(text):
        return " ".join(text.split())
    return " ".join("".join(map(_harmless, text)).split())


def _harmless(character: str) -> str:
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cs":
            return "\N{REPLACEMENT CHARACTER}"
        case _:
            return "" if character in DIRECTION_CONTROLS else character
