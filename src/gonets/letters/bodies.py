"""The HTML of a letter, made from its content and its design."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Protocol, cast

from gonets.kernel.html import clean_fragment, clean_layout
from gonets.letters.branding import logo_size, look_of
from gonets.letters.events import event_when
from gonets.letters.fields import Fields, Pieces
from gonets.letters.gallery import DESIGNS, USUAL, Design
from gonets.letters.kinds import EntryKind
from gonets.letters.personalising import Personal, ReaderAddress, UnsubscribeAddress
from gonets.letters.placeholders import Placeholders
from gonets.letters.rendering import MJML, RenderingOrder
from gonets.letters.storing import canonical_json
from gonets.letters.templates import design_named, document_of
from gonets.letters.types import (
    Brand,
    ColumnContent,
    EntryContent,
    EventContent,
    LetterContent,
    PictureContent,
    SectionContent,
)
from gonets.letters.words import direction_of, direction_of_text, words_in

WEB_SCHEMES = ("https://", "http://")
MATERIAL = EntryKind.MATERIAL.value
LINK_SCHEMES = (*WEB_SCHEMES, "mailto:")


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

    def mark(self, entry: EntryContent) -> str:
        """Return the name of a style class by which the entry is found, or ""."""
        ...


class ReaderFields:
    """Fields as readers get them."""

    def field(self, name: str, html: str) -> str:
        return html

    def personal(self, part: Personal, word: str) -> str:
        return word

    def description(self, name: str, text: str) -> str:
        return text

    def mark(self, entry: EntryContent) -> str:
        return ""


def letter_html(
    content: LetterContent,
    fields: Fields,
    writer: FieldWriter,
    *,
    strict: bool = False,
) -> Pieces:
    """Return the HTML document; a ``strict`` one refuses names that do not exist.

    :raises TemplateFault: if the design does not work with this content.
    """
    placeholders = Placeholders(canonical_json(content))
    draft = _Draft(placeholders, writer, direction=direction_of(content.language))
    context = draft.context(content, fields)
    own = content.own_design
    order = RenderingOrder(
        kind=own.kind if own else MJML,
        source=own.source if own else design_named(content.template),
        context=context,
        mark=placeholders.mark,
        texts=placeholders.texts,
        strict=strict,
        trusted=own is None,
    )
    return placeholders.split(document_of(order))


def _look(content: LetterContent) -> Mapping[str, object]:
    look = look_of(
        content.brand,
        _base_of(content),
        direction=direction_of(content.language),
    )
    entries = [entry for section in content.sections for entry in section.entries]
    is_idle = all(entry.is_material for entry in entries)
    own = {**cast(Mapping[str, object], look["own"]), "is_idle": is_idle}
    return MappingProxyType({**look, "own": MappingProxyType(own)})


class _Draft:
    """Gives the design a word for every text."""

    def __init__(
        self, placeholders: Placeholders, writer: FieldWriter, *, direction: str
    ) -> None:
        self._placeholders = placeholders
        self._writer = writer
        self._direction = direction

    def context(self, content: LetterContent, fields: Fields) -> Mapping[str, object]:
        newsletter = self._text(content.newsletter)
        address = self._placeholders.for_personal(ReaderAddress())
        words = words_in(content.language, newsletter=newsletter, address=address)
        entries = _Entries(self, fields, language=content.language, words=words)
        letter = {
            "language": self._text(content.language),
            "direction": direction_of(content.language),
            "newsletter": newsletter,
            "preheader": self._preheader(fields.preheader),
            "greeting": self.line("greeting", fields.greeting),
            "intro": self.field("intro", fields.intro),
            "sections": tuple(map(entries.section, content.sections)),
            "outro": self.field("outro", fields.outro),
            "sender": self._text(content.sender_name),
            "postal_address": self._text(content.postal_address),
            "browser_address": self.link(content.browser_address),
            "unsubscribe_address": self._placeholders.for_personal(
                UnsubscribeAddress()
            ),
        }
        return {
            "letter": MappingProxyType(letter),
            "words": words,
            "brand": self._brand(content.brand, newsletter=content.newsletter),
            "look": _look(content),
        }

    def _brand(self, brand: Brand, *, newsletter: str) -> Mapping[str, object]:
        links = tuple(
            MappingProxyType({"label": self._text(link.label), "address": address})
            for link in brand.links
            if (address := self.link(link.address))
        )
        return MappingProxyType(
            {
                "logo": self._logo(brand.logo, newsletter=newsletter),
                "logo_dark": self._logo(brand.logo_dark, newsletter=newsletter),
                "footer": self.held(clean_fragment(brand.footer)),
                "links": links,
            }
        )

    def _logo(
        self, logo: PictureContent | None, *, newsletter: str
    ) -> Mapping[str, object] | None:
        if logo is None or not logo.address.startswith(WEB_SCHEMES):
            return None
        width, height = logo_size(logo)
        return MappingProxyType(
            {
                "address": self._text(logo.address),
                "alt": self._text(logo.alt or newsletter),
                "width": width,
                "height": height,
            }
        )

    def picture(
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

    def field(self, name: str, pieces: Pieces) -> str:
        return self._written(name, pieces, tag="div")

    def line(self, name: str, pieces: Pieces) -> str:
        return self._written(name, _escaped(pieces), tag="span")

    def _written(self, name: str, pieces: Pieces, *, tag: str) -> str:
        """Return the field; one that runs the other way than the letter says so."""
        written = self._writer.field(name, self._joined(pieces))
        fixed = "".join(piece for piece in pieces if isinstance(piece, str))
        direction = direction_of_text(fixed)
        if written and direction and direction != self._direction:
            written = f'<{tag} dir="{direction}">{written}</{tag}>'
        return self.held(written)

    def mark(self, entry: EntryContent) -> str:
        return self._writer.mark(entry)

    def link(self, address: str) -> str:
        return self._text(address) if address.startswith(LINK_SCHEMES) else ""

    def _joined(self, pieces: Pieces) -> str:
        return "".join(
            piece
            if isinstance(piece, str)
            else self._writer.personal(piece, self._placeholders.for_personal(piece))
            for piece in pieces
        )

    def _preheader(self, pieces: Pieces) -> str:
        return self.held(
            "".join(
                piece
                if isinstance(piece, str)
                else self._placeholders.for_personal(piece)
                for piece in _escaped(pieces)
            )
        )

    def _text(self, text: str) -> str:
        return self.held(html.escape(text))

    def held(self, content: str) -> str:
        return self._placeholders.for_html(content) if content else ""


class _Entries:
    """Gives the design what the entries of a letter are made of."""

    def __init__(
        self,
        draft: _Draft,
        fields: Fields,
        *,
        language: str,
        words: Mapping[str, str],
    ) -> None:
        self._draft = draft
        self._fields = fields
        self._language = language
        self._words = words
        self._first = ""

    def section(self, section: SectionContent) -> Mapping[str, object]:
        heading = (section.heading,) if section.heading else ()
        entries = tuple(map(self._entry, section.entries))
        return MappingProxyType(
            {
                "heading": self._draft.line(f"section.{section.key}.heading", heading),
                "entries": entries,
                "groups": tuple(_groups(entries)),
            }
        )

    def _entry(self, entry: EntryContent) -> Mapping[str, object]:
        name = f"entry.{entry.key}"
        if entry.is_material:
            self._first = self._first or entry.key
        button = self._fields.of(entry, "button") or (self._words["read_on"],)
        return MappingProxyType(
            {
                "kind": str(entry.kind),
                "is_first": entry.is_material and entry.key == self._first,
                "mark": self._draft.mark(entry),
                "title": self._line(entry, "title"),
                "teaser": self._prose(entry, "teaser"),
                "button": self._draft.line(f"{name}.button", button),
                "address": self._draft.link(entry.address),
                "picture": self._draft.picture(f"{name}.picture_alt", entry.picture),
                "event": self._event(entry, entry.event),
                "second": self._second(entry, entry.second),
                "html": self._draft.held(clean_layout(entry.html)),
            }
        )

    def _line(self, entry: EntryContent, word: str) -> str:
        name = f"entry.{entry.key}.{word}"
        return self._draft.line(name, self._fields.of(entry, word))

    def _prose(self, entry: EntryContent, word: str) -> str:
        name = f"entry.{entry.key}.{word}"
        return self._draft.field(name, self._fields.of(entry, word))

    def _event(
        self, entry: EntryContent, event: EventContent | None
    ) -> Mapping[str, object] | None:
        if event is None:
            return None
        when = html.escape(event_when(event, self._language))
        return MappingProxyType(
            {
                "when": self._draft.held(when),
                "place": self._line(entry, "place"),
                "calendar_address": self._draft.link(event.calendar_address),
            }
        )

    def _second(
        self, entry: EntryContent, second: ColumnContent | None
    ) -> Mapping[str, object] | None:
        if second is None:
            return None
        name = f"entry.{entry.key}.second_alt"
        return MappingProxyType(
            {
                "text": self._prose(entry, "second"),
                "picture": self._draft.picture(name, second.picture),
            }
        )


def _base_of(content: LetterContent) -> Design:
    own = content.own_design
    return DESIGNS.get(own.base if own else content.template, USUAL)


def _groups(
    entries: tuple[Mapping[str, object], ...],
) -> Iterator[Mapping[str, object]]:
    """Yield each block alone, and the materials between two blocks together."""
    for is_material, group in groupby(entries, lambda each: each["kind"] == MATERIAL):
        if is_material:
            yield MappingProxyType({"block": None, "entries": tuple(group)})
        else:
            yield from (
                MappingProxyType({"block": entry, "entries": ()}) for entry in group
            )


def _escaped(pieces: Pieces) -> Pieces:
    return tuple(
        html.escape(piece) if isinstance(piece, str) else piece for piece in pieces
    )
