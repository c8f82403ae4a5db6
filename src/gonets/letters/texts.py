"""The plain-text part of a letter: pleasant to read, with every link."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from gonets.kernel.html import clean_layout
from gonets.letters.bodies import LINK_SCHEMES
from gonets.letters.events import event_when
from gonets.letters.fields import Fields, Pieces, fields_as_they_are
from gonets.letters.kinds import EntryKind
from gonets.letters.own_texts import own_text, source_of
from gonets.letters.personalising import ReaderAddress, UnsubscribeAddress, clean_line
from gonets.letters.placeholders import Placeholders
from gonets.letters.storing import canonical_json
from gonets.letters.text_fragments import DIVIDER, Notes, text_of_html
from gonets.letters.text_layout import WIDTH, underlined, wrapped
from gonets.letters.types import EntryContent, LetterContent, PictureContent
from gonets.letters.words import words_in


def letter_text(content: LetterContent, fields: Fields) -> Pieces:
    """Return the text in pieces: the editor's own if there is one.

    :raises TemplateFault: if the personal parts of the editor's own do not work.
    """
    if content.own_text:
        return own_text(content)
    return automatic_text(content, fields)


def automatic_text(content: LetterContent, fields: Fields) -> Pieces:
    """Return the text that follows the letter; an empty line parts its blocks."""
    placeholders = Placeholders(canonical_json(content))
    blocks = _Writer(placeholders).blocks(content, fields)
    return placeholders.split("\n\n".join(filter(None, blocks)) + "\n")


class _Writer:
    def __init__(self, placeholders: Placeholders) -> None:
        self._placeholders = placeholders

    def blocks(self, content: LetterContent, fields: Fields) -> Iterator[str]:
        notes = Notes()
        yield "\n".join(underlined(clean_line(content.newsletter), "="))
        yield _wrapped(self._joined(fields.greeting))
        yield text_of_html(self._joined(fields.intro), notes)
        entries = _Entries(self._joined, content, fields, notes=notes)
        for section in content.sections:
            yield "\n".join(underlined(clean_line(section.heading), "-"))
            yield from map(entries.text, section.entries)
        yield text_of_html(self._joined(fields.outro), notes)
        yield "-" * WIDTH
        yield from self._footer(content)

    def _footer(self, content: LetterContent) -> Iterator[str]:
        address = self._placeholders.for_personal(ReaderAddress())
        way_out = self._placeholders.for_personal(UnsubscribeAddress())
        words = words_in(
            content.language,
            newsletter=clean_line(content.newsletter),
            address=address,
        )
        yield _wrapped(f"{words['why']} {words['sent_to']}")
        if content.browser_address:
            yield f"{words['in_browser']}:\n{clean_line(content.browser_address)}"
        yield f"{words['unsubscribe']}:\n{way_out}"
        sender = (content.sender_name, content.postal_address)
        yield _wrapped(", ".join(clean_line(part) for part in sender if part))

    def _joined(self, pieces: Pieces) -> str:
        return "".join(
            piece if isinstance(piece, str) else self._placeholders.for_personal(piece)
            for piece in pieces
        )


def _link(address: str) -> str:
    """Return what readers can open, as the HTML links it; "" for anything else."""
    return clean_line(address) if address.startswith(LINK_SCHEMES) else ""


class _Entries:
    """Writes the entries of a letter; each kind in its own way."""

    def __init__(
        self,
        joined: Callable[[Pieces], str],
        content: LetterContent,
        fields: Fields,
        *,
        notes: Notes,
    ) -> None:
        self._notes = notes
        self._joined = joined
        self._fields = fields
        self._language = content.language
        self._words = words_in(content.language, newsletter="", address="")

    def text(self, entry: EntryContent) -> str:
        return "\n".join(filter(None, self._lines(entry)))

    def _lines(self, entry: EntryContent) -> Iterator[str]:
        match entry.kind:
            case EntryKind.DIVIDER:
                yield DIVIDER
            case EntryKind.QUOTE:
                quoted = f"<blockquote>{self._html(entry, 'teaser')}</blockquote>"
                yield text_of_html(quoted, self._notes)
                yield _wrapped(self._line(entry, "title"), first="— ", rest="  ")
            case EntryKind.BUTTON:
                yield from self._button(entry)
            case EntryKind.PICTURE:
                yield from _pictured(entry.picture)
                yield _wrapped(self._line(entry, "title"))
                yield _link(entry.address)
            case EntryKind.HTML:
                yield text_of_html(clean_layout(entry.html), self._notes)
            case _:
                yield from self._titled(entry)

    def _titled(self, entry: EntryContent) -> Iterator[str]:
        yield _wrapped(self._line(entry, "title"))
        if entry.event is not None:
            yield _wrapped(event_when(entry.event, self._language))
            yield _wrapped(self._line(entry, "place"))
        yield text_of_html(self._html(entry, "teaser"), self._notes)
        if entry.second is not None:
            second = text_of_html(self._html(entry, "second"), self._notes)
            yield second and f"\n{second}"
        yield _link(entry.address)
        if entry.event is not None and entry.event.calendar_address:
            yield f"{self._words['to_calendar']}:\n{entry.event.calendar_address}"

    def _button(self, entry: EntryContent) -> Iterator[str]:
        address = _link(entry.address)
        if address:
            yield _wrapped(f"{self._line(entry, 'button') or self._words['read_on']}:")
            yield address.removeprefix("mailto:")

    def _line(self, entry: EntryContent, word: str) -> str:
        return clean_line(self._joined(self._fields.of(entry, word)))

    def _html(self, entry: EntryContent, word: str) -> str:
        return self._joined(self._fields.of(entry, word))


def _pictured(picture: PictureContent | None) -> Iterator[str]:
    if picture is not None and picture.alt.strip():
        yield _wrapped(f"[{clean_line(picture.alt)}]")


def _wrapped(text: str, *, first: str = "", rest: str = "") -> str:
    return "\n".join(wrapped(text, first=first, rest=rest)) if text else ""


def editable_text(content: LetterContent) -> str:
    """Return the automatic text as an editor can write on in it."""
    return source_of(automatic_text(content, fields_as_they_are(content)))


def automatic_digest(content: LetterContent) -> str:
    """Return what tells whether the letter has changed since a text was made of it."""
    source = editable_text(content).encode("utf-8", "replace")
    return hashlib.sha256(source).hexdigest()
