"""PostgreSQL that is killed, and several workers on it that sleep and die."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable

import pytest

from tests.faults.accounts import readers, uncertain_after_check
from tests.support.cluster import Cluster
from tests.support.engine import Engine
from tests.support.smtp_oracle import Oracle
from tests.support.smtp_script import moody

pytestmark = pytest.mark.faults

CONNECTIONS = 4
LEASE = 5  # seconds: on a busy machine a worker cannot keep a shorter one


@pytest.fixture
def engine(engine_on_postgresql: Engine) -> Engine:
    return engine_on_postgresql


def kill_and_start_again(
    engine: Engine, cluster: Cluster, oracle: Oracle, *, down: float
) -> float:
    """See that nothing leaves meanwhile; return how soon it goes on afterwards."""
    cluster.kill()
    time.sleep(down / 2)
    sent = len(oracle.accepted)
    time.sleep(down / 2)
    assert len(oracle.accepted) == sent
    cluster.start()
    back = time.monotonic()
    while len(oracle.accepted) == sent:
        assert time.monotonic() < back + 60, engine.log()[-3000:]
        time.sleep(0.01)
    return time.monotonic() - back


def test_a_database_server_that_dies_costs_nothing_while_its_sender_lives(
    engine: Engine, cluster: Cluster, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.01)
    run_id = engine.do("run", url=oracle.url, addresses=readers(1200))
    engine.start_worker(lease_seconds=12)

    for _death in range(2):
        before = len(oracle.accepted)
        engine.wait(run_id, lambda now, least=before: now["accepted"] > least + 20)
        time.sleep(random.uniform(0, 0.1))
        kill_and_start_again(engine, cluster, oracle, down=1)
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) == 0


@pytest.mark.soak
def test_a_database_server_that_dies_a_hundred_times_costs_nothing(
    engine: Engine, cluster: Cluster, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.01)
    run_id = engine.do("run", url=oracle.url, addresses=readers(60_000))
    engine.start_worker()

    rests = []
    for _death in range(100):
        time.sleep(random.uniform(0, 0.5))
        rests.append(kill_and_start_again(engine, cluster, oracle, down=0.5))
    engine.call("cancel_rest", run_id)
    engine.wait(run_id, lambda now: now["status"] in ("finished", "cancelled"))

    assert sorted(rests)[95] <= 10
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_backends_that_die_cost_nothing(
    engine: Engine, cluster: Cluster, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.01)
    run_id = engine.do("run", url=oracle.url, addresses=readers(1000))
    engine.start_worker(lease_seconds=12)

    for _death in range(3):
        before = len(oracle.accepted)
        engine.wait(run_id, lambda now, least=before: now["accepted"] > least + 10)
        time.sleep(random.uniform(0, 0.1))
        assert cluster.kill_a_backend(engine.database)
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_eight_workers_that_sleep_through_their_leases_repeat_nobody(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.02, **moody(0.02))
    run_id = engine.do("run", url=oracle.url, addresses=readers(2000))
    workers = [
        engine.start_worker(place=f"place{number}", lease_seconds=LEASE)
        for number in range(8)
    ]
    engine.wait(run_id, lambda now: now["accepted"] > 100)

    sleepers = random.sample(workers, 3)
    for one in sleepers:
        engine.signal(one, signal.SIGSTOP)
    time.sleep(LEASE + 1)  # Their leases end; others take over what they held.
    for one in sleepers:
        engine.signal(one, signal.SIGCONT)
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) <= CONNECTIONS * len(sleepers)


def test_what_was_granted_to_a_worker_that_slept_does_not_leave_after_paused(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle()
    run_id = engine.do("run", url=oracle.url, addresses=readers(20_000))
    sleeper = engine.start_worker(place="a", lease_seconds=LEASE)
    for _nap in range(2):
        before = len(oracle.accepted)
        while len(oracle.accepted) < before + 50:
            time.sleep(0.001)
        other = engine.start_worker(place="b", lease_seconds=LEASE)
        os.kill(sleeper.pid, signal.SIGSTOP)  # Its books stay awake, and grant.
        engine.wait(run_id, lambda now: now["uncertain"] > 0)
        engine.call("pause_run", run_id)
        engine.wait_for(run_id, "paused")
        assert engine.end(other) == 0
        left = len(oracle.accepted)

        os.kill(sleeper.pid, signal.SIGCONT)

        time.sleep(1)
        assert len(oracle.accepted) == left
        engine.call("resume_run", run_id)


def test_a_host_that_is_cut_off_from_the_relay_leaves_the_run_to_the_others(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.02)
    run_id = engine.do("run", url=oracle.url, addresses=readers(1000), connections=2)

    engine.start_worker(place="near")
    engine.wait(run_id, lambda now: now["accepted"] > 20)
    cut_off = engine.start_worker(place="far", gives_up_after=2, is_cut_off=True)
    while "without this worker" not in engine.log():
        if "no network of its own" in engine.log():
            pytest.skip("workers cannot be cut off from the network here")
        assert engine.do("progress", run_id)["status"] == "running"
        time.sleep(0.05)
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) == 0
    assert engine.end(cut_off) == 0


@pytest.mark.parametrize("is_begun", [True, False])
def test_a_worker_ends_in_time_though_its_database_server_swallows_everything(
    engine: Engine, cluster: Cluster, make_oracle: Callable[..., Oracle], is_begun: bool
) -> None:
    oracle = make_oracle(delay=0.3)
    run_id = engine.do("run", url=oracle.url, addresses=readers(40))
    family = [] if is_begun else cluster.freeze()
    worker = engine.start_worker(drain_seconds=6)
    try:
        if is_begun:
            engine.wait(run_id, lambda now: now["accepted"] > 4 and now["intent"] == 4)
            family = cluster.freeze()
        time.sleep(1)  # Until it waits.
        told = time.monotonic()
        engine.end(worker, within=20)
        took = time.monotonic() - told
    finally:
        for one in family:
            one.resume()
    engine.start_worker()
    engine.wait_for(run_id, "finished")

    assert took < 6 + 5  # what is left until the supervisor kills
    assert "answers no more" in engine.log()
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_when_no_worker_gets_on_the_run_is_paused(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.02)
    run_id = engine.do("run", url=oracle.url, addresses=readers(2000))
    for place in ("here", "there"):
        engine.start_worker(place=place, gives_up_after=2)
    engine.wait(run_id, lambda now: now["accepted"] > 100)

    oracle.close()
    paused = engine.wait_for(run_id, "paused")

    assert paused["pause_cause"] == "unreachable"
    assert uncertain_after_check(engine, run_id, oracle) <= 2 * CONNECTIONS


@pytest.mark.parametrize("stage", ["rcpt", "dot"])
@pytest.mark.parametrize("accepted_before", [0, 200])
def test_a_relay_that_minds_the_letter_hears_of_it_no_more_often_from_four_workers(
    accepted_before: int,
    stage: str,
    engine: Engine,
    make_oracle: Callable[..., Oracle],
) -> None:
    refused: list[str] = []

    def minds(recipient: str) -> bytes:
        if len(oracle.accepted) < accepted_before:
            return b"250 2.1.5 Ok"
        refused.append(recipient)
        time.sleep(0.02)
        return b"550 5.7.1 Your letter is not welcome"

    oracle = make_oracle(**{stage: minds})
    run_id = engine.do("run", url=oracle.url, addresses=readers(3000))
    engine.call("pause_run", run_id)
    for place in "abcd":
        engine.start_worker(place=place)
    while engine.log().count("The worker is at work") < 4:
        time.sleep(0.05)

    engine.call("resume_run", run_id)
    paused = engine.wait_for(run_id, "paused")
    while engine.do("progress", run_id)["deferred"]:
        time.sleep(0.05)

    assert paused["pause_cause"] == "letter_refused"
    assert len(refused) <= 20 + 4 * CONNECTIONS
    assert engine.do("progress", run_id)["refused"] == 0
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_a_refusal_that_nobody_lives_to_decide_about_does_not_hold_the_run_up(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    unwelcome: list[str] = []

    def rcpt(recipient: str) -> bytes:
        if wants_one.is_set():
            wants_one.clear()
            unwelcome.append(recipient)
        refused = recipient in unwelcome
        return b"550 5.7.1 Not you" if refused else b"250 2.1.5 Ok"

    wants_one = threading.Event()
    oracle = make_oracle(delay=0.05, rcpt=rcpt)
    run_id = engine.do("run", url=oracle.url, addresses=readers(300))
    dying, living = (
        engine.start_worker(place=place, lease_seconds=LEASE) for place in "ab"
    )
    engine.wait(run_id, lambda now: now["accepted"] > 20)
    while oracle.most_at_once < 2 * CONNECTIONS:
        time.sleep(0.01)

    engine.signal(living, signal.SIGSTOP)
    time.sleep(0.2)
    wants_one.set()
    engine.wait(run_id, lambda now: now["deferred"] == 1)
    engine.kill(dying)
    engine.signal(living, signal.SIGCONT)
    progress = engine.wait_for(run_id, "finished")

    assert progress["refused"] == 1
    assert uncertain_after_check(engine, run_id, oracle) <= 2 * CONNECTIONS


def test_workers_share_a_run_and_survive_each_others_death(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.02, **moody(0.02))
    run_id = engine.do("run", url=oracle.url, addresses=readers(2000))
    workers = [
        engine.start_worker(place=f"place{number}", lease_seconds=LEASE)
        for number in range(3)
    ]
    engine.wait(run_id, lambda now: now["accepted"] > 50)

    engine.kill(workers[0])
    engine.wait(run_id, lambda now: now["accepted"] > 300)
    engine.kill(workers[1])
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, oracle) <= 2 * CONNECTIONS
