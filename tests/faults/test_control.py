"""Pausing, stopping and pressing Send while letters are leaving."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.faults.accounts import readers, uncertain_after_check
from tests.support.engine import Engine
from tests.support.smtp_oracle import Oracle

pytestmark = pytest.mark.faults


class Presses:
    """Presses Pause and Continue, and sees what leaves in between."""

    def __init__(self, engine: Engine, oracle: Oracle, run_id: int) -> None:
        self.latencies: list[float] = []  # from the press to the word "paused"
        self._engine = engine
        self._oracle = oracle
        self._run_id = run_id

    def pause_and_resume(self, *, look: float) -> None:
        engine, run_id = self._engine, self._run_id
        pressed = time.monotonic()
        engine.call("pause_run", run_id)
        engine.wait_for(run_id, "paused", every=0.002)
        self.latencies.append(time.monotonic() - pressed)
        sent = len(self._oracle.accepted)
        time.sleep(look)
        assert len(self._oracle.accepted) == sent
        engine.call("resume_run", run_id)

    def quantile(self, share: float) -> float:
        return sorted(self.latencies)[int(share * (len(self.latencies) - 1))]


def pause_at_random_moments(
    engine: Engine, oracle: Oracle, *, times: int, audience: int
) -> Presses:
    run_id = engine.do("run", url=oracle.url, addresses=readers(audience))
    worker = engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 5)
    presses = Presses(engine, oracle, run_id)
    for _cycle in range(times):
        # Sometimes it has only just begun again, sometimes it is in full flight.
        time.sleep(random.choice((0, random.uniform(0, 0.01), random.uniform(0, 0.4))))
        presses.pause_and_resume(look=0.05)
    engine.wait_for(run_id, "finished", within=300)
    assert len(oracle.accepted) == audience
    assert uncertain_after_check(engine, run_id, oracle) == 0
    engine.end(worker)
    return presses


def test_nothing_leaves_after_paused_and_resuming_sends_to_exactly_the_rest(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.006)

    presses = pause_at_random_moments(engine, oracle, times=20, audience=2500)

    assert presses.quantile(0.5) <= 1  # The machine itself may stutter.


@pytest.mark.soak
def test_a_hundred_pauses_in_one_run_end_exact(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.006)

    pause_at_random_moments(engine, oracle, times=100, audience=12_000)


@pytest.mark.soak
def test_at_five_hundred_moments_a_pause_takes_a_second_at_most(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.006)
    latencies: list[float] = []

    while len(latencies) < 500:
        oracle.accepted.clear()
        presses = pause_at_random_moments(engine, oracle, times=50, audience=6000)
        latencies += presses.latencies

    latencies.sort()
    print(  # noqa: T201 - a figure for whoever asks with -s
        f"\n{len(latencies)} pauses: median {latencies[250]:.3f} s,"
        f" 95 % within {latencies[475]:.3f} s, longest {latencies[-1]:.3f} s"
    )
    assert latencies[475] <= 1


def test_a_pause_during_a_kill_is_completed_by_the_next_worker(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.3)
    run_id = engine.do("run", url=oracle.url, addresses=readers(30))
    worker = engine.start_worker()
    engine.wait(run_id, lambda now: now["intent"] == 4)

    engine.call("pause_run", run_id)
    engine.kill(worker)
    assert engine.do("progress", run_id)["status"] == "pausing"
    engine.start_worker()
    engine.wait_for(run_id, "paused")
    engine.call("resume_run", run_id)
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) == 4


def unsubscribe(engine: Engine, addresses: list[str]) -> dict[str, datetime]:
    """Return when each one's unsubscription was certainly committed."""
    gone = {}
    for address in addresses:
        engine.call("add_stop", "news", address)
        gone[address] = datetime.now(UTC)
    return gone


def check_nobody_got_one_after_leaving(
    engine: Engine, run_id: int, oracle: Oracle, gone: dict[str, datetime]
) -> None:
    """Judge by the moment of the intent, and by what the relay got of the withheld."""
    rows = {row["address_key"]: row for row in engine.do("rows", run_id)}
    late = [
        address
        for address, at in gone.items()
        if rows[address]["status"] != "withheld"
        and datetime.fromisoformat(rows[address]["first_attempt_at"]) > at
    ]
    withheld = {key for key, row in rows.items() if row["status"] == "withheld"}
    assert late == []
    assert withheld <= set(gone)
    assert withheld.isdisjoint(oracle.copies())
    assert len(withheld) > 0
    progress = engine.do("progress", run_id)
    assert progress["withheld"] + progress["accepted"] == progress["audience_size"]
    assert uncertain_after_check(engine, run_id, oracle) == 0


@pytest.mark.parametrize(
    ("audience", "leaving"),
    [(1500, 100), pytest.param(12_000, 1000, marks=pytest.mark.soak)],
)
def test_whoever_unsubscribes_before_their_letter_leaves_gets_none(
    engine: Engine, make_oracle: Callable[..., Oracle], audience: int, leaving: int
) -> None:
    oracle = make_oracle(delay=0.002)
    addresses = readers(audience)
    run_id = engine.do("run", url=oracle.url, addresses=addresses)
    engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 5)

    gone = unsubscribe(engine, random.sample(addresses, leaving))
    engine.wait_for(run_id, "finished", within=120)

    check_nobody_got_one_after_leaving(engine, run_id, oracle, gone)


def test_fifty_people_who_press_send_at_once_make_one_run(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle()

    runs = engine.do("press_send", url=oracle.url, times=50)
    engine.start_worker()
    engine.wait_for(runs[0], "finished")

    assert len(runs) == 1
    assert len(oracle.accepted) == 1


def test_cancelling_in_full_flight_ends_with_an_exact_account(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.01)
    run_id = engine.do("run", url=oracle.url, addresses=readers(3000))
    engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 20)

    engine.call("cancel_rest", run_id)
    progress = engine.wait_for(run_id, "cancelled")

    assert progress["accepted"] + progress["cancelled"] == 3000
    assert progress["percent"] < 100
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_a_correction_in_a_paused_run_reaches_exactly_the_rest(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.005)
    run_id = engine.do("run", url=oracle.url, addresses=readers(400))
    engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 50)

    engine.call("pause_run", run_id)
    paused = engine.wait_for(run_id, "paused")
    engine.call("rebind_open", run_id, "second")
    engine.call("resume_run", run_id)
    engine.wait_for(run_id, "finished")

    first = sum(b"Subject: first" in one.content for one in oracle.accepted)
    second = sum(b"Subject: second" in one.content for one in oracle.accepted)
    assert (first, second) == (paused["accepted"], 400 - paused["accepted"])
    assert uncertain_after_check(engine, run_id, oracle) == 0
