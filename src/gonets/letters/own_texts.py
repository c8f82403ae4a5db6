"""A plain-text part that an editor wrote by hand.

It is plain text with personal expressions; ``{{ unsubscribe_address }}`` is the
reader's own way out.  That and the postal address cannot get lost: where the editor
left them out, they are appended.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonets.kernel.html import storable
from gonets.letters.expressions import pieces_of_text, words_of_source
from gonets.letters.personalising import (
    DIRECTION_CONTROLS,
    Piece,
    UnsubscribeAddress,
    clean_line,
)
from gonets.letters.placeholders import Placeholders
from gonets.letters.storing import canonical_json
from gonets.letters.text_layout import WIDTH, width_of, wrapped
from gonets.letters.types import LetterContent
from gonets.letters.words import words_in

FIELD = "own_text"
WAY_OUT = "{{ unsubscribe_address }}"

Pieces = tuple[Piece, ...]

_WAY_OUT = re.compile(r"\{\{\s*unsubscribe_address\s*\}\}")
_BRACKETS = re.compile(r"\{[{%#]")
_INDENT = re.compile(r"[> ]*(?:• |[-*] |\[?\d{1,4}[.)\]] )?")


def normal_text(text: str) -> str:
    """Return what an editor typed as it is kept, without blanks at ends of lines."""
    lines = storable(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_visible(line) for line in lines).strip("\n")


def own_text(content: LetterContent) -> Pieces:
    """Return the editor's own text, wrapped, with what must not be missing.

    :raises TemplateFault: naming ``own_text`` if its personal parts do not work.
    """
    pieces = tuple(_pieces(content.own_text))
    placeholders = Placeholders(canonical_json(content))
    text = "".join(
        piece if isinstance(piece, str) else placeholders.for_personal(piece)
        for piece in pieces
    )
    missing = list(_missing(content, pieces, placeholders))
    blocks = [_wrapped(text), *(["-" * WIDTH, *missing] if missing else [])]
    return placeholders.split("\n\n".join(filter(None, blocks)) + "\n")


def source_of(pieces: Pieces) -> str:
    """Return a text as an editor can write on in it; ``own_text`` reads it back."""
    return "".join(map(_source, pieces)).rstrip("\n")


def _source(piece: Piece) -> str:
    if isinstance(piece, str):
        # What only looks like an expression must not become one.
        return _BRACKETS.sub(lambda found: f'{{{{ "{found[0]}" }}}}', piece)
    if isinstance(piece, UnsubscribeAddress):
        return WAY_OUT
    return words_of_source(piece.source)


def _pieces(text: str) -> Iterator[Piece]:
    position = 0
    for found in _WAY_OUT.finditer(text):
        yield from pieces_of_text(FIELD, text[position : found.start()])
        yield UnsubscribeAddress()
        position = found.end()
    yield from pieces_of_text(FIELD, text[position:])


def _missing(
    content: LetterContent, pieces: Pieces, placeholders: Placeholders
) -> Iterator[str]:
    if not any(isinstance(piece, UnsubscribeAddress) for piece in pieces):
        words = words_in(content.language, newsletter="", address="")
        way_out = placeholders.for_personal(UnsubscribeAddress())
        yield f"{words['unsubscribe']}:\n{way_out}"
    postal = _letters(content.postal_address)
    fixed = (piece for piece in pieces if isinstance(piece, str))
    if postal and not any(postal in _letters(piece) for piece in fixed):
        sender = (content.sender_name, content.postal_address)
        yield _wrapped(", ".join(clean_line(part) for part in sender if part))


def _letters(text: str) -> str:
    """Return what an address is recognised by, however it is broken into lines."""
    return "".join(filter(str.isalnum, text.casefold()))


def _wrapped(text: str) -> str:
    """Break only lines that are too long; the others stay as they were typed."""
    return "\n".join(line for typed in text.split("\n") for line in _broken(typed))


def _broken(line: str) -> list[str]:
    if width_of(line) <= WIDTH:
        return [line]
    found = _INDENT.match(line)
    first = found[0] if found else ""
    quote = first[: len(first) - len(first.lstrip("> "))]
    rest = quote + " " * (len(first) - len(quote))
    return wrapped(line[len(first) :], first=first, rest=rest)


def _visible(line: str) -> str:
    shown = "".join(each for each in line if each not in DIRECTION_CONTROLS)
    return shown.expandtabs(4).rstrip()
