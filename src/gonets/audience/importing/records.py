"""From lines of text to records with cells, whatever is wrong with some of them.

Python's own reader swallows the rest of a file after one quotation mark that is never
closed.  Here such a line alone is refused, and reading goes on with the next one.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from gonets.audience.states import LineFault

MAX_LINE_CHARACTERS = 65_536
MAX_RECORD_LINES = 20
"""A cell may hold line breaks; more of them mean a quotation mark was forgotten."""

SHOWN_CHARACTERS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one or more lines say; ``cells`` are empty if there is a fault."""

    first_line: int  # counted from 1
    last_line: int
    text: str  # the beginning, fit to be shown and stored
    cells: tuple[str, ...] = ()
    fault: LineFault | None = None

    @property
    def is_blank(self) -> bool:
        return self.fault is None and not any(self.cells)

    def cell(self, column: int | None) -> str:
        """Return the trimmed cell; empty where the record is too short."""
        if column is None or column >= len(self.cells):
            return ""
        return self.cells[column].strip()


@contextmanager
def open_lines(path: Path, *, encoding: str) -> Iterator[Iterator[str]]:
    """Yield the lines of the file, each bounded in length."""
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        yield _bounded_lines(stream)


def read_records(
    lines: Iterable[str], *, delimiter: str, lines_before: int = 0
) -> Iterator[Record]:
    """Yield every record, blank ones too; ``lines_before`` have been read already."""
    source, ahead, number = iter(lines), deque[str](), lines_before
    while ahead or _look_ahead(source, ahead, 1):
        cells, fault, taken = _first_record(source, ahead, delimiter)
        text = shown(ahead[0])
        for _ in range(taken):
            ahead.popleft()
        yield Record(
            first_line=number + 1,
            last_line=number + taken,
            text=text,
            cells=cells,
            fault=fault,
        )
        number += taken


def shown(text: str) -> str:
    """Return the beginning of a line; PostgreSQL cannot keep a NUL."""
    return text.rstrip("\r\n").replace("\0", "␀")[:SHOWN_CHARACTERS]


def _bounded_lines(stream: TextIO) -> Iterator[str]:
    """A line beyond the limit is cut one character above it: that marks it."""
    while line := stream.readline(MAX_LINE_CHARACTERS + 1):
        yield line
        if len(line) > MAX_LINE_CHARACTERS:
            _skip_to_line_end(stream, line)


def _skip_to_line_end(stream: TextIO, piece: str) -> None:
    while piece and not piece.endswith(("\n", "\r")):
        piece = stream.readline(MAX_LINE_CHARACTERS)


Parsed = tuple[tuple[str, ...], LineFault | None, int]


def _first_record(source: Iterator[str], ahead: deque[str], delimiter: str) -> Parsed:
    first = ahead[0]
    if (fault := _plain_fault(first)) is not None:
        return (), fault, 1
    if '"' not in first:
        return tuple(first.rstrip("\r\n").split(delimiter)), None, 1
    return _quoted_record(source, ahead, delimiter)


def _quoted_record(source: Iterator[str], ahead: deque[str], delimiter: str) -> Parsed:
    """Take as few lines as make the quotation marks even."""
    for taken in range(1, MAX_RECORD_LINES + 1):
        if not _look_ahead(source, ahead, taken):
            break
        lines = [ahead[place] for place in range(taken)]
        if any(_plain_fault(line) for line in lines) or _characters(lines) > (
            MAX_LINE_CHARACTERS
        ):
            break
        try:
            return tuple(_parsed(lines, delimiter)), None, taken
        except csv.Error as error:
            if "unexpected end" not in str(error):
                return (), _quote_fault(taken), 1
    return (), LineFault.BROKEN_QUOTES, 1


def _quote_fault(taken: int) -> LineFault:
    """Text after a closing mark on a later line means the mark closed another cell."""
    return LineFault.STRAY_QUOTE if taken == 1 else LineFault.BROKEN_QUOTES


def _parsed(lines: list[str], delimiter: str) -> list[str]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    return next(reader)


def _plain_fault(line: str) -> LineFault | None:
    if len(line) > MAX_LINE_CHARACTERS:
        return LineFault.TOO_LONG
    return LineFault.NUL if "\0" in line else None


def _look_ahead(source: Iterator[str], ahead: deque[str], lines: int) -> bool:
    """Fetch until so many lines lie ahead; False if the file ends before."""
    while len(ahead) < lines:
        line = next(source, None)
        if line is None:
            return False
        ahead.append(line)
    return True


def _characters(lines: list[str]) -> int:
    return sum(map(len, lines))
