"""Tables as CSV that spreadsheets open well and that can do no harm there."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

FORMULA_STARTS = "=+-@＝＋－＠"
"""A spreadsheet would run such a cell (OWASP, "CSV injection")."""

_OTHER_STARTS = "\t\r\n|"
_BYTE_ORDER_MARK = "\ufeff"  # Without it Excel reads Cyrillic as Windows-1251.


class _Echo:
    """A file for ``csv.writer`` that hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str
) -> Iterator[bytes]:
    """Yield a table line by line; the first one tells a spreadsheet the encoding."""
    # Every cell in quotation marks: a delimiter of another country splits nothing.
    writer = csv.writer(cast(Any, _Echo()), delimiter=delimiter, quoting=csv.QUOTE_ALL)
    yield (
        _BYTE_ORDER_MARK + cast(str, writer.writerow(list(map(disarmed, headings))))
    ).encode()
    for row in rows:
        yield cast(str, writer.writerow(map(disarmed, row))).encode()


def disarmed(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula."""
    # A spreadsheet skips blanks before it looks; a tab is no blank to all of them.
    start = cell.lstrip(" ")[:1]
    is_formula = bool(start) and (start in FORMULA_STARTS or start in _OTHER_STARTS)
    return f"'{cell}" if is_formula else cell
