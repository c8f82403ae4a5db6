"""From content to a letter that only waits for its readers."""

from __future__ import annotations

from dataclasses import dataclass

from gonets.letters.bodies import ReaderFields, letter_html
from gonets.letters.fields import Pieces, fields_of
from gonets.letters.personalising import (
    PersonalValues,
    clean_line,
    filled_html,
    filled_text,
)
from gonets.letters.serializing import Wire, wire_of
from gonets.letters.texts import letter_text
from gonets.letters.types import LetterContent, Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledLetter:
    """One wording of one issue; what it returns depends on nothing but the reader."""

    subject: Pieces
    html: Pieces
    text: Pieces
    wire: Wire

    @property
    def names(self) -> frozenset[str]:
        """The ``subscriber.…`` that any reader's letter asks for."""
        pieces = (*self.subject, *self.html, *self.text)
        each = (piece.names for piece in pieces if not isinstance(piece, str))
        return frozenset[str]().union(*each)

    def message_for(self, reader: Reader) -> bytes:
        """Return the complete message, its lines ending in CRLF.

        The same arguments give the same bytes.

        :raises ReaderUnfit: if no legal message can be made for this reader.
        """
        return self.wire.message_for(reader)

    def subject_for(self, reader: Reader) -> str:
        return clean_line(filled_text(self.subject, PersonalValues.of(reader)))

    def html_for(self, reader: Reader) -> str:
        return filled_html(self.html, PersonalValues.of(reader))

    def text_for(self, reader: Reader) -> str:
        return filled_text(self.text, PersonalValues.of(reader))


def compile_letter(content: LetterContent) -> CompiledLetter:
    """Do everything that does not depend on the reader, once.

    :raises TemplateFault: if the letter cannot be made; it names what to correct.
    """
    fields = fields_of(content)
    html = letter_html(content, fields, ReaderFields())
    text = letter_text(content, fields)
    wire = wire_of(content, subject=fields.subject, text=text, html=html)
    return CompiledLetter(subject=fields.subject, html=html, text=text, wire=wire)
