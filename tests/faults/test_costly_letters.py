"""Letters that are made ahead, in processes, keep every promise of the others."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable

import pytest

from gonets.delivery.benches import MOST_BENCHES, usable_cores
from tests.faults.accounts import readers, uncertain_after_check
from tests.support.engine import Engine
from tests.support.smtp_oracle import Oracle

pytestmark = pytest.mark.faults


def test_everybody_gets_one_but_who_cannot_have_one(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle()
    addresses = [*readers(700), "unfit@x.example", "gone@x.example"]
    run_id = engine.do("run", url=oracle.url, addresses=addresses, letter="costly")

    engine.start_worker()
    progress = engine.wait_for(run_id, "finished", within=60)

    assert progress["accepted"] == len(oracle.accepted) == 700
    assert (progress["refused"], progress["withheld"]) == (1, 1)
    assert uncertain_after_check(engine, run_id, oracle) == 0
    for one in oracle.accepted:
        assert f"To: <{one.recipient}>".encode() in one.content


def test_nothing_made_ahead_leaves_after_paused(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.003)
    run_id = engine.do(
        "run", url=oracle.url, addresses=readers(600), letter="costly first"
    )
    engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 5)

    for _cycle in range(4):
        time.sleep(random.uniform(0, 0.1))
        engine.call("pause_run", run_id)
        progress = engine.wait_for(run_id, "paused")
        sent = len(oracle.accepted)
        time.sleep(0.1)
        assert len(oracle.accepted) == sent
        assert progress["claimed"] == progress["intent"] == 0
        engine.call("resume_run", run_id)
    progress = engine.wait_for(run_id, "finished", within=60)

    assert (len(oracle.accepted), progress["accepted"]) == (600, 600)
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_after_a_correction_nobody_gets_what_was_made_ahead_before(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.005)
    run_id = engine.do(
        "run", url=oracle.url, addresses=readers(400), letter="costly first"
    )
    engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 50)

    engine.call("pause_run", run_id)
    paused = engine.wait_for(run_id, "paused")
    engine.call("rebind_open", run_id, "costly second")
    engine.call("resume_run", run_id)
    engine.wait_for(run_id, "finished", within=60)

    first = sum(b"Subject: costly first" in one.content for one in oracle.accepted)
    second = sum(b"Subject: costly second" in one.content for one in oracle.accepted)
    assert (first, second) == (paused["accepted"], 400 - paused["accepted"])
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_a_worker_that_is_killed_or_told_to_end_loses_nothing_it_made_ahead(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.005)
    run_id = engine.do("run", url=oracle.url, addresses=readers(600), letter="costly")

    for leave in (engine.kill, engine.end, engine.kill, engine.end):
        before = len(oracle.accepted)
        worker = engine.start_worker()
        while len(oracle.accepted) < before + 20:
            time.sleep(0.002)
        leave(worker)
    engine.start_worker()
    engine.wait_for(run_id, "finished", within=60)

    assert uncertain_after_check(engine, run_id, oracle) <= 2 * 4  # kills, connections


def test_a_worker_goes_on_without_the_processes_that_make_letters(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.005)
    run_id = engine.do("run", url=oracle.url, addresses=readers(600), letter="costly")
    worker = engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 50)
    first, *others = engine.makers(worker)

    for pid in (*others, first):
        os.kill(pid, signal.SIGKILL)
    progress = engine.wait_for(run_id, "finished", within=60)

    assert len(others) == min(usable_cores(), MOST_BENCHES) - 1
    assert (len(oracle.accepted), progress["accepted"]) == (600, 600)
    assert uncertain_after_check(engine, run_id, oracle) == 0
    assert engine.end(worker) == 0


def test_one_process_that_dies_while_the_others_make_letters_holds_up_nothing(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.005)
    run_id = engine.do("run", url=oracle.url, addresses=readers(600), letter="costly")
    worker = engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 50)
    first = engine.makers(worker)[0]

    os.kill(first, signal.SIGSTOP)  # Something is being made there.
    time.sleep(0.3)
    os.kill(first, signal.SIGKILL)
    engine.wait_for(run_id, "finished", within=30)

    assert uncertain_after_check(engine, run_id, oracle) == 0
    assert engine.end(worker) == 0


def test_only_one_process_waits_for_letters_that_take_long(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    run_id = engine.do("run", url=make_oracle().url, addresses=readers(5))

    worker = engine.start_worker()
    engine.wait_for(run_id, "finished")

    assert len(engine.makers(worker)) == 1
