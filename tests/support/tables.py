"""The tables of the tests' database in memory: made once, and not in every process.

What they have made is kept for as long as no line of the product changes.
"""

from __future__ import annotations

import fcntl
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ROOT / ".pytest_cache" / "tables"
MADE_FROM = (
    "src/gonets/**/*.py",
    "tests/settings.py",
    "tests/support/newsroom/**/*.py",
)
PINNED = ROOT / "requirements" / "dev.txt"


class Tables:
    """They are read from a file, or made by whoever comes first and written there."""

    def __init__(self, folder: Path = KEPT) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{_made_from()}.sqlite3"
        self._lock: IO[str] | None = None

    @contextmanager
    def filled(self, database: str) -> Iterator[None]:
        """Fill the database of this address if there is something to fill it with.

        Else the others wait until ``keep`` is called here.
        """
        with closing(sqlite3.connect(database, uri=True)) as memory:
            if not self._copy_to(memory):
                self._lock = self._file.with_suffix(".lock").open("w")
                fcntl.flock(self._lock, fcntl.LOCK_EX)
                if self._copy_to(memory):
                    self._release()
            try:
                yield
            finally:
                self._release()

    def keep(self) -> None:
        """Write down what the migrations have made, if it was not read from there."""
        if self._lock is None:
            return
        fresh = self._file.with_suffix(".new")
        with closing(sqlite3.connect(fresh)) as file:
            connection.ensure_connection()
            connection.connection.backup(file)
        for old in self._file.parent.glob("*.sqlite3"):
            old.unlink()
        fresh.rename(self._file)
        self._release()

    def _copy_to(self, memory: sqlite3.Connection) -> bool:
        with (
            suppress(sqlite3.OperationalError),  # There is none yet.
            closing(
                sqlite3.connect(f"{self._file.as_uri()}?mode=ro", uri=True)
            ) as file,
        ):
            file.backup(memory)
            return True
        return False

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
        self._lock = None


def _made_from() -> str:
    """Return a name for the state of everything that tables are made from."""
    digest = hashlib.sha256(PINNED.read_bytes() + sqlite3.sqlite_version.encode())
    for pattern in MADE_FROM:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]
