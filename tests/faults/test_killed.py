"""Workers killed with SIGKILL at random moments, and what the account says after."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Callable

import pytest

from tests.faults.accounts import OPEN, readers, uncertain_after_check
from tests.support.engine import Engine, WorkerProcess
from tests.support.smtp_oracle import Oracle
from tests.support.smtp_script import moody
from tests.support.tracing import wait_until_gone

pytestmark = pytest.mark.faults

CONNECTIONS = 4


class Killings:
    """One run after the other, and workers that die while they carry them out."""

    def __init__(self, engine: Engine, oracle: Oracle, *, audience: int) -> None:
        self.kills = 0
        self.uncertain = 0
        self._engine = engine
        self._oracle = oracle
        self._audience = audience

    def carry_out_a_run(self, *, most_kills: int) -> int:
        """Kill worker after worker until the run is over; return how many."""
        engine = self._engine
        self._oracle.accepted.clear()
        run_id = engine.do(
            "run",
            url=self._oracle.url,
            addresses=readers(self._audience),
            connections=CONNECTIONS,
        )
        kills = 0
        while kills < most_kills and self._is_open(run_id):
            kills += 1
            self._kill_one(run_id)
        worker = engine.start_worker()
        engine.wait_for(run_id, "finished", within=120)
        uncertain = uncertain_after_check(engine, run_id, self._oracle)
        assert uncertain <= CONNECTIONS * kills
        self.kills += kills
        self.uncertain += uncertain
        engine.end(worker)  # Otherwise it would keep the next ones waiting.
        return kills

    def _kill_one(self, run_id: int) -> None:
        """Let it live for a while that is sometimes too short to send anything."""
        before = len(self._oracle.accepted)
        until = time.monotonic() + 10
        worker = self._engine.start_worker()
        while random.random() < 0.9 and len(self._oracle.accepted) == before:
            if time.monotonic() > until or not self._is_open(run_id):
                break
        time.sleep(random.uniform(0, 0.04))
        self._strike(worker)
        assert self._engine.do("progress", run_id)["intent"] <= CONNECTIONS

    def _strike(self, worker: WorkerProcess) -> None:
        """Kill all of it, or only the process on the wire, or the one of the books."""
        family = self._engine.family(worker)
        wire, *others = family
        books = others[1:]  # It may not have been forked yet.
        victim = random.choice((None, wire, *books))
        if victim is None:
            self._engine.kill(worker)
        else:
            os.kill(victim, signal.SIGKILL)
        worker.wait(60)
        for one in family:
            wait_until_gone(one)  # The others end by themselves.

    def _is_open(self, run_id: int) -> bool:
        progress = self._engine.do("progress", run_id)
        return any(progress[name] for name in OPEN)


def test_workers_that_are_killed_again_and_again_lose_and_repeat_nobody(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    killings = Killings(engine, make_oracle(delay=0.004, **moody(0.05)), audience=2500)

    while killings.kills < 40:
        killings.carry_out_a_run(most_kills=40 - killings.kills)

    assert killings.kills == 40


@pytest.mark.soak
def test_a_thousand_kills_lose_and_repeat_nobody(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    killings = Killings(engine, make_oracle(delay=0.004, **moody(0.05)), audience=4000)

    while killings.kills < 1000:
        killings.carry_out_a_run(most_kills=min(50, 1000 - killings.kills))

    print(  # noqa: T201 - a figure for whoever asks with -s
        f"\n{killings.kills} kills: nobody lost or repeated,"
        f" {killings.uncertain} uncertain of at most {CONNECTIONS * killings.kills}"
    )


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


def test_a_worker_whose_relay_falls_silent_names_what_it_leaves_uncertain(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=60)
    run_id = engine.do("run", url=oracle.url, addresses=readers(30))
    worker = engine.start_worker(drain_seconds=1)
    engine.wait(run_id, lambda now: now["intent"] == CONNECTIONS)

    assert engine.end(worker, within=15) == 0

    lost = [row["id"] for row in engine.do("rows", run_id) if is_uncertain(row)]
    assert len(lost) == CONNECTIONS
    named = re.findall(r"A letter is uncertain.* delivery=(\d+)", engine.log())
    assert sorted(map(int, named)) == lost
    assert uncertain_after_check(engine, run_id, oracle) == CONNECTIONS


def is_uncertain(row: dict[str, str]) -> bool:
    return row["status"] == "uncertain"


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
