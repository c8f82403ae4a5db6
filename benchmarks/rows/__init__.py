"""The rows of the table: adding one is adding a file here that has a ``ROW``."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from benchmarks.row import Row


def all_rows() -> list[Row]:
    found = [
        import_module(f"{__name__}.{one.name}").ROW for one in iter_modules(__path__)
    ]
    return sorted(found, key=lambda row: (row.place, row.name))
