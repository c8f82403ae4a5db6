"""Copies of a database and older states of it, while a run is under way."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from gonets.delivery.fence import mark_as_copy
from tests.faults.accounts import readers, uncertain_after_check
from tests.support.cluster import Cluster
from tests.support.engine import DATABASE, Engine
from tests.support.smtp_oracle import Oracle

pytestmark = pytest.mark.faults

on_sqlite = pytest.mark.skipif(
    settings.TEST_DATABASE == "postgres", reason="about files of SQLite"
)
AUDIENCE = 300


@pytest.fixture
def oracle(make_oracle: Callable[..., Oracle]) -> Oracle:
    return make_oracle(delay=0.01)


@pytest.fixture
def run_id(engine: Engine, oracle: Oracle) -> int:
    """A run that a worker, at work since, has carried out in part."""
    run_id: int = engine.do("run", url=oracle.url, addresses=readers(AUDIENCE))
    return run_id


def begin(engine: Engine, run_id: int) -> None:
    worker = engine.start_worker(lease_seconds=2)
    engine.wait(run_id, lambda now: now["accepted"] > 20)
    engine.end(worker)


def back_up(file: Path, folder: Path) -> Path:
    folder.mkdir()
    with (
        closing(sqlite3.connect(file)) as live,
        closing(sqlite3.connect(folder / DATABASE)) as snapshot,
    ):
        live.backup(snapshot)
    return folder / DATABASE


def copy_files(engine: Engine, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for file in engine.folder.glob(f"{DATABASE}*"):
        shutil.copy2(file, folder / file.name)


@pytest.fixture
def open_copy(tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    opened: list[Engine] = []

    def open_it(folder: Path, fence: Path) -> Engine:
        opened.append(Engine(folder, fence=fence))
        return opened[-1]

    yield open_it
    for engine in opened:
        engine.close()


def is_held(engine: Engine, oracle: Oracle) -> bool:
    """Whether its worker is at work and yet lets nothing leave."""
    until = time.monotonic() + 10
    while not engine.do("is_fenced") and time.monotonic() < until:
        time.sleep(0.05)
    sent = len(oracle.accepted)
    time.sleep(1)
    return bool(engine.do("is_fenced")) and len(oracle.accepted) == sent


@on_sqlite
@pytest.mark.parametrize("on_same_machine", [True, False])
def test_a_copy_sends_nothing_and_the_original_goes_on(
    engine: Engine,
    oracle: Oracle,
    run_id: int,
    tmp_path: Path,
    open_copy: Callable[..., Engine],
    on_same_machine: bool,
) -> None:
    begin(engine, run_id)
    copy_files(engine, tmp_path / "copy")
    fences = tmp_path / "fences"
    copy = open_copy(tmp_path / "copy", fences if on_same_machine else tmp_path / "far")

    copy.start_worker()
    assert is_held(copy, oracle)
    engine.start_worker()
    engine.wait_for(run_id, "finished")

    assert is_held(copy, oracle)
    assert uncertain_after_check(engine, run_id, oracle) == 0


@on_sqlite
def test_lifted_by_hand_the_copy_names_everybody_it_cannot_know_about(
    engine: Engine,
    oracle: Oracle,
    run_id: int,
    tmp_path: Path,
    open_copy: Callable[..., Engine],
) -> None:
    begin(engine, run_id)
    sent = len(oracle.accepted)
    copy_files(engine, tmp_path / "copy")
    copy = open_copy(tmp_path / "copy", tmp_path / "far")
    copy.start_worker(lease_seconds=2)
    assert is_held(copy, oracle)

    copy.do("lift_fence")

    ended = copy.wait_for(run_id, "finished")
    assert (ended["accepted"], ended["uncertain"]) == (sent, AUDIENCE - sent)
    assert len(oracle.accepted) == sent
    again = copy.do(
        "run", url=oracle.url, addresses=readers(AUDIENCE), origin="issue:2"
    )
    assert copy.wait_for(again, "finished")["accepted"] == AUDIENCE


@on_sqlite
def test_a_copy_of_a_run_at_work_is_held_too(
    engine: Engine,
    oracle: Oracle,
    run_id: int,
    tmp_path: Path,
    open_copy: Callable[..., Engine],
) -> None:
    engine.start_worker(lease_seconds=2)
    engine.wait(run_id, lambda now: now["accepted"] > 20)
    back_up(engine.folder / DATABASE, tmp_path / "copy")
    copy = open_copy(tmp_path / "copy", tmp_path / "fences")
    copy.start_worker()

    engine.wait_for(run_id, "finished")

    assert is_held(copy, oracle)
    assert uncertain_after_check(engine, run_id, oracle) == 0


@on_sqlite
def test_an_older_state_written_over_the_file_is_held(
    engine: Engine,
    oracle: Oracle,
    run_id: int,
    tmp_path: Path,
    open_copy: Callable[..., Engine],
) -> None:
    begin(engine, run_id)
    older = back_up(engine.folder / DATABASE, tmp_path / "older")
    worker = engine.start_worker(lease_seconds=2)
    before = len(oracle.accepted)
    engine.wait(run_id, lambda now: now["accepted"] > before + 20)
    engine.end(worker)
    engine.close()

    (engine.folder / DATABASE).write_bytes(older.read_bytes())  # The inode stays.
    restored = open_copy(engine.folder, tmp_path / "fences")
    restored.start_worker()

    assert is_held(restored, oracle)
    assert max(oracle.copies().values()) == 1


@on_sqlite
def test_a_marked_backup_is_held_wherever_it_is_put(
    engine: Engine, oracle: Oracle, run_id: int
) -> None:
    begin(engine, run_id)

    mark_as_copy(engine.folder / DATABASE)
    engine.start_worker()

    assert is_held(engine, oracle)


@on_sqlite
def test_a_database_exchanged_under_a_worker_is_noticed(
    engine: Engine, oracle: Oracle, run_id: int, tmp_path: Path
) -> None:
    begin(engine, run_id)
    older = back_up(engine.folder / DATABASE, tmp_path / "older")
    worker = engine.start_worker(lease_seconds=2)
    engine.call("pause_run", run_id)
    time.sleep(1)  # It is at work.

    older.rename(engine.folder / DATABASE)

    assert worker.wait(60) == 0
    assert "exchanged at work" in engine.log()


def test_an_ordinary_redeploy_goes_on_by_itself(
    engine: Engine, oracle: Oracle, run_id: int, tmp_path: Path
) -> None:
    for _deploy in range(3):
        begin(engine, run_id)
    shutil.rmtree(tmp_path / "fences")  # a new container, the same volume

    engine.start_worker()
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) == 0


@on_sqlite
def test_a_folder_that_was_renamed_goes_on_by_itself(
    engine: Engine,
    oracle: Oracle,
    run_id: int,
    tmp_path: Path,
    open_copy: Callable[..., Engine],
) -> None:
    begin(engine, run_id)
    (tmp_path / "moved").mkdir()
    for file in engine.folder.glob(f"{DATABASE}*"):
        file.rename(tmp_path / "moved" / file.name)

    moved = open_copy(tmp_path / "moved", tmp_path / "fences")
    moved.start_worker()

    moved.wait_for(run_id, "finished")
    assert uncertain_after_check(moved, run_id, oracle) == 0


def test_a_database_made_from_another_is_held(
    engine_on_postgresql: Engine, oracle: Oracle, cluster: Cluster, tmp_path: Path
) -> None:
    engine = engine_on_postgresql
    run_id = engine.do("run", url=oracle.url, addresses=readers(AUDIENCE))
    begin(engine, run_id)
    engine.close()
    name = f"{engine.database}_copy"
    cluster.create(name, template=engine.database)
    (tmp_path / "copy").mkdir()
    copy = Engine(tmp_path / "copy", cluster.settings(name))
    try:
        copy.start_worker()

        assert is_held(copy, oracle)
    finally:
        copy.close()


def test_an_older_state_restored_into_the_same_database_is_held(
    engine_on_postgresql: Engine, oracle: Oracle, cluster: Cluster
) -> None:
    engine = engine_on_postgresql
    run_id = engine.do("run", url=oracle.url, addresses=readers(AUDIENCE))
    begin(engine, run_id)
    with psycopg.connect(
        host=cluster.socket, user="postgres", dbname=engine.database, autocommit=True
    ) as restore:
        restore.execute(
            "UPDATE gonets_delivery_clonefence SET generation = generation - 1"
        )

    engine.start_worker(place="later")

    assert is_held(engine, oracle)
