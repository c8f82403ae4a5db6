"""A full disk: nothing leaves, nothing is forgotten, and it goes on by itself."""

from __future__ import annotations

import errno
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from tests.faults.accounts import readers, uncertain_after_check
from tests.support.engine import DATABASE, Engine, WorkerProcess
from tests.support.smtp_oracle import Oracle

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(
        settings.TEST_DATABASE == "postgres", reason="about the disk of SQLite"
    ),
]

CONNECTIONS = 4
SMALL_DISK = ("sh", "-c", 'mount -t tmpfs -o size=16m tmpfs "$0" && exec "$@"')
NAMESPACE = ("unshare", "--mount", "--map-root-user")


@cache
def can_mount() -> bool:
    tried = subprocess.run(
        [*NAMESPACE, *SMALL_DISK, "/mnt", "true"], capture_output=True, check=False
    )
    return not tried.returncode


class Disk:
    """A file system of 16 MB that only the engine's processes see."""

    def __init__(self, engine: Engine) -> None:
        self._folder = Path(f"/proc/{engine.pid}/root{engine.folder}")
        self._ballast = self._folder / "ballast"
        until = time.monotonic() + 10
        while not self._folder.is_mount():
            assert time.monotonic() < until
            time.sleep(0.01)

    def put(self, file: Path, name: str) -> None:
        shutil.copy(file, self._folder / name)

    def fill(self) -> None:
        with self._ballast.open("wb", buffering=0) as ballast:
            for size in (1_000_000, 4096, 1):
                try:
                    while ballast.write(bytes(size)) == size:
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def free(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine whose folder is a small disk."""
    if not can_mount():
        pytest.skip("mounting is not allowed here")
    engine = Engine(tmp_path, under=[*NAMESPACE, *SMALL_DISK, str(tmp_path)])
    yield engine
    engine.close()


@pytest.fixture
def disk(engine: Engine, migrated: Path) -> Disk:
    disk = Disk(engine)
    disk.put(migrated, DATABASE)
    return disk


def nothing_leaves(oracle: Oracle) -> bool:
    time.sleep(0.3)  # What was on its way is there.
    sent = len(oracle.accepted)
    time.sleep(0.7)
    return len(oracle.accepted) == sent


def test_on_a_full_disk_nothing_leaves_and_afterwards_it_goes_on_by_itself(
    engine: Engine, disk: Disk, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.01)
    run_id = engine.do("run", url=oracle.url, addresses=readers(1000))
    engine.start_worker()

    for _time in range(3):
        before = len(oracle.accepted)
        engine.wait(run_id, lambda now, least=before: now["accepted"] > least + 20)
        disk.fill()
        assert nothing_leaves(oracle)
        disk.free()
    engine.wait_for(run_id, "finished")

    assert "database or disk is full" in engine.log()
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_a_worker_killed_on_a_full_disk_leaves_at_most_what_was_on_its_way(
    engine: Engine, disk: Disk, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.05)
    run_id = engine.do("run", url=oracle.url, addresses=readers(100))
    worker = engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 10)

    disk.fill()
    assert nothing_leaves(oracle)
    engine.kill(worker)
    engine.start_worker()  # It waits for room.
    assert nothing_leaves(oracle)
    disk.free()
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) <= CONNECTIONS


def limit_files(engine: Engine, worker: WorkerProcess, size: int) -> None:
    for pid in engine.family(worker):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_files_that_must_not_grow_are_like_a_full_disk(
    engine_on_sqlite: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    engine = engine_on_sqlite
    oracle = make_oracle(delay=0.01)
    run_id = engine.do("run", url=oracle.url, addresses=readers(1000))
    worker = engine.start_worker()

    for _time in range(3):
        before = len(oracle.accepted)
        engine.wait(run_id, lambda now, least=before: now["accepted"] > least + 20)
        limit_files(engine, worker, 0)
        assert nothing_leaves(oracle)
        limit_files(engine, worker, resource.RLIM_INFINITY)
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_a_spool_that_outgrows_the_disk_keeps_whole_lines(
    impatient_engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    engine = impatient_engine
    oracle = make_oracle(delay=0.1)
    run_id = engine.do("run", url=oracle.url, addresses=readers(60))
    worker = engine.start_worker()
    engine.wait(run_id, lambda now: now["intent"] == CONNECTIONS)

    limit_files(engine, worker, 700)  # two lines and a half
    time.sleep(1)
    engine.kill(worker)
    engine.start_worker()
    engine.wait_for(run_id, "finished")

    assert "damaged line" not in engine.log()
    assert uncertain_after_check(engine, run_id, oracle) <= CONNECTIONS
