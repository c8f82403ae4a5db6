"""The editor's own fields of a letter, cleaned and split at their personal parts."""

from __future__ import annotations

from dataclasses import dataclass

from gonets.kernel.html import clean_fragment
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


def fields_of(content: LetterContent) -> Fields:
    """Return the fields of a letter.

    :raises TemplateFault: naming the first one whose personal parts do not work.
    """
    return Fields(
        subject=pieces_of_text("subject", clean_line(content.subject)),
        preheader=pieces_of_text("preheader", clean_line(content.preheader)),
        greeting=pieces_of_text("greeting", clean_line(content.greeting)),
        intro=pieces_of_html("intro", clean_fragment(content.intro)),
        outro=pieces_of_html("outro", clean_fragment(content.outro)),
    )
