"""Pausing runs in time, before the disk is too full for their account."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.disk import LeastRoom, Room, database_folders, missing_room
from gonets.delivery.pausing import Pauser
from gonets.delivery.states import PauseCause
from gonets.kernel import clock

LOOK_EVERY = 1.0


class DiskGuard:
    """Pauses runs while there is no room for their account."""

    def __init__(
        self, *, books: Bookkeeper, folders: Sequence[Path], least: LeastRoom
    ) -> None:
        self._books = books
        self._pauser = Pauser(books=books)
        self._folders = folders
        self._least = least
        self._looked_at = -LOOK_EVERY

    async def stops(self, run_ids: Sequence[int]) -> bool:
        """Pause these runs if a disk is almost full; True if one is."""
        now = clock.monotonic()
        if not run_ids or now - self._looked_at < LOOK_EVERY:
            return False
        room = await self._books.ask(self._missing)
        if room is None:
            self._looked_at = now
            return False
        for run_id in run_ids:
            await self._pauser.pause(run_id, PauseCause.DISK_FULL, str(room))
        return True

    def _missing(self) -> Room | None:
        return missing_room([*self._folders, *database_folders()], self._least)
