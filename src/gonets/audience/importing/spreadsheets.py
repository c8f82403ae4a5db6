"""Workbooks of Excel and LibreOffice, turned into CSV as they come in.

Row n becomes line n, so that the report names the row the editor sees.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from gonets.audience.errors import ImportRefused

Cell = int | float | str | bool | time | date | datetime | timedelta

SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 200
"""Real workbooks shrink ten- to thirtyfold; a zip bomb a thousandfold."""


def is_spreadsheet(file: BinaryIO) -> bool:
    """Tell by the first bytes: names of files lie."""
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    return start.startswith(SIGNATURES)


def write_as_csv(file: BinaryIO, target: Path) -> None:
    """Write the first sheet that has anything in it.

    :raises ImportRefused: if it cannot be read, or would not fit into memory.
    """
    _refuse_bombs(file)
    try:
        with target.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(_rows(file))
    except (CalamineError, ValueError) as error:
        raise ImportRefused(
            _("The workbook cannot be read. Save it as CSV and choose that file.")
        ) from error


def _refuse_bombs(file: BinaryIO) -> None:
    file.seek(0)
    if not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * max(packed, 10_000):
        raise ImportRefused(
            _("The workbook unpacks to more than can be read. Save it as CSV instead.")
        )


def _rows(file: BinaryIO) -> Iterator[list[str]]:
    file.seek(0)
    workbook = CalamineWorkbook.from_filelike(file)
    for name in workbook.sheet_names:
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        if any(any(row) for row in rows):
            yield from ([_text(cell) for cell in row] for row in rows)
            return


def _text(cell: Cell) -> str:
    """Whole numbers come as floats; a line break would move the numbers of lines."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())
