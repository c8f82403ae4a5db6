"""What a letter is on the wire: fixed bytes, and gaps for what is personal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gonets.letters import headers
from gonets.letters.encodings import CRLF, Body, canonical, smallest_body
from gonets.letters.errors import ReaderUnfit
from gonets.letters.personalising import Personal, PersonalValues, Piece, clean_line
from gonets.letters.types import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """Everything of the message that no reader changes, already encoded."""

    opening: bytes  # From, Reply-To
    subject: SubjectLine
    text: BodyPart
    html: BodyPart
    ending: bytes
    names: Sequence[str]  # of what it says about a reader

    def message_for(self, reader: Reader) -> bytes:
        """Return the message with CRLF line ends, before any dot-stuffing.

        It needs none: no line begins with a dot.  None is longer than 998 bytes.
        ``Splice`` makes the same letter faster, for nearly every reader.

        :raises ReaderUnfit: if the reader's address or links cannot stand in headers.
        """
        values = PersonalValues.of(reader, self.names)
        text, html = self.text, self.html
        text_gaps = [text.body.gap(part.as_text(values)) for part in text.personal]
        html_gaps = [html.body.gap(part.as_html(values)) for part in html.personal]
        return b"".join(
            [
                self.opening,
                _personal_headers(reader, values),
                self.subject.encoded(values),
                text.before,
                *text.body.stretches(text_gaps),
                html.before,
                *html.body.stretches(html_gaps),
                self.ending,
            ]
        )


@dataclass(frozen=True, slots=True)
class BodyPart:
    """A part of the message: its body, and the fixed bytes ``before`` it."""

    before: bytes
    body: Body
    personal: tuple[Personal, ...]  # what is to stand in its gaps

    @classmethod
    def of(cls, kind: bytes, pieces: Sequence[Piece], *, after: bytes) -> BodyPart:
        """Encode what is fixed; ``after`` is what the part's own headers follow."""
        fixed, personal = alternating(pieces)
        body = smallest_body([canonical(text) for text in fixed])
        head = (
            after,
            b"Content-Type: text/" + kind + b"; charset=utf-8" + CRLF,
            b"Content-Transfer-Encoding: " + body.encoding + CRLF + CRLF,
        )
        return cls(b"".join(head), body, personal)


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """A fixed line, or encoded words with gaps between them."""

    fixed: tuple[bytes, ...]
    personal: tuple[Personal, ...]
    texts: tuple[str, ...] = ()  # what ``fixed`` was made from

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> SubjectLine:
        fixed, personal = alternating(pieces)
        if not personal:
            return cls((headers.unstructured(b"Subject", fixed[0]),), ())
        coded = tuple(headers.encoded_words(_spaced(text)) for text in fixed)
        return cls(coded, personal, fixed)

    def encoded(self, values: PersonalValues) -> bytes:
        if not self.personal:
            return self.fixed[0]
        filled = [part.as_text(values) for part in self.personal]
        if not all(filled):  # Blanks meet, or are left over at an end.
            row = [self.texts[0]]
            for text, after in zip(filled, self.texts[1:], strict=True):
                row += [text, after]
            return headers.unstructured(b"Subject", "".join(row))
        words = [self.fixed[0]]
        for text, fixed in zip(filled, self.fixed[1:], strict=True):
            words += [headers.encoded_words(_spaced(text)), fixed]
        return b"Subject: " + headers.FOLD.join(filter(None, words)) + CRLF


def alternating(
    pieces: Sequence[Piece],
) -> tuple[tuple[str, ...], tuple[Personal, ...]]:
    """Return the fixed texts and the personal parts between them, one fewer."""
    fixed = [""]
    personal: list[Personal] = []
    for piece in pieces:
        if isinstance(piece, str):
            fixed[-1] += piece
        else:
            personal.append(piece)
            fixed.append("")
    return tuple(fixed), tuple(personal)


def _personal_headers(reader: Reader, values: PersonalValues) -> bytes:
    try:
        return headers.personal(
            name=values.subscriber.get("name", ""),
            address=reader.address,
            date=reader.date,
            message_id=reader.message_id,
            link=reader.unsubscribe_address,
        )
    except headers.BadHeader as error:
        raise ReaderUnfit(
            _("“%(value)s” cannot stand in a letter's headers.")
            % {"value": clean_line(str(error))}
        ) from error


def _spaced(text: str) -> str:
    """Clean ``text`` as a header's value but keep one space at its edges."""
    core = clean_line(text)
    before = " " if text[:1].isspace() else ""
    after = " " if core and text[-1:].isspace() else ""
    return f"{before}{core}{after}"
