"""A million people: freezing the audience, and starting after a crash."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.faults.accounts import uncertain_after_check
from tests.support.engine import Engine
from tests.support.smtp_oracle import Oracle

pytestmark = [pytest.mark.faults, pytest.mark.soak]

MILLION = 1_000_000
MEGABYTE = 1024  # in kilobytes, as the kernel counts


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    engine: Engine = request.getfixturevalue(f"engine_on_{request.param}")
    return engine


@pytest.fixture
def run_id(engine: Engine) -> int:
    """A run of a million whose audience was frozen in flat memory."""
    frozen = engine.do("freeze", count=MILLION)
    print(  # noqa: T201 - a figure for whoever asks with -s
        f"\nfrozen: {MILLION:,} in {frozen['seconds']:.1f} s,"
        f" {MILLION / frozen['seconds']:,.0f} per second,"
        f" {frozen['kilobytes'] / MEGABYTE:.0f} MB more"
    )
    assert frozen["kilobytes"] < 50 * MEGABYTE
    run_id: int = frozen["run_id"]
    return run_id


def test_a_worker_is_at_work_within_five_seconds_of_a_crash(
    engine: Engine, run_id: int, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(delay=0.05)
    engine.do("choose_relay", oracle.url)
    engine.call("start_run", run_id)
    worker = engine.start_worker()
    engine.wait(run_id, lambda now: now["accepted"] > 10)
    engine.kill(worker)

    began = time.monotonic()
    sent = len(oracle.accepted)
    engine.start_worker()
    while len(oracle.accepted) == sent:
        time.sleep(0.005)
    took = time.monotonic() - began
    pressed = time.monotonic()
    engine.call("pause_run", run_id)
    engine.wait_for(run_id, "paused")
    paused = time.monotonic() - pressed
    print(  # noqa: T201
        f"\nat work again in {took:.2f} s, paused in {paused:.2f} s"
    )

    assert took <= 5
    engine.call("cancel_rest", run_id)
    engine.wait_for(run_id, "cancelled")
    assert uncertain_after_check(engine, run_id, oracle) <= 4
