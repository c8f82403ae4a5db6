"""Pausing, stopping and pressing Send while letters are leaving."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable

import pytest

from tests.faults.accounts import readers, uncertain_after_check
from tests.support.engine import Engine
from tests.support.smtp_oracle import Oracle

pytestmark = pytest.mark.faults


def test_nothing_leaves_after_paused_and_resuming_sends_to_exactly_the_rest(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.003)
    run_id = engine.do("run", url=oracle.url, addresses=readers(1500))
    engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 5)

    latencies = []
    for _cycle in range(8):
        time.sleep(random.uniform(0, 0.1))
        pressed = time.monotonic()
        engine.call("pause_run", run_id)
        engine.wait_for(run_id, "paused")
        latencies.append(time.monotonic() - pressed)
        sent = len(oracle.accepted)
        time.sleep(0.1)
        assert len(oracle.accepted) == sent
        engine.call("resume_run", run_id)
    engine.wait_for(run_id, "finished")

    assert statistics.median(latencies) <= 1  # the machine itself may stutter
    assert len(oracle.accepted) == 1500
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_whoever_unsubscribes_before_their_letter_leaves_gets_none(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.002)
    addresses = readers(1200)
    run_id = engine.do("run", url=oracle.url, addresses=addresses)
    engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 5)

    stopped = {}
    for address in random.sample(addresses, 60):
        engine.call("add_stop", "news", address)
        stopped[address] = time.monotonic()
    progress = engine.wait_for(run_id, "finished")

    # The relay may take over for a moment what had left before the stop.
    late = [
        one
        for one in oracle.accepted
        if one.recipient in stopped and one.at > stopped[one.recipient] + 0.1
    ]
    assert late == []
    assert progress["withheld"] > 0
    assert progress["withheld"] + progress["accepted"] == 1200
    assert uncertain_after_check(engine, run_id, oracle) == 0


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
