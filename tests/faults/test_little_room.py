"""A disk that is almost full: the worker pauses in time and forgets nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.accounts import readers
from tests.support.engine import Engine
from tests.support.smtp_oracle import Oracle

pytestmark = pytest.mark.faults


def test_nothing_leaves_until_there_is_room_again(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle()
    run_id = engine.do("run", url=oracle.url, addresses=readers(20))

    short = engine.start_worker(least_free=2**60)
    paused = engine.wait_for(run_id, "paused")
    engine.end(short)

    assert paused["pause_cause"] == "disk_full"
    assert "almost full" in paused["reason"]
    assert (paused["pending"], oracle.accepted) == (20, [])

    engine.start_worker()
    engine.call("resume_run", run_id)
    finished = engine.wait_for(run_id, "finished")

    assert finished["accepted"] == 20 == len(oracle.accepted)
