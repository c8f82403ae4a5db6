"""From content to a letter that only waits for its readers."""

from __future__ import annotations

from dataclasses import dataclass

from gonets.letters.bodies import ReaderFields, letter_html
from gonets.letters.fields import Fields, Pieces, fields_of
from gonets.letters.keeping import packed_bodies, unpacked_bodies
from gonets.letters.personalising import (
    PersonalValues,
    clean_line,
    filled_html,
    filled_text,
    names_asked_for,
)
from gonets.letters.serializing import wire_of
from gonets.letters.splicing import Splice
from gonets.letters.texts import letter_text
from gonets.letters.types import LetterContent, Reader
from gonets.letters.wire import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledLetter:
    """One wording of one issue; what it returns depends on nothing but the reader."""

    subject: Pieces
    html: Pieces
    text: Pieces
    wire: Wire
    splice: Splice

    @property
    def names(self) -> frozenset[str]:
        """The ``subscriber.…`` that any reader's letter asks for."""
        return names_asked_for((*self.subject, *self.html, *self.text))

    def message_for(self, reader: Reader) -> bytes:
        """Return the complete message, its lines ending in CRLF.

        The same arguments give the same bytes.

        :raises ReaderUnfit: if no legal message can be made for this reader.
        """
        return self.splice.message_for(reader)

    def subject_for(self, reader: Reader) -> str:
        return clean_line(filled_text(self.subject, PersonalValues.of(reader)))

    def html_for(self, reader: Reader) -> str:
        return filled_html(self.html, PersonalValues.of(reader))

    def text_for(self, reader: Reader) -> str:
        return filled_text(self.text, PersonalValues.of(reader))


def compile_letter(content: LetterContent, *, bodies: bytes = b"") -> CompiledLetter:
    """Do everything that does not depend on the reader, once.

    ``bodies`` are those that ``bodies_of`` kept of this wording: then no design is
    asked any more.

    :raises TemplateFault: if the letter cannot be made; it names what to correct.
    """
    fields = fields_of(content)
    html, text = unpacked_bodies(bodies, fields) if bodies else _made(content, fields)
    if content.own_text:
        text = letter_text(content, fields)
    wire = wire_of(content, subject=fields.subject, text=text, html=html)
    return CompiledLetter(
        subject=fields.subject, html=html, text=text, wire=wire, splice=Splice(wire)
    )


def bodies_for(content: LetterContent, reader: Reader) -> tuple[str, str]:
    """Return the HTML and the text that a reader gets, without making a message.

    :raises TemplateFault: if the letter cannot be made.
    :raises ReaderUnfit: if a personal part cannot be filled in for this reader.
    """
    fields = fields_of(content)
    html, text = _made(content, fields)
    if content.own_text:
        text = letter_text(content, fields)
    values = PersonalValues.of(reader)
    return filled_html(html, values), filled_text(text, values)


def bodies_of(content: LetterContent) -> bytes:
    """Return what a version keeps of its letter: see ``keeping``.

    :raises TemplateFault: if the letter cannot be made.
    """
    fields = fields_of(content)
    html, text = _made(content, fields)
    return packed_bodies(html=html, text=text, fields=fields)


def _made(content: LetterContent, fields: Fields) -> tuple[Pieces, Pieces]:
    html = letter_html(content, fields, ReaderFields())
    # A text that somebody wrote by hand needs no keeping: it is in the wording.
    text = () if content.own_text else letter_text(content, fields)
    return html, text
