"""Where caught letters are kept: a SQLite file of their own in the data folder.

It is not the product's database: the mailbox stands for somebody else's mail server,
and emptying it changes nothing that Gonets knows.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gonets.server.catcher.reading import headers_of
from gonets.server.catcher.types import CaughtLetter, LetterLine, NewLetter

FILE = "mailbox.sqlite3"
NEWEST_KEPT = 20_000
SCHEMA = """
PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at REAL NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    author TEXT NOT NULL,
    subject TEXT NOT NULL,
    words TEXT NOT NULL,
    size INTEGER NOT NULL,
    content BLOB NOT NULL
);
"""
LINE = "id, received_at, recipient, author, subject, size"


LARGEST_ID = 2**63 - 1
"""SQLite has no larger integer; an address can name one."""


class Mailbox:
    """Reads and writes; every method opens and closes for itself."""

    def __init__(self, folder: Path, *, newest_kept: int = NEWEST_KEPT) -> None:
        self.file = folder / FILE
        self.newest_kept = newest_kept

    def prepare(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.opened() as base:
            base.executescript(SCHEMA)

    def add(self, letters: Sequence[NewLetter]) -> None:
        with self.opened() as base:
            self.add_to(base, letters)

    def add_to(self, base: sqlite3.Connection, letters: Sequence[NewLetter]) -> None:
        """Keep all of them in one commit, and forget the oldest beyond the limit."""
        with base:
            base.executemany(
                "INSERT INTO letters (received_at, sender, recipient, author, subject,"
                " words, size, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [row for letter in letters for row in _rows(letter)],
            )
            base.execute(
                "DELETE FROM letters WHERE id <= (SELECT max(id) FROM letters) - ?",
                (self.newest_kept,),
            )

    def count(self, words: str = "") -> int:
        condition, values = _condition(words)
        with self.opened() as base:
            found = base.execute(
                f"SELECT count(*) FROM letters {condition}",  # noqa: S608
                values,
            ).fetchone()
        return int(found[0])

    def lines(self, words: str = "", *, start: int = 0, limit: int) -> list[LetterLine]:
        """Return the newest first."""
        condition, values = _condition(words)
        with self.opened() as base:
            rows = base.execute(
                f"SELECT {LINE} FROM letters {condition}"  # noqa: S608
                " ORDER BY id DESC LIMIT ? OFFSET ?",
                (*values, limit, start),
            ).fetchall()
        return [_line(row) for row in rows]

    def letter(self, letter_id: int) -> CaughtLetter | None:
        if letter_id > LARGEST_ID:
            return None
        with self.opened() as base:
            row = base.execute(
                f"SELECT {LINE}, sender, content FROM letters WHERE id = ?",  # noqa: S608
                (letter_id,),
            ).fetchone()
        return _letter(row) if row else None

    def neighbours(self, letter_id: int) -> tuple[int | None, int | None]:
        """Return the ids of the next newer and the next older letter."""
        with self.opened() as base:
            newer = base.execute(
                "SELECT min(id) FROM letters WHERE id > ?", (letter_id,)
            ).fetchone()[0]
            older = base.execute(
                "SELECT max(id) FROM letters WHERE id < ?", (letter_id,)
            ).fetchone()[0]
        return newer, older

    def empty(self) -> int:
        """Delete all letters; return how many."""
        with self.opened() as base:
            with base:
                deleted = base.execute("DELETE FROM letters").rowcount
            base.execute("VACUUM")
        return deleted

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        base = sqlite3.connect(self.file, timeout=10)
        try:
            base.execute("PRAGMA synchronous=FULL")
            yield base
        finally:
            base.close()


def _rows(letter: NewLetter) -> Iterator[tuple[object, ...]]:
    """Yield one row per recipient, as each would find it in a mailbox of their own."""
    headers = headers_of(letter.content)
    packed = zlib.compress(letter.content, 1)
    for recipient in letter.recipients:
        words = f"{recipient} {headers.subject} {headers.to} {headers.author}"
        yield (
            letter.received_at.timestamp(),
            letter.sender,
            recipient,
            headers.author,
            headers.subject,
            words.casefold(),
            len(letter.content),
            packed,
        )


def _condition(words: str) -> tuple[str, tuple[str, ...]]:
    """Every word must occur; SQLite's own LIKE folds the case of ASCII only."""
    wanted = words.casefold().split()
    if not wanted:
        return "", ()
    terms = " AND ".join(["instr(words, ?) > 0"] * len(wanted))
    return f"WHERE {terms}", tuple(wanted)


def _line(row: Sequence[object]) -> LetterLine:
    return LetterLine(**_facts(row))


def _letter(row: Sequence[object]) -> CaughtLetter:
    packed = row[7]
    assert isinstance(packed, bytes)
    return CaughtLetter(
        **_facts(row), sender=str(row[6]), content=zlib.decompress(packed)
    )


def _facts(row: Sequence[Any]) -> dict[str, Any]:
    return {
        "id": row[0],
        "received_at": datetime.fromtimestamp(row[1], UTC),
        "recipient": row[2],
        "author": row[3],
        "subject": row[4],
        "size": row[5],
    }
