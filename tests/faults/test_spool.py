"""Answers that only the spool knows, and what may befall them there."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from tests.faults.accounts import readers, uncertain_after_check
from tests.faults.test_database import locked
from tests.support.engine import Engine
from tests.support.engine_nursery import ForkedWorker
from tests.support.smtp_oracle import Oracle
from tests.support.tracing import killing_at, needs_strace, traced

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(
        settings.TEST_DATABASE == "postgres", reason="about a lock of SQLite"
    ),
]
CONNECTIONS = 4


@pytest.fixture
def engine(impatient_engine: Engine) -> Engine:
    return impatient_engine


@pytest.fixture
def oracle(make_oracle: Callable[..., Oracle]) -> Oracle:
    return make_oracle(delay=0.1)


@pytest.fixture
def run_id(engine: Engine, oracle: Oracle) -> int:
    """A run whose worker died with answers that only the spool knows."""
    run_id: int = engine.do("run", url=oracle.url, addresses=readers(60))
    worker = engine.start_worker()
    engine.wait(run_id, lambda now: now["intent"] == CONNECTIONS)
    with locked(engine):
        time.sleep(1)
        engine.kill(worker)
    return run_id


def spool_of(engine: Engine) -> Path:
    return engine.folder / "outcomes.spool"


def finish(engine: Engine, run_id: int) -> ForkedWorker:
    worker: ForkedWorker = engine.start_worker()
    engine.wait_for(run_id, "finished")
    return worker


def test_what_was_accepted_during_an_outage_survives_a_kill(
    engine: Engine, oracle: Oracle, run_id: int
) -> None:
    finish(engine, run_id)

    assert "taken from the spool" in engine.log()
    assert not spool_of(engine).exists()
    assert uncertain_after_check(engine, run_id, oracle) == 0


@needs_strace
def test_a_worker_killed_while_it_replays_its_spool_replays_it_again(
    engine: Engine, oracle: Oracle, run_id: int
) -> None:
    trace = engine.folder / "trace"
    for call in ("fdatasync", "unlink"):  # while it is settled, before it is removed
        number = 3 if call == "fdatasync" else 1
        with traced(engine.fork_stopped(), killing_at(call, number), trace) as worker:
            assert worker.wait(60) != 0

    finish(engine, run_id)

    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_a_spool_that_is_replayed_twice_changes_nothing(
    engine: Engine, oracle: Oracle, run_id: int
) -> None:
    written = spool_of(engine).read_bytes()
    worker = engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 20)
    engine.end(worker)

    spool_of(engine).write_bytes(written)
    finish(engine, run_id)

    assert uncertain_after_check(engine, run_id, oracle) == 0


@pytest.mark.parametrize("damage", ["cut", "garbage"])
def test_a_damaged_spool_costs_at_most_its_letters(
    engine: Engine, oracle: Oracle, run_id: int, damage: str
) -> None:
    first, _newline, rest = spool_of(engine).read_bytes().partition(b"\n")
    assert b'"accepted"' in first
    damaged = first[:-30] if damage == "cut" else b"\0\xff\xfe" * 50 + first
    spool_of(engine).write_bytes(rest + damaged)

    finish(engine, run_id)

    assert "damaged line" in engine.log()
    assert uncertain_after_check(engine, run_id, oracle) == 1


def test_the_spool_of_another_database_is_not_taken_for_this_ones(
    engine: Engine, oracle: Oracle, run_id: int
) -> None:
    written = spool_of(engine).read_text()
    named = written.replace('{"database": "', '{"database": "another ')
    spool_of(engine).write_text(named)

    finish(engine, run_id)

    assert "another database" in engine.log()
    assert uncertain_after_check(engine, run_id, oracle) == CONNECTIONS


def test_a_spool_that_cannot_be_written_costs_nothing_while_its_worker_lives(
    engine: Engine, oracle: Oracle
) -> None:
    run_id = engine.do("run", url=oracle.url, addresses=readers(60))
    spool_of(engine).mkdir()
    engine.start_worker()
    engine.wait(run_id, lambda now: now["intent"] == CONNECTIONS)

    with locked(engine):
        time.sleep(1)
    engine.wait_for(run_id, "finished")

    assert "spool" in engine.log()
    assert uncertain_after_check(engine, run_id, oracle) == 0
