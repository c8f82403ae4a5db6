"""Guessing how a file is to be read, and showing the beginning of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from gonets.audience.importing.records import Record, open_lines, read_records
from gonets.kernel.addresses import BadAddress, parse_address
from gonets.kernel.tables import FORMULA_STARTS

DELIMITERS = (",", ";", "\t")
SAMPLE_RECORDS = 50
PREVIEW_ROWS = 10
MAX_COLUMNS = 200
"""A line of nothing but commas has 65,000 columns; nobody chooses among them."""

ADDRESS_HEADING = re.compile(r"mail|почт|мейл|мэйл|мыло|address|адрес", re.IGNORECASE)
NAME_HEADING = re.compile(r"name|имя|фио|ф\.\s?и\.\s?о|подписчик|клиент", re.IGNORECASE)
NOT_A_NAME = re.compile(r"user|login|file|company|компани|логин|фамилия", re.IGNORECASE)
BRACKETED = re.compile(r"^(?P<name>[^<>]*)<(?P<address>[^<>]+)>$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read a file: everything that can be guessed and switched."""

    delimiter: str
    has_header: bool
    address_column: int
    name_column: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The beginning of a file as it will be read."""

    headings: tuple[str, ...]  # one for every column, possibly empty
    rows: tuple[Record, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The address, the name and the fields as the line spells them."""

    address: str
    name: str
    fields: Mapping[str, str] = field(default_factory=dict)


def guess_reading(
    path: Path,
    *,
    encoding: str,
    delimiter: str | None = None,
    has_header: bool | None = None,
) -> Reading:
    """Return the likeliest way to read the file; what is given stays."""
    if delimiter is None:
        delimiter = max(DELIMITERS, key=lambda one: _tables(path, encoding, one))
    records = _sample(path, encoding, delimiter)
    if has_header is None:
        has_header = bool(records) and _is_header(records[0])
    headings = records[0].cells if has_header and records else ()
    body = records[1:] if has_header else records
    address_column = _address_column(headings, body)
    return Reading(
        delimiter=delimiter,
        has_header=has_header,
        address_column=address_column,
        name_column=_name_column(headings, body, address_column),
    )


def preview(path: Path, *, encoding: str, delimiter: str, has_header: bool) -> Preview:
    """Return the headings and the first rows, read in this way."""
    records = _sample(path, encoding, delimiter)
    columns = max((len(record.cells) for record in records), default=1)
    headings = records[0].cells if has_header and records else ()
    padded = (*headings, *[""] * (columns - len(headings)))
    rows = records[1:] if has_header else records
    return Preview(
        headings=tuple(heading.strip() for heading in padded),
        rows=tuple(rows[:PREVIEW_ROWS]),
    )


def person_of(
    record: Record,
    *,
    address_column: int,
    name_column: int | None,
    field_columns: Mapping[int, str],
) -> Person:
    """Return who the record is about; ``Ann <ann@example.com>`` names both.

    ``field_columns`` tells which field each of the other columns is.
    """
    address = plain(record.cell(address_column)).removeprefix("mailto:")
    name = plain(record.cell(name_column))
    if (both := BRACKETED.match(address)) is not None:
        address = both["address"].strip()
        name = name or both["name"].strip(' "')
    fields = {
        known_as: plain(record.cell(column))
        for column, known_as in field_columns.items()
    }
    return Person(address=address, name=name, fields=fields)


def plain(cell: str) -> str:
    """Take away the apostrophe with which our own export disarms a formula."""
    is_disarmed = cell[:1] == "'" and cell[1:2] and cell[1:2] in FORMULA_STARTS
    return cell[1:] if is_disarmed else cell


def _sample(path: Path, encoding: str, delimiter: str) -> list[Record]:
    with open_lines(path, encoding=encoding) as lines:
        records = read_records(lines, delimiter=delimiter)
        written = (record for record in records if not record.is_blank)
        return [
            replace(record, cells=record.cells[:MAX_COLUMNS])
            for record in islice(written, SAMPLE_RECORDS)
        ]


def _tables(path: Path, encoding: str, delimiter: str) -> tuple[int, int]:
    """Rank a delimiter: how many cells become addresses, how many lines two cells."""
    records = _sample(path, encoding, delimiter)
    addresses = sum(_is_address(cell) for record in records for cell in record.cells)
    return addresses, sum(len(record.cells) > 1 for record in records)


def _is_header(record: Record) -> bool:
    return record.fault is None and not any(map(_is_address, record.cells))


def _address_column(headings: Sequence[str], body: Sequence[Record]) -> int:
    """Go by what the cells hold, then by the heading."""
    found = Counter(
        column
        for record in body
        for column, cell in enumerate(record.cells)
        if _is_address(cell)
    )
    if found:
        return found.most_common(1)[0][0]
    return _first_matching(headings, ADDRESS_HEADING) or 0


def _name_column(
    headings: Sequence[str], body: Sequence[Record], address_column: int
) -> int | None:
    """Go by the heading, then by cells of letters without digits."""
    others = [
        "" if column == address_column or NOT_A_NAME.search(heading) else heading
        for column, heading in enumerate(headings)
    ]
    if (named := _first_matching(others, NAME_HEADING)) is not None or headings:
        return named
    texts = Counter(
        column
        for record in body
        for column, cell in enumerate(record.cells)
        if column != address_column and _looks_like_a_name(cell)
    )
    return texts.most_common(1)[0][0] if texts else None


def _first_matching(headings: Sequence[str], pattern: re.Pattern[str]) -> int | None:
    matching = (
        column for column, heading in enumerate(headings) if pattern.search(heading)
    )
    return next(matching, None)


def _is_address(cell: str) -> bool:
    if "@" not in cell:
        return False
    bracketed = BRACKETED.match(cell.strip())
    try:
        parse_address(bracketed["address"] if bracketed else plain(cell.strip()))
    except BadAddress:
        return False
    return True


def _looks_like_a_name(cell: str) -> bool:
    has_letters = any(character.isalpha() for character in cell)
    return has_letters and not any(one.isdigit() or one in "@/:" for one in cell)
