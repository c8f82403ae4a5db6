"""The HTML of a letter, made from its content and its design."""

from __future__ import annotations

import html
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from gonets.kernel.html import clean_fragment
from gonets.letters.fields import Fields, Pieces
from gonets.letters.personalising import Personal, ReaderAddress, UnsubscribeAddress
from gonets.letters.placeholders import Placeholders
from gonets.letters.storing import canonical_json
from gonets.letters.templates import design_named, html_of, mjml_of, with_inlined
from gonets.letters.types import (
    EntryContent,
    LetterContent,
    PictureContent,
    SectionContent,
)
from gonets.letters.words import direction_of, words_in

WEB_SCHEMES = ("https://", "http://")


class FieldWriter(Protocol):
    """Writes fields as readers see them, or so that they can be edited in place."""

    def field(self, name: str, html: str) -> str:
        """Return the field; "" lets the design leave it out."""
        ...

    def personal(self, part: Personal, word: str) -> str:
        """Return HTML around ``word``, which stands for the personal text."""
        ...

    def description(self, name: str, text: str) -> str:
        """Return what stands in a picture's ``alt="…"``, with attributes after it."""
        ...


class ReaderFields:
    """Fields as readers get them."""

    def field(self, name: str, html: str) -> str:
        return html

    def personal(self, part: Personal, word: str) -> str:
        return word

    def description(self, name: str, text: str) -> str:
        return text


def letter_html(content: LetterContent, fields: Fields, writer: FieldWriter) -> Pieces:
    """Return the HTML document.

    :raises TemplateFault: if the design does not work with this content.
    """
    placeholders = Placeholders(canonical_json(content))
    context = _Draft(placeholders, writer).context(content, fields)
    document, rules = html_of(mjml_of(design_named(content.template), context))
    return placeholders.split(with_inlined(placeholders.filled(document), rules))


class _Draft:
    """Gives the design a word for every text."""

    def __init__(self, placeholders: Placeholders, writer: FieldWriter) -> None:
        self._placeholders = placeholders
        self._writer = writer

    def context(self, content: LetterContent, fields: Fields) -> Mapping[str, object]:
        newsletter = self._text(content.newsletter)
        letter = {
            "language": self._text(content.language),
            "direction": direction_of(content.language),
            "newsletter": newsletter,
            "preheader": self._preheader(fields.preheader),
            "greeting": self._field("greeting", _escaped(fields.greeting)),
            "intro": self._field("intro", fields.intro),
            "sections": tuple(map(self._section, content.sections)),
            "outro": self._field("outro", fields.outro),
            "sender": self._text(content.sender_name),
            "postal_address": self._text(content.postal_address),
            "unsubscribe_address": self._placeholders.for_personal(
                UnsubscribeAddress()
            ),
        }
        address = self._placeholders.for_personal(ReaderAddress())
        words = words_in(content.language, newsletter=newsletter, address=address)
        return {"letter": MappingProxyType(letter), "words": words}

    def _section(self, section: SectionContent) -> Mapping[str, object]:
        heading = _escaped((section.heading,))
        return MappingProxyType(
            {
                "heading": self._field(f"section.{section.key}.heading", heading),
                "entries": tuple(map(self._entry, section.entries)),
            }
        )

    def _entry(self, entry: EntryContent) -> Mapping[str, object]:
        name = f"entry.{entry.key}"
        teaser = (clean_fragment(entry.teaser),)
        return MappingProxyType(
            {
                "title": self._field(f"{name}.title", _escaped((entry.title,))),
                "teaser": self._field(f"{name}.teaser", teaser),
                "address": self._link(entry.address),
                "picture": self._picture(f"{name}.picture_alt", entry.picture),
            }
        )

    def _picture(
        self, name: str, picture: PictureContent | None
    ) -> Mapping[str, object] | None:
        if picture is None or not picture.address.startswith(WEB_SCHEMES):
            return None
        description = self._writer.description(name, html.escape(picture.alt))
        return MappingProxyType(
            {
                "address": self._text(picture.address),
                # The design leaves out what is empty, but ``alt=""`` must stay.
                "alt": self._placeholders.for_html(description),
                "width": picture.width,
                "height": picture.height,
            }
        )

    def _field(self, name: str, pieces: Pieces) -> str:
        return self._held(self._writer.field(name, self._joined(pieces)))

    def _joined(self, pieces: Pieces) -> str:
        return "".join(
            piece
            if isinstance(piece, str)
            else self._writer.personal(piece, self._placeholders.for_personal(piece))
            for piece in pieces
        )

    def _preheader(self, pieces: Pieces) -> str:
        return self._held(
            "".join(
                piece
                if isinstance(piece, str)
                else self._placeholders.for_personal(piece)
                for piece in _escaped(pieces)
            )
        )

    def _link(self, address: str) -> str:
        return self._text(address) if address.startswith(WEB_SCHEMES) else ""

    def _text(self, text: str) -> str:
        return self._held(html.escape(text))

    def _held(self, content: str) -> str:
        return self._placeholders.for_html(content) if content else ""


def _escaped(pieces: Pieces) -> Pieces:
    return tuple(
        html.escape(piece) if isinstance(piece, str) else piece for piece in pieces
    )
