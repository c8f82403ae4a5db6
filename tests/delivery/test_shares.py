"""Who of several relays may claim how much: weights, spares, doubt and fail-over."""

from __future__ import annotations

import pytest

from gonets.delivery.circle import Circle, Departure
from gonets.delivery.shares import (
    Condition,
    Share,
    allowance,
    carriers,
    portion_of,
)
from gonets.delivery.states import PauseCause

WELL, DOUBTFUL, OUT = Condition.WELL, Condition.DOUBTFUL, Condition.OUT


def shares(*members: tuple[int, Condition] | tuple[int, Condition, int]) -> list[Share]:
    """Relays 1, 2, … by weight, condition and what they have taken."""
    return [
        Share(
            relay_id=number,
            weight=member[0],
            condition=member[1],
            taken=member[2] if len(member) > 2 else 0,  # type: ignore[misc]
        )
        for number, member in enumerate(members, 1)
    ]


@pytest.mark.parametrize(
    ("members", "carrying"),
    [
        pytest.param([(1, WELL), (3, WELL)], [1, 2], id="all weighted"),
        pytest.param([(1, WELL), (0, WELL)], [1], id="a spare rests"),
        pytest.param([(1, DOUBTFUL), (0, WELL)], [2], id="a spare steps in"),
        pytest.param([(1, OUT), (0, WELL), (0, WELL)], [2, 3], id="all spares do"),
        pytest.param([(1, DOUBTFUL), (2, WELL)], [2], id="the other carries on"),
        pytest.param([(1, DOUBTFUL), (2, OUT)], [1], id="in doubt rather than none"),
        pytest.param([(1, OUT), (2, OUT)], [], id="nobody"),
    ],
)
def test_weighted_relays_carry_a_run_and_spares_step_in(
    members: list[tuple[int, Condition]], carrying: list[int]
) -> None:
    assert [one.relay_id for one in carriers(shares(*members))] == carrying


@pytest.mark.parametrize(
    ("members", "allowed"),
    [
        pytest.param([(1, WELL)], [500], id="alone: as much as it wants"),
        pytest.param([(3, WELL), (1, WELL)], [75, 25], id="a portion by weights"),
        pytest.param([(3, WELL, 75), (1, WELL)], [56, 43], id="after the first"),
        pytest.param([(1, WELL, 100), (1, WELL)], [0, 100], id="ahead of its share"),
        pytest.param([(1, WELL), (0, WELL)], [500, 0], id="the spare gets none"),
        pytest.param([(1, OUT), (0, WELL)], [0, 500], id="the spare gets all"),
        pytest.param([(1, OUT), (0, WELL), (0, WELL)], [0, 50, 50], id="spares alike"),
        pytest.param([(1, DOUBTFUL), (1, WELL)], [1, 500], id="in doubt: one letter"),
        pytest.param([(1, WELL), (0, DOUBTFUL)], [500, 0], id="a spare is not probed"),
        pytest.param([(1, OUT), (0, DOUBTFUL)], [0, 500], id="the last one in doubt"),
        pytest.param([(1, DOUBTFUL), (0, DOUBTFUL)], [1, 1], id="all in doubt"),
        pytest.param([(1, OUT), (1, OUT)], [0, 0], id="given up"),
    ],
)
def test_a_relay_may_claim_what_is_lacking_to_its_share(
    members: list[tuple[int, Condition]], allowed: list[int]
) -> None:
    every = shares(*members)

    found = [allowance(one.relay_id, every, portion=100, limit=500) for one in every]

    assert found == allowed


@pytest.mark.parametrize(
    ("pending", "portion"),
    [(1_000_000, 500), (10_000, 500), (4_000, 200), (1_000, 50), (100, 8), (0, 8)],
)
def test_portions_shrink_towards_the_end(pending: int, portion: int) -> None:
    assert portion_of(pending, most=500) == portion


def carried(
    circle: Circle, speeds: dict[int, int], *, pending: int, rounds: int = 100_000
) -> dict[int, int]:
    """Let relays of these speeds share a run; return what each of them took."""
    took = dict.fromkeys(speeds, 0)
    for _round in range(rounds):
        for relay_id, speed in speeds.items():
            wanted = min(speed, pending)
            count = min(wanted, circle.allowance(relay_id, limit=500, now=0))
            circle.take(relay_id, count)
            took[relay_id] += count
            pending -= count
        if not pending:
            break
    return took


@pytest.mark.parametrize("audience", [1_000, 20_000])
@pytest.mark.parametrize(
    ("weights", "speeds"),
    [
        pytest.param({1: 1, 2: 1}, {1: 100, 2: 100}, id="alike"),
        pytest.param({1: 3, 2: 1}, {1: 100, 2: 100}, id="three to one"),
        pytest.param({1: 3, 2: 1}, {1: 10, 2: 500}, id="the heavier one is slow"),
        pytest.param({1: 1, 2: 2, 3: 7}, {1: 500, 2: 50, 3: 5}, id="three relays"),
    ],
)
def test_shares_follow_the_weights_however_fast_each_relay_is(
    audience: int, weights: dict[int, int], speeds: dict[int, int]
) -> None:
    circle = Circle(condition_of=lambda _relay_id: WELL)
    circle.sync(weights, pending=audience)

    took = carried(circle, speeds, pending=audience)

    assert sum(took.values()) == audience
    for relay_id, weight in weights.items():
        due = audience * weight / sum(weights.values())
        assert abs(took[relay_id] - due) <= max(8, audience * 0.02)


