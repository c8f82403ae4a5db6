"""What of a letter on the wire no reader changes, encoded once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.utils.translation import gettext as _

from gonets.letters import headers
from gonets.letters.encodings import CRLF
from gonets.letters.errors import TemplateFault
from gonets.letters.personalising import Piece, clean_line, names_asked_for
from gonets.letters.storing import digest_of
from gonets.letters.types import LetterContent
from gonets.letters.wire import BodyPart, SubjectLine, Wire


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
        names=sorted(names_asked_for((*subject, *text, *html)) | {"name"}),
    )


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
