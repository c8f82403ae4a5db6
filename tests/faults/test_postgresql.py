"""PostgreSQL that is killed, and several workers on it that sleep and die."""

from __future__ import annotations

import random
import signal
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
