"""The letter as bytes on the wire: a complete message, the same for the same reader."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gonets.letters import headers
from gonets.letters.encodings import CRLF, Body, canonical, smallest_body
from gonets.letters.errors import ReaderUnfit, TemplateFault
from gonets.letters.gaps import BodyGaps, Gaps
from gonets.letters.personalising import (
    Personal,
    PersonalValues,
    Piece,
    clean_line,
    names_asked_for,
)
from gonets.letters.storing import digest_of
from gonets.letters.types import LetterContent, Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """Everything of the message that no reader changes, already encoded."""

    opening: bytes  # From, Reply-To
    subject: SubjectLine
    text: BodyPart
    html: BodyPart
    ending: bytes
    gaps: Gaps
    names: Sequence[str]  # of what it says about a reader

    def message_for(self, reader: Reader) -> bytes:
        """Return the message with CRLF line ends, before any dot-stuffing.

        It needs none: no line begins with a dot.  None is longer than 998 bytes.

        :raises ReaderUnfit: if the reader's address or links cannot stand in headers.
        """
        values = PersonalValues.of(reader, self.names)
        text, html = self.text, self.html
        text_gaps, html_gaps = self.gaps.filled(values)
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
    gaps: BodyGaps

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
        return cls(b"".join(head), body, BodyGaps(body, personal))


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """A fixed line, or encoded words with gaps between them."""

    fixed: tuple[bytes, ...]
    personal: tuple[Personal, ...]

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> SubjectLine:
        fixed, personal = alternating(pieces)
        if not personal:
            return cls((headers.unstructured(b"Subject", fixed[0]),), ())
        return cls(
            tuple(headers.encoded_words(_spaced(text)) for text in fixed), personal
        )

    def encoded(self, values: PersonalValues) -> bytes:
        if not self.personal:
            return self.fixed[0]
        filled = [part.as_text(values) for part in self.personal]
        words = [self.fixed[0]]
        for text, fixed in zip(filled, self.fixed[1:], strict=True):
            words += [headers.encoded_words(_spaced(text)), fixed]
        return b"Subject: " + headers.FOLD.join(filter(None, words)) + CRLF


def wire_of(
    content: LetterContent,
    *,
    subject: Sequence[Piece],
    text: Sequence[Piece],
    html: Sequence[Piece],
) -> Wire:
    """Encode what is fixed.

    :raises TemplateFault: if the sender or the list cannot stand in headers.
    """
    digest = digest_of(content)
    # "=_" cannot occur in quoted-printable or base64, so no body holds the boundary.
    boundary = f"=_gonets_{digest[:32]}".encode("ascii")
    closing = _fixed_headers(content, digest=digest, boundary=boundary)
    text_part = BodyPart.of(b"plain", text, after=closing)
    html_part = BodyPart.of(b"html", html, after=CRLF + b"--" + boundary + CRLF)
    return Wire(
        opening=_sender_headers(content),
        subject=SubjectLine.of(subject),
        text=text_part,
        html=html_part,
        ending=CRLF + b"--" + boundary + b"--" + CRLF,
        gaps=Gaps(text=text_part.gaps, html=html_part.gaps),
        names=sorted(names_asked_for((*subject, *text, *html)) | {"name"}),
    )


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


def _sender_headers(content: LetterContent) -> bytes:
    sender = _address("sender_address", content.sender_address)
    lines = b"From: " + headers.mailbox(clean_line(content.sender_name), sender) + CRLF
    if content.reply_to:
        reply_to = _address("reply_to", content.reply_to)
        lines += b"Reply-To: " + reply_to.encode("ascii") + CRLF
    return lines


def _address(field: str, address: str) -> str:
    try:
        return headers.plain_address(address)
    except headers.BadHeader as error:
        raise TemplateFault(
            field,
            _("“%(address)s” is not an address that letters can be sent from.")
            % {"address": clean_line(address)},
        ) from error


def _fixed_headers(content: LetterContent, *, digest: str, boundary: bytes) -> bytes:
    lines = (
        b"MIME-Version: 1.0",
        b"List-Id: " + _list_id(content),
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        b"Feedback-ID: " + _feedback_id(content, digest),
        b'Content-Type: multipart/alternative;\r\n boundary="' + boundary + b'"',
        b"",
        b"--" + boundary,
        b"",
    )
    return CRLF.join(lines)


def _list_id(content: LetterContent) -> bytes:
    try:
        return headers.list_id(clean_line(content.newsletter), content.list_id)
    except headers.BadHeader as error:
        raise TemplateFault(
            "list_id", _("The newsletter has no valid List-Id; check its sender.")
        ) from error


def _feedback_id(content: LetterContent, digest: str) -> bytes:
    """Name wording, newsletter and sender to mailbox providers, never the reader.

    Gmail wants at most four fields, the last one of 5 to 15 stable characters.
    """
    domain = content.sender_address.rpartition("@")[2].casefold()
    sender = hashlib.sha256(domain.encode("utf-8")).hexdigest()[:12]
    newsletter = content.list_id.partition(".")[0]
    return f"{digest[:12]}:{newsletter}:newsletter:{sender}".encode("ascii")


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
