"""What is known about a database outside of it: how far it had got, and where.

A state of it that is put back, in whatever way, is behind its witness.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from gonets.kernel.logs import get_logger

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What the witness of a database last saw."""

    generation: int
    path: str


def witness_folder() -> Path | None:
    """Return the folder of witnesses; None where a host has set none up."""
    folder = getattr(settings, "GONETS_FENCE", None)
    return Path(folder) if folder else None


def last_sighting(token: str) -> Sighting | None:
    """Return what was seen of the database last; None if nothing is known here."""
    folder = witness_folder()
    if folder is None:
        return None
    try:
        seen = json.loads(_file(folder, token).read_text("utf-8"))
        return Sighting(generation=int(seen["generation"]), path=str(seen["path"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        logger.warning("The database's witness cannot be read", why=error)
        return None


def note_sighting(token: str, seen: Sighting) -> bool:
    """Note how far the database has got; False if that cannot be written."""
    folder = witness_folder()
    if folder is None:
        return False
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(_file(folder, token), seen)
    except OSError as error:
        logger.debug("The database's witness cannot be written", why=error)
        return False
    return True


def _file(folder: Path, token: str) -> Path:
    return folder / f"{token}.json"


def _write(file: Path, seen: Sighting) -> None:
    """Replace it whole, on the disk: a power cut leaves the former or the new one."""
    content = json.dumps({"generation": seen.generation, "path": seen.path})
    descriptor, name = tempfile.mkstemp(prefix=".", dir=file.parent)
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
