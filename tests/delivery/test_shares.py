"""Who of several relays may claim how much: weights, spares, doubt and fail-over."""

from __future__ import annotations

import pytest

from gonets.delivery.shares import (
    Circle,
    Condition,
    Share,
    allowance,
    carriers,
    portion_of,
)

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
            count = min(wanted, circle.allowance(relay_id, limit=500))
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


def test_a_circle_knows_when_the_last_relay_is_gone() -> None:
    conditions = {1: WELL, 2: DOUBTFUL}
    circle = Circle(condition_of=conditions.__getitem__)
    circle.sync({1: 1, 2: 1}, pending=10)

    assert (circle.has_other_well(1), circle.has_other_well(2)) == (False, True)
    conditions[1] = OUT
    assert not circle.is_stranded()
    conditions[2] = OUT
    assert circle.is_stranded()
