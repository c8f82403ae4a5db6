"""Outcomes that the database did not take, kept on the disk until it does."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from gonets.delivery.states import DeliveryStatus
from gonets.delivery.types import Outcome

logger = logging.getLogger(__name__)

_MOMENTS = ("at", "not_before")


class Spool:
    """A file of outcomes, one JSON object a line, synced with every addition."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Write outcomes down; if even that fails they stay in memory, and we say so.

        Losing one makes a letter *uncertain*, never sent twice.
        """
        lines = "".join(json.dumps(_plain(outcome)) + "\n" for outcome in outcomes)
        if not lines:
            return
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            logger.error("The spool %s cannot be written: %s", self._path, error)

    def read(self) -> list[Outcome]:
        """Return what was written; a last line that was cut by a crash is left out."""
        if not self._path.exists():
            return []
        found = []
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                found.append(_outcome(json.loads(line)))
            except (ValueError, TypeError, KeyError):
                logger.warning("The spool %s has a damaged line.", self._path)
        return found

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)


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
