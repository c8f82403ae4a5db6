"""Lines of plain text: how wide they are shown, and where they are broken; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

WIDTH = 72
"""Columns, as mail has always been read; quoted, a line still fits on 80."""

JOINER = "\N{ZERO WIDTH JOINER}"
AS_EMOJI = "\N{VARIATION SELECTOR-16}"
SKIN_TONES = range(0x1F3FB, 0x1F400)
NARROW = re.compile(
    "[\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u0482"
    "\u048a-\u052f\u2010-\u2027\u20a0-\u20bf]*"
)
"""Latin, Greek and Cyrillic with their punctuation: a column each, and never parted."""

NEVER_FIRST = frozenset("、。，．・：；！？）］｝〉》」』】〕…ー々")
NEVER_LAST = frozenset("（［｛〈《「『【〔")


def width_of(text: str) -> int:
    """Return how many columns a terminal or a monospaced font takes for ``text``."""
    if text.isascii() or NARROW.fullmatch(text):
        return len(text)
    width, is_joined = 0, False
    for character in text:
        width += 0 if is_joined else _columns(character)
        is_joined = character == JOINER
    return width


def wrapped(
    text: str, *, width: int = WIDTH, first: str = "", rest: str = ""
) -> list[str]:
    """Break ``text`` between words; ``first`` and ``rest`` are put before its lines.

    Addresses and other long words stay whole, however long the line gets.  Chinese
    and Japanese, which have no blanks, are broken between their characters.
    """
    lines: list[str] = []
    line, used = first, width_of(first)
    is_empty = True
    for blank, piece in _pieces(text):
        columns = width_of(piece)
        if not is_empty and used + len(blank) + columns > width:
            lines.append(line.rstrip())
            line, used, is_empty = rest, width_of(rest), True
        line += piece if is_empty else blank + piece
        used += columns + (0 if is_empty else len(blank))
        is_empty = False
    return lines if is_empty else [*lines, line.rstrip()]


def underlined(text: str, character: str) -> list[str]:
    """Return a heading with a line under it, as wide as itself."""
    lines = wrapped(text)
    widest = max(map(width_of, lines), default=0)
    return [*lines, character * min(widest, WIDTH)] if lines else []


def padded(text: str, width: int) -> str:
    return text + " " * (width - width_of(text))


def prefixed(lines: Iterable[str], first: str, rest: str) -> list[str]:
    """Put ``first`` before the first line and ``rest`` before the others."""
    return [
        f"{rest if number else first}{line}".rstrip()
        for number, line in enumerate(lines)
    ]


def _columns(character: str) -> int:
    if character == AS_EMOJI:
        return 1  # What it stands behind becomes as wide as a picture.
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    if ord(character) in SKIN_TONES:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield what may not be broken, with the blank that stands before it."""
    for word in re.findall(r"[^ \t\n\r\f\v]+", text):
        blank = " "
        is_whole = word.isascii() or NARROW.fullmatch(word)
        for piece in [word] if is_whole else _unbroken(word):
            yield blank, piece
            blank = ""


def _unbroken(word: str) -> Iterator[str]:
    piece = ""
    for character in word:
        if piece and _may_part(piece[-1], character):
            yield piece
            piece = ""
        piece += character
    yield piece


def _may_part(before: str, after: str) -> bool:
    if before in NEVER_LAST or after in NEVER_FIRST or before == JOINER:
        return False
    return _is_ideograph(before) or _is_ideograph(after)


def _is_ideograph(character: str) -> bool:
    return (
        unicodedata.east_asian_width(character) in {"W", "F"}
        and unicodedata.category(character) == "Lo"
    )
