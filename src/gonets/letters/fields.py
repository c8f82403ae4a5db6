"""The editor's own fields of a letter, cleaned and split at their personal parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gonets.kernel.html import clean_fragment
from gonets.letters.errors import TemplateFault
from gonets.letters.expressions import pieces_of_html, pieces_of_text
from gonets.letters.personalising import Piece, clean_line
from gonets.letters.types import EntryContent, LetterContent

Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """``intro`` and ``outro`` are HTML, the others plain text.

    ``entries`` has those of all entries by their full names.
    """

    subject: Pieces
    preheader: Pieces
    greeting: Pieces
    intro: Pieces
    outro: Pieces
    entries: Mapping[str, Pieces]

    def of(self, entry: EntryContent, word: str) -> Pieces:
        """Return the ``title``, ``teaser``, ``button``, ``place`` or ``second``."""
        return self.entries.get(f"entry.{entry.key}.{word}", ())


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
        entries=MappingProxyType(
            {
                name: pieces
                for section in content.sections
                for entry in section.entries
                for name, pieces in _of_entry(entry, line=line, prose=prose)
            }
        ),
    )


def _of_entry(
    entry: EntryContent, *, line: Splitter, prose: Splitter
) -> Iterator[tuple[str, Pieces]]:
    place = entry.event.place if entry.event else ""
    lines = {"title": entry.title, "button": entry.button, "place": place}
    texts = {
        "teaser": entry.teaser,
        "second": entry.second.text if entry.second else "",
    }
    for word, text in lines.items():
        name = f"entry.{entry.key}.{word}"
        # What stands in a title may be on two lines: no header is made of it.
        yield name, line(name, text) if word in entry.personal else _whole(text)
    for word, text in texts.items():
        name = f"entry.{entry.key}.{word}"
        clean = clean_fragment(text)
        yield name, prose(name, clean) if word in entry.personal else _whole(clean)


def _whole(text: str) -> Pieces:
    return (text,) if text else ()


def _or_literal(split: Splitter) -> Splitter:
    def tolerant(field: str, text: str) -> Pieces:
        try:
            return split(field, text)
        except TemplateFault:
            return (text,)

    return tolerant
