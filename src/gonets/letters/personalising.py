"""The parts of a letter that are different for every reader."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from django.utils.translation import gettext as _

from gonets.letters.errors import ReaderUnfit
from gonets.letters.types import Reader

MAX_PERSONAL_CHARACTERS = 10_000

DIRECTION_CONTROLS = frozenset(
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
"""Embeddings, overrides and isolates: they can turn the rest of a line around."""


class PersonalValues(NamedTuple):
    """What the letter knows about one reader, cleaned; empty values are left out."""

    subscriber: Mapping[str, str]
    address: str
    unsubscribe_address: str

    @classmethod
    def of(cls, reader: Reader, names: Iterable[str] | None = None) -> PersonalValues:
        """``names`` are those that will be asked for; without them, all are known."""
        given = reader.values
        known = {}
        for name in given if names is None else names:
            value = clean_line(given.get(name, ""))
            if value:
                known[name] = value
        return cls(known, reader.address, reader.unsubscribe_address)


class Personal(Protocol):
    """A part that is filled in per reader."""

    @property
    def source(self) -> str:
        """What stands in the editor's text for it."""
        ...

    @property
    def names(self) -> frozenset[str]:
        """The ``subscriber.…`` that it asks for."""
        ...

    def as_html(self, values: PersonalValues) -> str: ...

    def as_text(self, values: PersonalValues) -> str: ...


Piece = str | Personal


@dataclass(frozen=True, slots=True)
class ReaderAddress:
    """The address the letter is written to."""

    source: str = "{{ subscriber.address }}"
    names: frozenset[str] = frozenset()  # The address goes with every letter anyway.

    def as_html(self, values: PersonalValues) -> str:
        return html.escape(values.address)

    def as_text(self, values: PersonalValues) -> str:
        return values.address


@dataclass(frozen=True, slots=True)
class UnsubscribeAddress:
    """The reader's own way out."""

    source: str = ""
    names: frozenset[str] = frozenset()

    def as_html(self, values: PersonalValues) -> str:
        return html.escape(values.unsubscribe_address)

    def as_text(self, values: PersonalValues) -> str:
        return values.unsubscribe_address


@dataclass(frozen=True, slots=True)
class SubscriberValue:
    """``{{ subscriber.… }}`` with or without a fallback: needs no template engine.

    What stands for a missing value is given as the engine makes it.
    """

    source: str
    name: str
    missing_html: str
    missing_text: str

    @property
    def names(self) -> frozenset[str]:
        return frozenset({self.name})

    def as_html(self, values: PersonalValues) -> str:
        value = values.subscriber.get(self.name)
        if value is None:
            return self.missing_html
        return fitting(self.source, value_as_html(value))

    def as_text(self, values: PersonalValues) -> str:
        value = values.subscriber.get(self.name)
        return self.missing_text if value is None else fitting(self.source, value)


def value_as_html(value: str) -> str:
    """Escape as the engine does, which adds the slash."""
    return html.escape(value).replace("/", "&#x2f;")


def fitting(source: str, filled: str) -> str:
    """Return ``filled``, which is what ``source`` became.

    :raises ReaderUnfit: if it is too long.
    """
    if len(filled) > MAX_PERSONAL_CHARACTERS:
        raise ReaderUnfit(
            _("%(source)s becomes too long for this reader.") % {"source": source}
        )
    return filled


def filled_html(pieces: tuple[Piece, ...], values: PersonalValues) -> str:
    return "".join(
        piece if isinstance(piece, str) else piece.as_html(values) for piece in pieces
    )


def filled_text(pieces: tuple[Piece, ...], values: PersonalValues) -> str:
    return "".join(
        piece if isinstance(piece, str) else piece.as_text(values) for piece in pieces
    )


def names_asked_for(pieces: Iterable[Piece]) -> frozenset[str]:
    """Return the ``subscriber.…`` that any of the pieces asks for."""
    each = (piece.names for piece in pieces if not isinstance(piece, str))
    return frozenset[str]().union(*each)


def clean_line(text: str) -> str:
    """Return ``text`` on one line, without control and direction characters.

    What a stranger typed must neither break a header nor reverse what follows it.
    """
    # Nearly every value: no need to look at each character.
    if text.isprintable():  # Neither control nor direction characters are.
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
