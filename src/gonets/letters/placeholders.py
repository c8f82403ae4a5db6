"""Words that stand for a letter's text while its design is being compiled.

The design's engine, MJML and the style inliner see only these ASCII words, so nothing
that an editor or a website wrote can confuse them, and personal parts come through
whole.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from gonets.letters.errors import TemplateFault
from gonets.letters.personalising import Personal, Piece


class Placeholders:
    """``unlike`` is all text of the letter: no word of ours may occur in it."""

    def __init__(self, unlike: str) -> None:
        self._mark = _mark_missing_in(unlike)
        self._html: list[str] = []
        self._personal: list[Personal] = []
        self._word = re.compile(rf"{self._mark}p(\d+)z")

    def for_html(self, html: str) -> str:
        """Return a word that the rendering replaces by ``html``."""
        self._html.append(html)
        return f"{self._mark}h{len(self._html) - 1}z"

    def for_personal(self, part: Personal) -> str:
        """Return a word that ``split`` replaces by ``part``."""
        self._personal.append(part)
        return f"{self._mark}p{len(self._personal) - 1}z"

    @property
    def mark(self) -> str:
        """What every word begins with."""
        return self._mark

    @property
    def texts(self) -> tuple[str, ...]:
        """What the words of ``for_html`` stand for, by their number."""
        return tuple(self._html)

    def split(self, text: str) -> tuple[Piece, ...]:
        """Return the text in pieces, with the personal parts in their places.

        :raises TemplateFault: if the design has cut or changed a word.
        """
        pieces = tuple(piece for piece in self._split(text) if piece)
        for piece in pieces:
            if isinstance(piece, str) and self._mark in piece.lower():
                reason = _("The letter design changes the texts that it is given.")
                raise TemplateFault("", reason)
        return pieces

    def _split(self, text: str) -> Iterator[Piece]:
        position = 0
        for word in self._word.finditer(text):
            yield text[position : word.start()]
            yield self._personal[int(word[1])]
            position = word.end()
        yield text[position:]


def _mark_missing_in(text: str) -> str:
    """Return the same mark for the same text, so that letters are repeatable."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    while (mark := f"g{digest[:10]}") in text.lower():
        digest = hashlib.sha256(digest.encode("ascii")).hexdigest()
    return mark
