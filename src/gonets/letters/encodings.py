"""Transfer encodings in which a letter's fixed text is encoded only once.

A body is fixed text with gaps, one gap per personal part.  Fixed and personal bytes
are encoded apart and still decode to the whole.  Never 8bit: a relay that re-encodes
would break the signature.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

CRLF = b"\r\n"
SOFT_BREAK = b"=\r\n"

BASE64_LINE_CHARACTERS = 76
"""All that RFC 2045 allows on an encoded line."""

BASE64_LINE_BYTES = 57
"""They make a whole encoded line."""

QUOTED_LINE_CHARACTERS = 73
"""Two fewer than would fit beside the soft break, so that a dot may become ``=2E``."""


class Body(Protocol):
    """An encoded part of a message with gaps for what is personal."""

    @property
    def encoding(self) -> bytes:
        """The value of Content-Transfer-Encoding."""
        ...

    @property
    def size(self) -> int:
        """How many encoded bytes are fixed."""
        ...

    def gap(self, text: str) -> bytes:
        """Return what ``stretches`` wants in a gap for this text."""
        ...

    def plain_gaps(self, plain: Sequence[bytes]) -> list[bytes]:
        """Do the same for several texts of printable ASCII without an equals sign.

        None may begin with a dot or ``From`` or end with a blank.
        """
        ...

    def stretches(self, gaps: Sequence[bytes]) -> list[bytes]:
        """Return the whole body in stretches that only have to be joined."""
        ...


def smallest_body(fixed: Sequence[bytes]) -> Body:
    """Return the body whose fixed part is smaller: Cyrillic is so in base64.

    There is a gap between any two of ``fixed``; all line ends must be CRLF.
    """
    quoted, base64 = QuotedPrintableBody.of(fixed), Base64Body.of(fixed)
    return base64 if base64.size < quoted.size else quoted


def canonical(text: str) -> bytes:
    """Return UTF-8 with CRLF line ends and nothing that mail cannot carry."""
    if text.isprintable():  # Nearly every personal part.
        return text.encode("utf-8")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return lines.replace("\n", "\r\n").encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class QuotedPrintableBody:
    """Every stretch begins on a line of its own: soft breaks hold them together."""

    row: tuple[bytes, ...]  # fixed text, an empty place for each gap in between
    encoding: bytes = b"quoted-printable"

    @classmethod
    def of(cls, fixed: Sequence[bytes]) -> QuotedPrintableBody:
        *before_gaps, last = map(quoted_printable, fixed)
        row: list[bytes] = []
        for stretch in before_gaps:
            row += (_soft_broken(stretch), b"")
        return cls((*row, last))

    @property
    def size(self) -> int:
        return sum(map(len, self.row))

    def gap(self, text: str) -> bytes:
        return _quoted_gap(text)

    def plain_gaps(self, plain: Sequence[bytes]) -> list[bytes]:
        return [
            one + SOFT_BREAK
            if len(one) <= QUOTED_LINE_CHARACTERS
            else _plainly_wrapped(one)
            for one in plain
        ]

    def stretches(self, gaps: Sequence[bytes]) -> list[bytes]:
        row = list(self.row)
        row[1::2] = gaps
        return row


def quoted_printable(content: bytes) -> bytes:
    """Encode ``content``, whose lines end in CRLF, as if it began a line.

    No encoded line begins with a dot or ``From``, which mailbox files would change, or
    ends with a blank, whatever comes next.
    """
    return CRLF.join(map(_quoted_line, content.split(CRLF)))


@lru_cache(maxsize=256)
def _quoted_gap(text: str) -> bytes:
    """Encode what stands in a gap, with its soft break.

    Names, addresses and links stand in the text part and in the HTML part, hence the
    cache; and nearly all are plain, hence the short way.
    """
    value = text.encode("utf-8", "replace")
    if (
        not value
        or value.translate(None, _PLAIN)
        or value.startswith(_UNSAFE_STARTS)
        or value.endswith(b" ")
    ):
        return _soft_broken(quoted_printable(canonical(text)))
    return _plainly_wrapped(value)


_PLAIN = bytes(byte for byte in range(0x20, 0x7F) if byte != ord("="))
_UNSAFE_STARTS = (b".", b"From ")
_UNSAFE = re.compile(rb"[^\t\x20-\x3c\x3e-\x7e]+|[\t ]\Z")


def _quoted_line(line: bytes) -> bytes:
    return _wrapped(_UNSAFE.sub(_quoted, line))


def _quoted(match: re.Match[bytes]) -> bytes:
    return b"=" + match[0].hex("=").upper().encode("ascii")


def _wrapped(quoted: bytes) -> bytes:
    """Break a line softly so that none is too long or begins with a dot or ``From``."""
    lines = []
    while len(quoted) > QUOTED_LINE_CHARACTERS:
        end = QUOTED_LINE_CHARACTERS
        # A code such as =D0 must stay in one piece.
        end -= 1 if quoted[end - 1 : end] == b"=" else 0
        end -= 2 if quoted[end - 2 : end - 1] == b"=" else 0
        lines.append(_start_quoted(quoted[:end]))
        quoted = quoted[end:]
    lines.append(_start_quoted(quoted))
    return SOFT_BREAK.join(lines)


def _plainly_wrapped(plain: bytes) -> bytes:
    """Break what needs no code softly, at its end as well; it begins with no dot."""
    if len(plain) <= QUOTED_LINE_CHARACTERS:
        return plain + SOFT_BREAK
    start, rest = plain[:QUOTED_LINE_CHARACTERS], plain[QUOTED_LINE_CHARACTERS:]
    if len(rest) <= QUOTED_LINE_CHARACTERS and not rest.startswith(_UNSAFE_STARTS):
        return b"%b=\r\n%b=\r\n" % (start, rest)  # Most links, in half the time.
    lines = map(_start_quoted, _PLAIN_LINES.findall(plain))
    return SOFT_BREAK.join(lines) + SOFT_BREAK


_PLAIN_LINES = re.compile(rb".{1,%d}" % QUOTED_LINE_CHARACTERS)


def _start_quoted(line: bytes) -> bytes:
    if not line.startswith(_UNSAFE_STARTS):
        return line
    return b"=%02X" % line[0] + line[1:]


def _soft_broken(encoded: bytes) -> bytes:
    at_line_start = not encoded or encoded.endswith(CRLF)
    return encoded if at_line_start else encoded + SOFT_BREAK


class _Aligned(NamedTuple):
    """Fixed text encoded from its ``skip``-th byte: ``head``, lines, ``tail``.

    Only whole groups of three bytes are encoded; the rest goes with the neighbours.
    """

    head: bytes
    lines: bytes
    tail: bytes

    @classmethod
    def of(cls, fixed: bytes, skip: int) -> _Aligned:
        end = len(fixed) - (len(fixed) - skip) % 3
        return cls(fixed[:skip], base64_lines(fixed[skip:end]), fixed[end:])


@dataclass(frozen=True, slots=True)
class Base64Body:
    """Fixed text is kept encoded in the three alignments that personal text may cause.

    Stretches too short to gain from that (no alignments) are encoded with the personal
    text around them.
    """

    fixed: tuple[tuple[bytes, tuple[_Aligned, ...]], ...]
    encoding: bytes = b"base64"

    @classmethod
    def of(cls, fixed: Sequence[bytes]) -> Base64Body:
        return cls(tuple((stretch, _alignments(stretch)) for stretch in fixed))

    @property
    def size(self) -> int:
        fixed = sum(len(stretch) for stretch, _alignments in self.fixed)
        return fixed * 78 // BASE64_LINE_BYTES

    def gap(self, text: str) -> bytes:
        return canonical(text)

    def plain_gaps(self, plain: Sequence[bytes]) -> list[bytes]:
        return [*plain]

    def stretches(self, gaps: Sequence[bytes]) -> list[bytes]:
        row: list[bytes] = []
        waiting = b""
        # There is one gap fewer than there are stretches.
        every_gap = (*gaps, b"")
        for (stretch, alignments), gap in zip(self.fixed, every_gap, strict=True):
            if alignments:
                head, lines, tail = alignments[-len(waiting) % 3]
                row += (base64_lines(waiting + head), lines)
                waiting = tail + gap
            else:
                waiting += stretch + gap
        row.append(base64_lines(waiting))
        return row


def _alignments(stretch: bytes) -> tuple[_Aligned, ...]:
    if len(stretch) < BASE64_LINE_BYTES:
        return ()
    return tuple(_Aligned.of(stretch, skip) for skip in range(3))


def base64_lines(content: bytes) -> bytes:
    """Return lines of at most 76 characters, each ending in CRLF."""
    coded = b2a_base64(content, newline=False)
    if len(coded) <= BASE64_LINE_CHARACTERS:  # Nearly every personal part.
        return coded + CRLF if coded else coded
    return CRLF.join(_BASE64_LINES.findall(coded)) + CRLF


_BASE64_LINES = re.compile(rb".{1,%d}" % BASE64_LINE_CHARACTERS)
