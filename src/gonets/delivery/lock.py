"""The lock of a place: one worker at a time is at work there."""

from __future__ import annotations

import asyncio
import fcntl
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.db import connection

from gonets.kernel.logs import get_logger

logger = get_logger(__name__)

POLL_SECONDS = 0.2
TRY_AGAIN_SECONDS = 1.0


def path_of_lock(data_dir: Path) -> Path:
    """Return the lock of this place: on SQLite it belongs to the database file."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and Path(name).is_file():
        return Path(f"{name}.worker").resolve()
    return (data_dir / "worker.lock").resolve()


async def opened_lock(
    lock_path: Path, data_dir: Path, stop: asyncio.Event
) -> IO[str] | None:
    """Open the lock as soon as the folder can be written; None if told to stop."""
    has_said = False
    while not stop.is_set():
        try:
            return _open(lock_path, data_dir)
        except OSError as error:
            if not has_said:
                logger.error("Waiting until this folder can be written", why=error)
            has_said = True
            await rest(stop, seconds=TRY_AGAIN_SECONDS)
    return None


def _open(lock_path: Path, data_dir: Path) -> IO[str]:
    data_dir.mkdir(parents=True, exist_ok=True)
    return lock_path.open("a")


async def is_only_one(lock: IO[str], stop: asyncio.Event) -> bool:
    """Wait until no other worker is at work in this place; False if told to stop."""
    has_said = False
    while not stop.is_set():
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not has_said:
                logger.info("Another worker is at work here; waiting for it to end.")
            has_said = True
            await asyncio.sleep(POLL_SECONDS)
        else:
            return True
    return False


async def rest(stop: asyncio.Event, *, seconds: float) -> None:
    """Sleep, unless told to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
