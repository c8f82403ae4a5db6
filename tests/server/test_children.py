"""Processes for what waits now and then: started when it does, and not too often."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pytest

from gonets.server import children
from gonets.server.children import LONGEST_WAIT_SECONDS, OccasionalChild


class World:
    """Whether something waits, and what time it is."""

    waits = True
    now = 0.0


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(children.clock, "monotonic", lambda: world.now)
    return world


def child(body: str, world: World) -> OccasionalChild:
    return OccasionalChild([sys.executable, "-c", body], waits=lambda: world.waits)


def process_of(one: OccasionalChild) -> int | None:
    return one._process.pid if one._process else None


def wait_until(fact: Callable[[], object]) -> None:
    deadline = time.time() + 20
    while not fact():
        assert time.time() < deadline
        time.sleep(0.01)


def has_ended(one: OccasionalChild) -> bool:
    return one._process is None or one._process.poll() is not None


def test_nothing_is_started_while_nothing_waits(world):
    world.waits = False
    idle = child("pass", world)

    idle.look()

    assert process_of(idle) is None


def test_one_is_at_work_at_a_time_and_stops_when_asked(world):
    busy = child("import time; time.sleep(600)", world)
    busy.look()
    first = process_of(busy)

    busy.look()
    assert process_of(busy) == first

    busy.stop(within=20)
    assert process_of(busy) is None


def test_the_next_one_is_started_at_once_after_a_good_end(world):
    quick = child("pass", world)
    quick.look()
    first = process_of(quick)
    wait_until(lambda: has_ended(quick))

    quick.look()

    assert process_of(quick) not in (None, first)
    quick.stop(within=20)


def test_one_that_fails_is_started_more_and_more_rarely(world):
    broken = child("raise SystemExit(3)", world)
    waits = []
    for _ in range(8):
        broken.look()
        wait_until(lambda: has_ended(broken))
        broken.look()
        assert process_of(broken) is None  # It is noticed, and not started anew yet.
        waits.append(broken._due_at - world.now)
        world.now = broken._due_at

    assert waits == [1, 2, 4, 8, 16, 32, 60, LONGEST_WAIT_SECONDS]
