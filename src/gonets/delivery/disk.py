"""Room on the disks of the ledger and the spool: without it nothing may leave."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

MEGABYTE = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is free on the disk of a folder, and how big that is, in bytes."""

    folder: Path
    free: int
    total: int

    def __str__(self) -> str:
        return f"{self.free // MEGABYTE} MB, {self.folder}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastRoom:
    """How much must be free: some megabytes, or a share of a small disk."""

    size: int = 100 * MEGABYTE
    share: float = 0.02

    def is_missing(self, room: Room) -> bool:
        return room.free < min(self.size, room.total * self.share)


LEAST_ROOM = LeastRoom()


def room_of(folder: Path) -> Room:
    """Look how much is free for a program without privileges.

    :raises OSError: if the disk cannot be asked.
    """
    disk = os.statvfs(folder)
    return Room(
        folder=folder,
        free=disk.f_bavail * disk.f_frsize,
        total=disk.f_blocks * disk.f_frsize,
    )


def missing_room(
    folders: Iterable[Path], least: LeastRoom | None = None
) -> Room | None:
    """Return the first disk that is too full to send; None if all have room.

    A disk that cannot be asked is no reason to stop: writing to it will show.
    """
    for folder in folders:
        try:
            room = room_of(folder)
        except OSError:
            continue
        if (least or LEAST_ROOM).is_missing(room):
            return room
    return None


def database_folders() -> list[Path]:
    """Return where the database lies, if that is on this machine and known."""
    file = Path(str(connection.settings_dict["NAME"]))
    is_here = connection.vendor == "sqlite" and file.is_file()
    return [file.resolve().parent] if is_here else []
