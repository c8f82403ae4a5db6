"""Workers killed with SIGKILL at random moments, and what the account says after."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from tests.faults.accounts import readers, uncertain_after_check
from tests.support.engine import Engine
from tests.support.smtp_oracle import Oracle

pytestmark = pytest.mark.faults

CONNECTIONS = 4


def kill_again_and_again(
    engine: Engine, oracle: Oracle, *, kills: int, audience: int
) -> tuple[int, int]:
    """Return run and number of kills that took place before the run was over."""
    run_id = engine.do(
        "run", url=oracle.url, addresses=readers(audience), connections=CONNECTIONS
    )
    done = 0
    for _kill in range(kills):
        before = len(oracle.accepted)
        worker = engine.start_worker()
        while len(oracle.accepted) < before + 2:
            if engine.do("progress", run_id)["status"] == "finished":
                return run_id, done
            time.sleep(0.002)
        time.sleep(random.uniform(0, 0.05))
        engine.kill(worker)
        done += 1
    last = engine.start_worker()
    engine.wait_for(run_id, "finished", within=60)
    engine.end(last)  # or it would keep the next ones waiting
    return run_id, done


def test_a_worker_that_is_killed_again_and_again_loses_and_repeats_nobody(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.005)

    run_id, kills = kill_again_and_again(engine, oracle, kills=8, audience=1000)

    assert kills == 8
    assert uncertain_after_check(engine, run_id, oracle) <= CONNECTIONS * kills


@pytest.mark.soak
def test_a_thousand_kills_lose_and_repeat_nobody(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.005)
    kills = 0
    while kills < 1000:
        run_id, done = kill_again_and_again(engine, oracle, kills=50, audience=8000)
        kills += done
        assert uncertain_after_check(engine, run_id, oracle) <= CONNECTIONS * done
        oracle.accepted.clear()


def test_a_worker_that_is_told_to_end_leaves_nothing_uncertain(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.02)
    run_id = engine.do("run", url=oracle.url, addresses=readers(300))

    for _time in range(3):
        before = len(oracle.accepted)
        worker = engine.start_worker()
        while len(oracle.accepted) < before + 10:
            time.sleep(0.005)
        assert engine.end(worker) == 0
    progress = engine.do("progress", run_id)

    assert progress["intent"] == progress["claimed"] == 0
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_only_one_worker_is_at_work_on_one_database_file(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.01)
    run_id = engine.do("run", url=oracle.url, addresses=readers(300))

    first, _second = engine.start_worker(), engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 50)
    engine.kill(first)
    engine.wait_for(run_id, "finished")

    assert oracle.most_at_once <= CONNECTIONS
    assert uncertain_after_check(engine, run_id, oracle) <= CONNECTIONS
