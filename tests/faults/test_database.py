"""A database that does not answer, and several workers on one."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable

import pytest
from django.conf import settings

from tests.faults.accounts import readers, uncertain_after_check
from tests.support.engine import DATABASE, Engine
from tests.support.smtp_oracle import Oracle

pytestmark = pytest.mark.faults

on_sqlite = pytest.mark.skipif(
    settings.TEST_DATABASE == "postgres", reason="about a lock of SQLite"
)
on_postgresql = pytest.mark.skipif(
    settings.TEST_DATABASE != "postgres", reason="SQLite has one worker"
)


@on_sqlite
def test_without_the_database_nothing_leaves_and_nothing_is_forgotten(
    impatient_engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    engine, oracle = impatient_engine, make_oracle(delay=0.01)
    run_id = engine.do("run", url=oracle.url, addresses=readers(300))
    engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 20)

    for _outage in range(3):
        holder = sqlite3.connect(engine.folder / DATABASE, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        time.sleep(0.5)
        sent = len(oracle.accepted)
        time.sleep(0.5)
        assert len(oracle.accepted) == sent
        holder.execute("ROLLBACK")
        holder.close()
        time.sleep(0.3)
    engine.wait_for(run_id, "finished", within=40)

    assert "cannot be written" in engine.log()
    assert uncertain_after_check(engine, run_id, oracle) == 0


@on_sqlite
def test_what_was_accepted_during_an_outage_survives_a_kill_in_the_spool(
    impatient_engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    engine, oracle = impatient_engine, make_oracle(delay=0.05)
    run_id = engine.do("run", url=oracle.url, addresses=readers(100))
    worker = engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 8)

    holder = sqlite3.connect(engine.folder / DATABASE, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    time.sleep(1)
    engine.kill(worker)
    holder.execute("ROLLBACK")
    holder.close()
    engine.start_worker()
    engine.wait_for(run_id, "finished")

    assert "taken from the spool" in engine.log()
    assert uncertain_after_check(engine, run_id, oracle) == 0


@on_postgresql
def test_a_worker_that_slept_through_its_lease_repeats_nobody(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.02)
    run_id = engine.do("run", url=oracle.url, addresses=readers(800))
    sleeper = engine.start_worker(place="one", lease_seconds=2)
    engine.wait(run_id, lambda now: now["accepted"] > 10)

    sleeper.send_signal(signal.SIGSTOP)
    engine.start_worker(place="two", lease_seconds=2)
    engine.wait(run_id, lambda now: now["uncertain"] > 0 or now["accepted"] > 300)
    sleeper.send_signal(signal.SIGCONT)
    engine.wait_for(run_id, "finished", within=60)

    assert uncertain_after_check(engine, run_id, oracle) <= 4


@on_postgresql
def test_workers_share_a_run_and_survive_each_others_death(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.02)
    run_id = engine.do("run", url=oracle.url, addresses=readers(2000))
    workers = [
        engine.start_worker(place=f"place{number}", lease_seconds=2)
        for number in range(3)
    ]
    engine.wait(run_id, lambda now: now["accepted"] > 50)

    engine.kill(workers[0])
    engine.wait(run_id, lambda now: now["accepted"] > 300)
    engine.kill(workers[1])
    engine.wait_for(run_id, "finished", within=60)

    assert uncertain_after_check(engine, run_id, oracle) <= 8
