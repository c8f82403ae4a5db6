"""How many connections a relay takes: learned, kept to, and tried anew."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from gonets.delivery.seats import LONGEST_REST, Seats


@dataclass
class Line:
    is_over: bool = False


def seats_with(count: int) -> tuple[Seats, list[Line]]:
    seats, lines = Seats(), [Line() for _one in range(count)]
    for line in lines:
        seats.entered(line)
    return seats, lines


def test_whoever_was_turned_away_waits_and_then_knocks_again() -> None:
    seats, _lines = seats_with(2)
    assert seats.may_enter(0)

    assert seats.turned_away(now=0)

    assert (seats.most, seats.may_enter(0.9), seats.may_enter(1)) == (2, False, True)


def test_what_is_known_is_asked_for_less_and_less_often() -> None:
    seats, _lines = seats_with(2)
    for now in range(0, 1000, 100):
        seats.turned_away(now=now)

    assert not seats.turned_away(now=1000)
    assert seats.tries_again_at == 1000 + LONGEST_REST


def test_a_place_that_has_become_free_is_taken_at_once() -> None:
    seats, lines = seats_with(2)
    seats.turned_away(now=0)

    lines[0].is_over = True

    assert seats.may_enter(0)


@pytest.mark.parametrize(("taken", "most"), [(0, 1), (1, 1), (5, 5)])
def test_a_relay_takes_as_many_as_stand(taken: int, most: int) -> None:
    seats, _lines = seats_with(taken)

    seats.turned_away(now=0)

    assert seats.most == most


def test_a_relay_that_takes_more_than_before_is_believed() -> None:
    seats, _lines = seats_with(2)
    seats.turned_away(now=0)

    seats.entered(Line())

    assert (seats.most, seats.may_enter(0)) == (3, False)