def test_a_relay_that_was_away_has_nothing_to_catch_up_on() -> None:
    conditions = {1: WELL, 2: OUT}
    circle = Circle(condition_of=conditions.__getitem__)
    circle.sync({1: 1, 2: 1}, pending=20_000)
    carried(circle, {1: 100, 2: 100}, pending=10_000)

    conditions[2] = WELL
    took = carried(circle, {1: 100, 2: 100}, pending=10_000)

    assert abs(took[1] - took[2]) <= 200


def left(cause: PauseCause, answer: str, *, until: float = 100) -> Departure:
    return Departure(cause=cause, answer=answer, until=until)


def circle_of(*relay_ids: int) -> Circle:
    circle = Circle(condition_of=lambda _relay_id: WELL)
    circle.sync(dict.fromkeys(relay_ids, 1), pending=10)
    return circle


def test_a_relay_that_has_left_may_come_back_when_its_time_is_over() -> None:
    circle = circle_of(1, 2)

    circle.leave(1, left(PauseCause.UNREACHABLE, "nothing listens", until=60))

    assert circle.is_away(1, 59)
    assert circle.allowance(1, limit=500, now=59) == 0
    assert not circle.is_stranded(59)
    assert not circle.is_away(1, 60)
    assert circle.has_left(1)
    assert (circle.has_other_well(1, 0), circle.has_other_well(2, 0)) == (True, False)


def test_a_relay_that_is_set_up_anew_counts_as_new() -> None:
    circle = circle_of(1, 2)
    circle.leave(1, Departure(cause=PauseCause.LOGIN_REFUSED, answer="535"))

    circle.come_back(1)

    assert not circle.has_left(1)


NAMES = {1: "main", 2: "spare"}


@pytest.mark.parametrize(
    ("departures", "reason"),
    [
        pytest.param(
            {1: left(PauseCause.UNREACHABLE, "nothing listens")},
            (PauseCause.UNREACHABLE, "nothing listens"),
            id="the only one",
        ),
        pytest.param(
            {
                1: left(PauseCause.UNREACHABLE, "nothing listens"),
                2: left(PauseCause.UNREACHABLE, "no answer"),
            },
            (PauseCause.UNREACHABLE, "main: nothing listens; spare: no answer"),
            id="all for the same cause",
        ),
        pytest.param(
            {
                1: left(PauseCause.UNREACHABLE, "nothing listens"),
                2: left(PauseCause.LOGIN_REFUSED, "535 no"),
            },
            (PauseCause.ALL_UNWELL, "main: nothing listens; spare: 535 no"),
            id="each for its own",
        ),
    ],
)
def test_when_the_last_relay_is_gone_the_reason_names_them_all(
    departures: dict[int, Departure], reason: tuple[PauseCause, str]
) -> None:
    circle = circle_of(*departures)
    for number, (relay_id, departure) in enumerate(departures.items()):
        assert not circle.is_stranded(0), number
        circle.leave(relay_id, departure)

    assert circle.is_stranded(0)
    assert circle.reason(NAMES) == reason


@pytest.mark.parametrize(
    ("accepted", "is_alone", "goes_on"),
    [
        pytest.param([100, 100, 100], False, False, id="nobody gets on"),
        pytest.param([100, 105, 105], False, False, id="what we had sent ourselves"),
        pytest.param([100, 105, 110], False, True, id="others get on"),
        pytest.param([100, 105, 110], True, False, id="there is nobody else"),
    ],
)
def test_other_workers_carry_on_if_letters_are_accepted_while_none_are_here(
    accepted: list[int], is_alone: bool, goes_on: bool
) -> None:
    circle = circle_of(1)
    for second, count in enumerate(accepted):
        circle.note_progress(count, is_alone=is_alone, now=1000.5 + second)

    assert circle.goes_on_elsewhere(since=1000.7) is goes_on


def test_what_others_did_before_the_last_departure_does_not_count() -> None:
    circle = circle_of(1)
    for second in range(10):
        circle.note_progress(100 + second, is_alone=False, now=1000.0 + second)
    circle.note_progress(109, is_alone=False, now=1060.0)

    circle.leave(1, Departure(cause=PauseCause.UNREACHABLE, answer="", at=1009))

    assert not circle.goes_on_elsewhere(since=circle.left_at(1))
    circle.note_progress(110, is_alone=False, now=1061.0)
    assert circle.goes_on_elsewhere(since=circle.left_at(1))
