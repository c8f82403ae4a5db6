"""Folders for servers whose writes need not outlive the test."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 500_000_000


def folder_in_memory(prefix: str) -> Path:
    """Make one where syncing costs nothing, if there is room: no power is cut here."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    folder = tempfile.mkdtemp(prefix=prefix, dir=MEMORY if has_room else None)
    Path(folder).chmod(0o755)  # As root PostgreSQL runs as a user of its own.
    return Path(folder)
