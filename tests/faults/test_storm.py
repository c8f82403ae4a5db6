"""Everything at once, in an order that chance makes: kills, pauses, leavers, moods."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from django.conf import settings

from tests.faults.accounts import ENDED, Comparison, compare, readers
from tests.support.engine import Engine, WorkerProcess
from tests.support.smtp_oracle import Oracle
from tests.support.smtp_script import moody
from tests.support.tracing import wait_until_gone

pytestmark = pytest.mark.faults

CONNECTIONS = 4
LEASE = 2
EVENTS = ["kill", "kill", "sleep", "pause", "leave", "erase", "correct", "nothing"]


class Storm:
    """One run, its workers, and what happens to them."""

    def __init__(self, engine: Engine, oracle: Oracle, *, most_workers: int) -> None:
        self.most_uncertain = 0
        self.story: list[str] = []
        self._engine = engine
        self._addresses = readers(random.choice((100, 400, 1200)))
        self._run_id = engine.do(
            "run", url=oracle.url, addresses=self._addresses, connections=CONNECTIONS
        )
        self._most_workers = most_workers
        self._workers: list[WorkerProcess] = []
        self._places = 0

    def rage(self, *, events: int) -> None:
        """Let so many things happen, and wait for the end of the run."""
        self._man()
        for _event in range(events):
            time.sleep(random.choice((0, random.uniform(0, 0.05), random.random() / 2)))
            if self._is_over():
                break
            event = random.choice(EVENTS)
            self.story.append(event)
            getattr(self, event)()
            self._man()
        self._man()
        self._engine.wait(self._run_id, lambda now: now["status"] in ENDED, within=120)
        for worker in self._workers:
            self._engine.end(worker)  # One that slept may still have known more.

    def _is_over(self) -> bool:
        return self._engine.do("progress", self._run_id)["status"] in ENDED

    def _man(self) -> None:
        while len(self._workers) < self._most_workers:
            self._places += 1
            place = f"place{self._places}" if self._most_workers > 1 else ""
            worker = self._engine.start_worker(place=place, lease_seconds=LEASE)
            self._workers.append(worker)

    def nothing(self) -> None:
        pass

    def kill(self) -> None:
        """Kill all of a worker, or one of its processes."""
        worker = self._workers.pop(random.randrange(len(self._workers)))
        self.most_uncertain += CONNECTIONS
        family = self._engine.family(worker)
        victim = random.choice((None, *family))
        if victim is None:
            self._engine.kill(worker)
        else:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
            # Without the process that makes letters, a worker could live on.
            time.sleep(random.choice((0, 0.1)))
            self._engine.kill(worker)
        for one in family:
            wait_until_gone(one)

    def sleep(self) -> None:
        """Let a worker sleep, sometimes until others have given it up."""
        worker = random.choice(self._workers)
        self._engine.signal(worker, signal.SIGSTOP)
        time.sleep(random.choice((0.1, 0.3, LEASE + 1)))
        self._engine.signal(worker, signal.SIGCONT)
        self.most_uncertain += CONNECTIONS

    def pause(self) -> None:
        engine, run_id = self._engine, self._run_id
        with suppress(RuntimeError):  # It may just have ended.
            engine.call("pause_run", run_id)
            if random.random() < 0.5:
                engine.wait(run_id, lambda now: now["status"] in ("paused", *ENDED))
            engine.call("resume_run", run_id)

    def leave(self) -> None:
        for address in random.sample(self._addresses, 3):
            self._engine.call("add_stop", "news", address)

    def erase(self) -> None:
        self._engine.call("erase_address", random.choice(self._addresses))

    def compare(self, oracle: Oracle) -> Comparison:
        """Say of those who were erased what is said of the row that was theirs."""
        found = compare(self._engine, self._run_id, oracle)
        rows = self._engine.do("rows", self._run_id)
        told = zip(self._addresses, (row["status"] for row in rows), strict=True)
        return replace(found, account=dict(told))

    def correct(self) -> None:
        engine, run_id = self._engine, self._run_id
        with suppress(RuntimeError):
            engine.call("pause_run", run_id)
            engine.wait(run_id, lambda now: now["status"] in ("paused", *ENDED))
            engine.call("rebind_open", run_id, random.choice(("first", "second")))
            engine.call("resume_run", run_id)


def check_a_storm(
    engine: Engine, make_oracle: Callable[..., Oracle], *, events: int
) -> None:
    mood = moody(random.choice((0, 0.03, 0.1)))
    oracle = make_oracle(delay=random.choice((0.002, 0.01, 0.03)), **mood)
    on_postgresql = settings.TEST_DATABASE == "postgres"
    workers = random.randint(2, 5) if on_postgresql else 1
    storm = Storm(engine, oracle, most_workers=workers)

    storm.rage(events=events)

    found = storm.compare(oracle)
    assert not found.faults(), "\n".join([*found.faults(), *storm.story])
    assert len(found.having("uncertain")) <= storm.most_uncertain


def test_in_a_storm_nobody_is_lost_or_repeated(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    check_a_storm(engine, make_oracle, events=20)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(40))
def test_in_many_storms_nobody_is_lost_or_repeated(
    engine: Engine, make_oracle: Callable[..., Oracle], number: int
) -> None:
    check_a_storm(engine, make_oracle, events=60)
