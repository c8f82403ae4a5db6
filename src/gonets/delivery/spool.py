"""Outcomes that the database did not take, kept on the disk until it does."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from gonets.delivery.states import DeliveryStatus
from gonets.delivery.types import Outcome

logger = logging.getLogger(__name__)

_MOMENTS = ("at", "not_before")


class Spool:
    """A file of outcomes, one JSON object a line, synced with every addition.

    ``database`` is the token of the database that they are about: the same numbers
    mean other people in another one.
    """

    def __init__(self, path: Path, *, database: str = "") -> None:
        self.database = database
        self._path = path

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Write outcomes down; if even that fails they stay in memory, and we say so.

        Losing one makes a letter *uncertain*, never sent twice.
        """
        lines = "".join(
            json.dumps({"database": self.database, **_plain(outcome)}) + "\n"
            for outcome in outcomes
        )
        if not lines:
            return
        try:
            _append(self._path, lines.encode())
        except OSError as error:
            logger.error("The spool %s cannot be written: %s", self._path, error)

    def read(self) -> list[Outcome]:
        """Return what was written; lines that a crash has damaged are left out."""
        found = []
        for line in self._lines():
            try:
                plain = json.loads(line)
                is_ours = plain.pop("database", "") in ("", self.database)
                outcome = _outcome(plain)
            except (ValueError, TypeError, KeyError, AttributeError):
                logger.warning("The spool %s has a damaged line.", self._path)
                continue
            if is_ours:
                found.append(outcome)
            else:
                logger.warning("The spool %s has another database's.", self._path)
        return found

    def _lines(self) -> list[str]:
        try:
            return self._path.read_text("utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            logger.error("The spool %s cannot be read: %s", self._path, error)
            return []

    def clear(self) -> None:
        """Forget all.  What cannot be forgotten is settled twice: that is harmless."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            logger.error("The spool %s cannot be removed: %s", self._path, error)


def _append(path: Path, lines: bytes) -> None:
    """Write all of it to the disk, or nothing: half a line would spoil the next.

    :raises OSError: if it could not be written.
    """
    with _opened(path) as file:
        size = os.fstat(file).st_size
        is_cut = size and os.pread(file, 1, size - 1) != b"\n"
        try:
            _write(file, b"\n" + lines if is_cut else lines)
            os.fsync(file)
        except OSError:
            os.ftruncate(file, size)
            raise
    if not size:
        with _opened(path.parent, os.O_RDONLY) as folder:
            os.fsync(folder)  # Otherwise a power cut may forget that it exists.


@contextmanager
def _opened(
    path: Path, flags: int = os.O_RDWR | os.O_APPEND | os.O_CREAT
) -> Iterator[int]:
    descriptor = os.open(path, flags, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _write(file: int, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]


def _plain(outcome: Outcome) -> dict[str, Any]:
    plain = outcome._asdict()
    for name in _MOMENTS:
        plain[name] = plain[name].isoformat() if plain[name] else None
    return plain


def _outcome(plain: dict[str, Any]) -> Outcome:
    for name in _MOMENTS:
        plain[name] = datetime.fromisoformat(plain[name]) if plain[name] else None
    plain["status"] = DeliveryStatus(plain["status"])
    return Outcome(**plain)
