"""Nobody to write to, letters that fail, rows that vanish, no right to write."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests.faults.accounts import readers, uncertain_after_check
from tests.faults.test_full_disk import NAMESPACE, SMALL_DISK, Disk, can_mount
from tests.support.cluster import Cluster
from tests.support.engine import DATABASE, Engine
from tests.support.smtp_oracle import Oracle

pytestmark = pytest.mark.faults

on_sqlite = pytest.mark.skipif(
    settings.TEST_DATABASE == "postgres", reason="about a file of SQLite"
)


def test_a_run_for_nobody_is_finished_and_opens_no_connection(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle()

    run_id = engine.do("run", url=oracle.url, addresses=[])
    engine.start_worker()
    engine.wait_for(run_id, "finished")

    assert oracle.connections == 0
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_a_run_for_people_who_all_left_withholds_every_letter(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle()
    addresses = readers(40)
    for address in addresses:
        engine.call("add_stop", "news", address)

    run_id = engine.do("run", url=oracle.url, addresses=addresses)
    engine.start_worker()
    progress = engine.wait_for(run_id, "finished")

    assert (progress["withheld"], progress["percent"]) == (40, 100)
    assert oracle.accepted == []
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_an_address_given_twice_gets_one_letter(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle()

    run_id = engine.do("run", url=oracle.url, addresses=[*readers(5), *readers(8)])
    engine.start_worker()
    progress = engine.wait_for(run_id, "finished")

    assert progress["audience_size"] == 8
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_an_error_in_the_program_for_one_person_pauses_the_run_and_says_so(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle()
    addresses = [*readers(10), "broken@x.example", "last@x.example"]
    run_id = engine.do("run", url=oracle.url, addresses=addresses, connections=1)

    engine.start_worker()
    paused = engine.wait_for(run_id, "paused")

    assert paused["pause_cause"] == "broken"
    assert "ZeroDivisionError" in paused["reason"]
    assert paused["accepted"] + paused["pending"] == len(addresses)
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_a_run_deleted_at_work_disturbs_no_other(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.01)
    doomed = engine.do("run", url=oracle.url, addresses=readers(500))
    other = [f"other{number}@x.example" for number in range(100)]
    run_id = engine.do("run", url=oracle.url, addresses=other, origin="issue:2")
    engine.start_worker()
    engine.wait(doomed, lambda now: now["accepted"] > 20)

    engine.do("delete_run", doomed)
    engine.wait_for(run_id, "finished")
    time.sleep(0.3)
    sent = len(oracle.accepted)
    time.sleep(0.3)

    assert len(oracle.accepted) == sent < 600
    assert "Traceback" not in engine.log()
    account = engine.do("account", run_id)
    assert set(account.values()) == {"accepted"}
    assert all(oracle.copies()[one] == 1 for one in other)


@pytest.fixture
def engine_on_small_disk(tmp_path: Path, migrated: Path) -> Iterator[Engine]:
    if not can_mount():
        pytest.skip("mounting is not allowed here")
    engine = Engine(tmp_path, under=[*NAMESPACE, *SMALL_DISK, str(tmp_path)])
    Disk(engine).put(migrated, DATABASE)
    yield engine
    engine.close()


def remount(engine: Engine, how: str) -> None:
    inside = ["nsenter", "--mount", "--user", "--target", str(engine.pid)]
    subprocess.run(
        [*inside, "mount", "-o", f"remount,{how}", str(engine.folder)], check=True
    )


@on_sqlite
def test_a_database_that_may_only_be_read_is_named_and_waited_for(
    engine_on_small_disk: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    engine, oracle = engine_on_small_disk, make_oracle()
    remount(engine, "ro")

    worker = engine.start_worker()
    time.sleep(1.5)
    assert worker.poll() is None
    assert "Read-only file system" in engine.log()
    assert "Traceback" not in engine.log()

    remount(engine, "rw")
    run_id = engine.do("run", url=oracle.url, addresses=readers(20))
    engine.wait_for(run_id, "finished")
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_a_postgresql_that_only_reads_for_a_while_costs_nothing(
    engine_on_postgresql: Engine, cluster: Cluster, make_oracle: Callable[..., Oracle]
) -> None:
    engine, oracle = engine_on_postgresql, make_oracle(delay=0.01)
    run_id = engine.do("run", url=oracle.url, addresses=readers(400))
    engine.start_worker(lease_seconds=12)
    engine.wait(run_id, lambda now: now["accepted"] > 20)

    let_write(cluster, engine, "off")
    time.sleep(0.5)
    sent = len(oracle.accepted)
    time.sleep(1)
    assert len(oracle.accepted) == sent
    let_write(cluster, engine, "on")
    engine.wait_for(run_id, "finished")

    assert "read-only transaction" in engine.log()
    assert uncertain_after_check(engine, run_id, oracle) == 0


def let_write(cluster: Cluster, engine: Engine, whether: str) -> None:
    """As when a standby server answers for a while: all connections are made anew."""
    is_read_only = "on" if whether == "off" else "off"
    with psycopg.connect(
        host=cluster.socket, user="postgres", dbname="postgres", autocommit=True
    ) as admin:
        admin.execute(
            f"ALTER DATABASE {engine.database}"  # type: ignore[arg-type]
            f" SET default_transaction_read_only = {is_read_only}"
        )
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [engine.database],
        )
