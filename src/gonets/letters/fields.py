"""The editor's own fields of a letter, cleaned and split at their personal parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gonets.kernel.html import clean_fragment
from gonets.letters.errors import TemplateFault
from gonets.letters.expressions import pieces_of_html, pieces_of_text
from gonets.letters.personalising import Piece, clean_line
from gonets.letters.types import LetterContent

Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """``intro`` and ``outro`` are HTML, the others plain text."""

    subject: Pieces
    preheader: Pieces
    greeting: Pieces
    intro: Pieces
    outro: Pieces


Splitter = Callable[[str, str], Pieces]


def fields_of(content: LetterContent) -> Fields:
    """Return the fields of a letter.

    :raises TemplateFault: naming the first one whose personal parts do not work.
    """
    return _fields(content, line=pieces_of_text, prose=pieces_of_html)


def fields_as_they_are(content: LetterContent) -> Fields:
    """Return the fields of a letter under correction.

    One whose personal parts do not work stands there as it was written.
    """
    return _fields(
        content, line=_or_literal(pieces_of_text), prose=_or_literal(pieces_of_html)
    )


def _fields(content: LetterContent, *, line: Splitter, prose: Splitter) -> Fields:
    return Fields(
        subject=line("subject", clean_line(content.subject)),
        preheader=line("preheader", clean_line(content.preheader)),
        greeting=line("greeting", clean_line(content.greeting)),
        intro=prose("intro", clean_fragment(content.intro)),
        outro=prose("outro", clean_fragment(content.outro)),
    )


def _or_literal(split: Splitter) -> Splitter:
    def tolerant(field: str, text: str) -> Pieces:
        try:
            return split(field, text)
        except TemplateFault:
            return (text,)

    return tolerant
