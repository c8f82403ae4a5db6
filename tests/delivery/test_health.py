"""How long a relay may be in trouble, whatever time does meanwhile: decisions."""

from __future__ import annotations

from itertools import count

import pytest

from gonets.delivery.errors import AnswerLost, RelayRejection, RelayTrouble
from gonets.delivery.health import Patience, RelayHealth
from gonets.delivery.states import Stage

TROUBLE = RelayTrouble("refused", stage=Stage.CONNECT)
LOOK_EVERY = 0.2
HOUR = 3600.0


class Life:
    """A worker with one relay, and the time that it lives through."""

    def __init__(self, *, connections: int = 1) -> None:
        self.health = RelayHealth()
        self.now = 1000.0  # Clocks do not begin at nought.
        self._in_flight = connections

    def wake(self, seconds: float, *, is_needed: bool = True) -> None:
        """Be awake for so long."""
        until = self.now + seconds
        while self.now < until:
            self.now = min(until, self.now + LOOK_EVERY)
            self.health.look(
                self.now,
                finished=0,
                in_flight=self._in_flight if is_needed else 0,
                is_needed=is_needed,
            )

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def fail(self) -> bool:
        return self.health.failed(TROUBLE, now=self.now)

    def rest(self) -> None:
        """Wait as long as the relay is left alone."""
        self.wake(max(0.0, self.health.rests_until - self.now))

    def seconds_until_given_up(self, *, tries_last: float = 0) -> float:
        """Return how long it is awake until a relay that never works is given up."""
        awake = 0.0
        for _try in range(1000):
            began = self.now
            self.wake(tries_last)
            if self.fail():
                return awake + self.now - began
            self.rest()
            awake += self.now - began
        raise AssertionError("It is never given up.")


@pytest.mark.parametrize(
    ("tries_last", "least", "most"),
    [
        pytest.param(0, 30, 45, id="refuses at once"),
        pytest.param(3, 33, 46, id="refuses after a while"),
        pytest.param(30, 60, 61, id="is not reached"),
        pytest.param(600, 1200, 1201, id="does not answer to the dot"),
    ],
)
@pytest.mark.parametrize("connections", [1, 50])
def test_a_relay_is_given_up_after_half_a_minute_of_trouble(
    tries_last: float, least: float, most: float, connections: int
) -> None:
    life = Life(connections=connections)

    assert least <= life.seconds_until_given_up(tries_last=tries_last) <= most


def test_a_dead_relay_is_tried_a_few_times_only() -> None:
    life = Life()
    tries = count(1)

    while not life.fail():
        life.rest()
        next(tries)

    assert next(tries) <= 10


@pytest.mark.parametrize("slept", [7.0, 40.0, HOUR, 1000 * HOUR])
@pytest.mark.parametrize("awake_before", [0.0, 0.3, 5.0])
def test_what_was_slept_through_is_no_time_of_trouble(
    slept: float, awake_before: float
) -> None:
    life = Life()
    life.wake(5)
    life.fail()
    life.wake(awake_before)

    life.sleep(slept)

    assert not life.fail()
    assert 20 <= life.seconds_until_given_up() <= 45


def test_a_relay_that_fails_on_waking_has_been_well_before() -> None:
    life = Life(connections=4)
    life.wake(60, is_needed=False)
    life.sleep(HOUR)

    assert [life.fail() for _connection in range(4)] == [False] * 4


def test_who_falls_asleep_again_and_again_gives_a_dead_relay_up_all_the_same() -> None:
    life = Life()
    naps = count()

    while not life.fail():
        life.wake(1)
        life.sleep(HOUR)
        next(naps)

    assert 10 <= next(naps) <= 40


def test_a_busy_machine_that_looks_too_late_gives_a_dead_relay_up_all_the_same() -> (
    None
):
    life = Life()
    looks = count()

    while not life.fail():
        life.sleep(4)
        life.wake(LOOK_EVERY)
        next(looks)

    assert next(looks) <= 40


def test_time_without_any_letters_uses_up_no_patience() -> None:
    life = Life()
    life.wake(1)
    life.fail()

    life.wake(HOUR, is_needed=False)

    assert not life.fail()
    assert 20 <= life.seconds_until_given_up() <= 45


def test_a_clock_that_goes_back_does_no_harm() -> None:
    life = Life()
    life.wake(5)
    life.fail()

    life.sleep(-500)

    assert not life.fail()
    assert 20 <= life.seconds_until_given_up() <= 600


def test_a_relay_that_answers_nothing_is_silent_but_not_while_the_worker_sleeps() -> (
    None
):
    life = Life()
    life.wake(5)

    life.sleep(HOUR)
    life.wake(LOOK_EVERY)
    on_waking = life.health.is_silent
    life.wake(10)

    assert not on_waking
    assert life.health.is_silent


def test_connections_that_break_together_are_one_incident() -> None:
    health = RelayHealth(patience=Patience(lost_answers=3))
    lost = AnswerLost("cut", dot_left=True)

    together = [health.failed(lost, now=0.0) for _connection in range(50)]
    later = [health.failed(lost, now=health.rests_until) for _time in range(2)]

    assert together == [False] * 50
    assert later == [False, True]


def test_a_rejection_is_final_at_once_and_an_answer_restores_trust() -> None:
    health = RelayHealth()

    assert health.failed(RelayRejection("535", stage=Stage.AUTH), now=0.0)
    health.recovered()
    assert not health.is_suspect
