"""Header lines that no name, subject or address can break out of."""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from gonets.letters.personalising import clean_line

LINE_CHARACTERS = 76
WORD_BYTES = 39
"""Bytes in an encoded word: with a header's name before it, it fits on a line."""

MAX_LINK_CHARACTERS = 900
MAX_ID_CHARACTERS = 250
MAX_LIST_ID_CHARACTERS = 255

FOLD = b"\r\n "


class BadHeader(ValueError):
    """The value cannot stand in its header; the text says what it is."""


def unstructured(name: bytes, text: str) -> bytes:
    """Return a header of free text: as it is if it is plain and short, else encoded."""
    line = clean_line(text)
    if line.isascii() and "=?" not in line and _longest_word(line) < 60:
        return name + b": " + _folded(line, used=len(name) + 2) + b"\r\n"
    return name + b": " + encoded_words(line) + b"\r\n"


def mailbox(name: str, address: str) -> bytes:
    """Return ``name <address>``.

    ``name`` must be a clean line already, and ``address`` fit to stand there.
    """
    bracketed = b"<%b>" % address.encode()
    return phrase(name) + FOLD + bracketed if name else bracketed


def encoded_words(text: str) -> bytes:
    """Return ``text`` as encoded words (RFC 2047), one on a line.

    Between two encoded words the line ends vanish, so that texts encoded one by one
    and joined by ``FOLD`` read as one.
    """
    whole = text.encode("utf-8", "replace")
    if len(whole) <= WORD_BYTES:  # Nearly every name.
        return _encoded_word(whole) if whole else whole
    return FOLD.join(map(_encoded_word, _bites(text)))


def personal(
    *, name: str, address: str, date: datetime, message_id: str, link: str
) -> bytes:
    """Return To, Date, Message-ID and List-Unsubscribe of one reader's letter.

    ``name`` must be a clean line already.

    :raises BadHeader: naming the value that cannot stand in its header.
    """
    lines = (
        b"To: " + mailbox(name, _reader_address(address)),
        b"Date: " + date_line(date),
        b"Message-ID: " + _plain_id(message_id).encode("ascii"),
        b"List-Unsubscribe: <%b>" % _plain_link(link).encode("ascii"),
        b"",
    )
    return b"\r\n".join(lines)


def list_id(name: str, identity: str) -> bytes:
    """Return the value of List-Id (RFC 2919).

    :raises BadHeader: unless ``identity`` is a dotted name of at most 255 characters.
    """
    if len(identity) > MAX_LIST_ID_CHARACTERS or not _DOTTED_NAME.fullmatch(identity):
        raise BadHeader(identity)
    return mailbox(name, identity)


def plain_address(address: str) -> str:
    """Return the address as headers can carry it, its domain as A-labels.

    :raises BadHeader: if it is none, or its local part needs SMTPUTF8.
    """
    plain = _reader_address(address)
    if not plain.isascii():
        raise BadHeader(address)
    return plain


def _reader_address(address: str) -> str:
    """Return the address with its domain as A-labels.

    A local part in UTF-8 stays as it is (RFC 6532): there is no other way to write it,
    and only relays that offer SMTPUTF8 get such a letter.

    :raises BadHeader: if it is none.
    """
    if _PLAIN_ADDRESS.fullmatch(address):
        return address
    try:
        parsed = validate_email(
            address, check_deliverability=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise BadHeader(address) from error
    if parsed.ascii_email is None:
        return f"{parsed.local_part}@{parsed.ascii_domain}"
    if not _PLAIN_ADDRESS.fullmatch(parsed.ascii_email):
        raise BadHeader(address)
    return parsed.ascii_email


def _plain_link(address: str) -> str:
    """Return what a List- header may hold between its brackets: never folded."""
    if len(address) > MAX_LINK_CHARACTERS or not _WEB_ADDRESS.fullmatch(address):
        raise BadHeader(address)
    return address


def _plain_id(text: str) -> str:
    """Return the Message-ID: it has brackets, an @ and nothing odd."""
    if len(text) > MAX_ID_CHARACTERS or not _MESSAGE_ID.fullmatch(text):
        raise BadHeader(text)
    return text


@lru_cache(maxsize=256)
def date_line(moment: datetime) -> bytes:
    """Return the value of Date in UTC, whatever zone ``moment`` is in."""
    return format_datetime(moment.astimezone(UTC)).encode("ascii")


_ATOMS = (
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    b"!#$%&'*+/=?^_`{|}~ -"
)
_DOTTED_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
_ADDRESS_PATTERN = (
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
)
_LINK_PATTERN = r"https?://[!-;=?-~]+"
_ID_PATTERN = r"<[!-;=?A-~]+@[!-;=?A-~]+>"
_PLAIN_ADDRESS = re.compile(rf"(?=.{{3,254}}\Z){_ADDRESS_PATTERN}")
_WEB_ADDRESS = re.compile(_LINK_PATTERN)
_MESSAGE_ID = re.compile(_ID_PATTERN)

_Q_SAFE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/"
_Q_SAFE_OR_BLANK = _Q_SAFE + b" "
_Q_CODES = [
    b"_" if byte == ord(" ") else bytes((byte,)) if byte in _Q_SAFE else b"=%02X" % byte
    for byte in range(256)
]


def _longest_word(line: str) -> int:
    return max(map(len, line.split()), default=0)


def _folded(line: str, *, used: int) -> bytes:
    lines = [""]
    room = LINE_CHARACTERS - used
    for word in line.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
            room = LINE_CHARACTERS - 1
        lines[-1] += f" {word}" if lines[-1] else word
    return FOLD.join(part.encode("ascii") for part in lines)


def phrase(name: str) -> bytes:
    """Return a name as it may stand before an address; it must be a clean line."""
    if not name.isascii() or len(name) > 60 or "=?" in name:
        return encoded_words(name)
    plain = name.encode("ascii")
    if not plain.translate(None, _ATOMS):
        return plain
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'.encode("ascii")


def _bites(text: str) -> Iterator[bytes]:
    """Yield ``text`` in UTF-8, cut between characters so that each bite fits a word."""
    bite = b""
    for character in text:
        more = character.encode("utf-8", "replace")
        if bite and len(bite) + len(more) > WORD_BYTES:
            yield bite
            bite = b""
        bite += more
    yield bite


def _encoded_word(bite: bytes) -> bytes:
    coded = len(bite.translate(None, _Q_SAFE_OR_BLANK))
    if len(bite) + 2 * coded <= (len(bite) + 2) // 3 * 4:
        return b"=?utf-8?q?" + b"".join([_Q_CODES[byte] for byte in bite]) + b"?="
    return b"=?utf-8?b?" + b2a_base64(bite, newline=False) + b"?="
