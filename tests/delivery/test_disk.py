"""Nothing is sent while there is no room for the account of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, cast

import pytest

from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.disk import MEGABYTE, LeastRoom, Room, missing_room, room_of
from gonets.delivery.disk_guard import DiskGuard
from gonets.delivery.models import Run
from gonets.delivery.queries import run_progress
from gonets.delivery.states import PauseCause, RunStatus

MakeRun = Callable[..., Run]
ENDLESS = LeastRoom(size=2**62, share=2.0)
GIGABYTE = 1024 * MEGABYTE


@pytest.mark.parametrize(
    ("free", "total", "is_missing"),
    [
        pytest.param(99 * MEGABYTE, 50 * GIGABYTE, True, id="large and full"),
        pytest.param(101 * MEGABYTE, 4000 * GIGABYTE, False, id="a share is not asked"),
        pytest.param(30 * MEGABYTE, 1 * GIGABYTE, False, id="small, but with room"),
        pytest.param(20 * MEGABYTE, 1 * GIGABYTE, True, id="small and full"),
        pytest.param(0, 0, False, id="a disk without a size"),
    ],
)
def test_a_small_disk_needs_less_room_than_a_large_one(
    free: int, total: int, is_missing: bool
) -> None:
    room = Room(folder=Path("/somewhere"), free=free, total=total)

    assert LeastRoom().is_missing(room) is is_missing


def test_the_disk_itself_is_asked(tmp_path: Path) -> None:
    room = room_of(tmp_path)

    assert 0 < room.free <= room.total
    assert missing_room([tmp_path], ENDLESS) is not None
    assert missing_room([tmp_path], LeastRoom(size=0)) is None


def test_a_disk_that_cannot_be_asked_does_not_stop_anybody(tmp_path: Path) -> None:
    assert missing_room([tmp_path / "missing"], ENDLESS) is None


class Books:
    """Does at once what the ledger's thread would do in its turn."""

    async def ask(self, question: Callable[..., Any], *args: Any, **named: Any) -> Any:
        return question(*args, **named)

    do = ask


def guard(folder: Path, least: LeastRoom) -> DiskGuard:
    return DiskGuard(books=cast(Bookkeeper, Books()), folders=[folder], least=least)


def done(coroutine: Coroutine[Any, Any, bool]) -> bool:
    """Run what never waits, without an event loop: the database is this thread's."""
    with pytest.raises(StopIteration) as end:
        coroutine.send(None)
    return bool(end.value.value)


def test_an_almost_full_disk_pauses_with_a_plain_reason(
    make_run: MakeRun, tmp_path: Path
) -> None:
    run = make_run("ann")

    assert done(guard(tmp_path, ENDLESS).stops([run.pk]))

    progress = run_progress(run.pk)
    assert (progress.status, progress.pending) == (RunStatus.PAUSED, 1)
    assert progress.pause_cause is PauseCause.DISK_FULL
    assert "almost full" in progress.pause_reason
    assert f"MB, {tmp_path}" in progress.pause_reason


def test_with_room_it_looks_once_a_second_and_stops_nobody(
    make_run: MakeRun, tmp_path: Path
) -> None:
    run = make_run("ann")
    looks = guard(tmp_path, LeastRoom(size=0))

    assert not done(looks.stops([run.pk]))
    tmp_path.rmdir()
    assert not done(looks.stops([run.pk]))
    assert run_progress(run.pk).status is RunStatus.RUNNING
