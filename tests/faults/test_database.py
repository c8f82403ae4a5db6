"""A database of SQLite that does not answer, and a clock that jumps."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings

from tests.faults.accounts import readers, uncertain_after_check
from tests.support.engine import DATABASE, Engine
from tests.support.smtp_oracle import Oracle
from tests.support.tracing import wait_until_stopped

pytestmark = pytest.mark.faults

on_sqlite = pytest.mark.skipif(
    settings.TEST_DATABASE == "postgres", reason="about a lock of SQLite"
)
MINUTES = 60.0


@contextmanager
def locked(engine: Engine) -> Iterator[None]:
    """Hold the lock for writing, as a program that hangs would."""
    holder = sqlite3.connect(engine.folder / DATABASE, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


@on_sqlite
def test_without_the_database_nothing_leaves_and_nothing_is_forgotten(
    impatient_engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    engine, oracle = impatient_engine, make_oracle(delay=0.01)
    run_id = engine.do("run", url=oracle.url, addresses=readers(300))
    engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 20)

    for _outage in range(3):
        with locked(engine):
            time.sleep(0.5)
            sent = len(oracle.accepted)
            time.sleep(0.5)
            assert len(oracle.accepted) == sent
        time.sleep(0.3)
    engine.wait_for(
        run_id,
        "finished",
    )

    assert "cannot be written" in engine.log()
    assert uncertain_after_check(engine, run_id, oracle) == 0


@on_sqlite
def test_ten_minutes_without_the_database_cost_nothing(
    impatient_engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    engine, oracle = impatient_engine, make_oracle(delay=0.01)
    run_id = engine.do("run", url=oracle.url, addresses=readers(300))
    engine.start_worker(lease_seconds=60)
    engine.wait(run_id, lambda now: now["accepted"] > 20)

    with locked(engine):
        time.sleep(0.5)
        sent = len(oracle.accepted)
        for minute in range(1, 11):  # Nine leases end.
            engine.shift_clock(minute * MINUTES)
            time.sleep(0.1)
        assert len(oracle.accepted) == sent
    engine.wait_for(
        run_id,
        "finished",
    )

    assert uncertain_after_check(engine, run_id, oracle) == 0


@on_sqlite
@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_that_jumps_in_a_run_neither_stops_nor_repeats_it(
    engine: Engine, make_oracle: Callable[..., Oracle], days: int
) -> None:
    oracle = make_oracle(delay=0.01)
    run_id = engine.do("run", url=oracle.url, addresses=readers(600))
    engine.start_worker(lease_seconds=6)
    engine.wait(run_id, lambda now: now["accepted"] > 20)

    engine.shift_clock(days * 24 * 60 * MINUTES)
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) == 0


@on_sqlite
def test_a_lease_that_ends_while_its_group_waits_for_the_database_repeats_nobody(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.01)
    run_id = engine.do("run", url=oracle.url, addresses=readers(300))
    engine.start_worker(lease_seconds=12)
    engine.wait(run_id, lambda now: now["accepted"] > 20)

    with locked(engine):
        time.sleep(0.3)  # A group has begun and waits.
        engine.shift_clock(2 * MINUTES)
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) == 0


@on_sqlite
def test_a_worker_whose_heart_fails_ends_instead_of_sending_nothing_for_ever(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.01)
    run_id = engine.do("run", url=oracle.url, addresses=readers(400))
    worker = engine.start_worker(lease_seconds=2, heart_fails=True)

    assert worker.wait(60) == 0
    assert "heart failed" in engine.log()
    engine.start_worker()
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) == 0


@on_sqlite
def test_a_worker_that_finds_no_database_at_its_start_waits_for_it(
    impatient_engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    engine, oracle = impatient_engine, make_oracle()
    run_id = engine.do("run", url=oracle.url, addresses=readers(20))

    with locked(engine):
        worker = engine.start_worker()
        time.sleep(2)
        assert worker.poll() is None
    engine.wait_for(run_id, "finished")

    assert engine.log().count("Waiting for the database") == 1
    assert uncertain_after_check(engine, run_id, oracle) == 0


@on_sqlite
def test_a_worker_that_waits_for_the_database_can_be_told_to_end(
    impatient_engine: Engine,
) -> None:
    engine = impatient_engine
    with locked(engine):
        worker = engine.start_worker()
        time.sleep(0.5)

        assert engine.end(worker) == 0


@on_sqlite
def test_a_worker_is_told_to_end_while_somebody_holds_the_database_for_long(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.05)
    run_id = engine.do("run", url=oracle.url, addresses=readers(400))
    worker = engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 20)

    with locked(engine):
        time.sleep(0.3)  # Until it waits.
        assert engine.end(worker, within=30) == 0
    engine.start_worker()
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) == 0


@on_sqlite
def test_a_run_begun_while_the_database_is_locked_is_taken_up_later(
    impatient_engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    engine, oracle = impatient_engine, make_oracle()
    run_id = engine.do("run", url=oracle.url, addresses=readers(20), started=False)
    worker = engine.start_worker()
    while "is at work" not in engine.log():
        time.sleep(0.01)

    worker.send_signal(signal.SIGSTOP)
    wait_until_stopped(worker.pid)
    engine.call("start_run", run_id)
    with locked(engine):
        worker.send_signal(signal.SIGCONT)
        time.sleep(1)
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) == 0


@on_sqlite
def test_a_worker_told_to_end_without_a_database_keeps_its_answers(
    impatient_engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    engine, oracle = impatient_engine, make_oracle(delay=0.3)
    run_id = engine.do("run", url=oracle.url, addresses=readers(40))
    worker = engine.start_worker()
    engine.wait(run_id, lambda now: now["intent"] == 4)

    with locked(engine):
        assert engine.end(worker) == 0
    engine.start_worker()
    engine.wait_for(run_id, "finished")

    assert "taken from the spool" in engine.log()
    assert uncertain_after_check(engine, run_id, oracle) == 0
