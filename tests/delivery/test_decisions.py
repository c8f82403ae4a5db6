"""Retries, pace, circuit breaker and rates: pure decisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gonets.delivery.breaker import Breaker, Finding, Tally
from gonets.delivery.causes import explain
from gonets.delivery.pacing import TokenBucket
from gonets.delivery.rates import RateMeter
from gonets.delivery.retry import RetryPolicy
from gonets.delivery.states import PauseCause
from gonets.delivery.types import Reply

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
POLICY = Reply(code=550, enhanced_code="5.7.26")


@pytest.mark.parametrize(
    ("attempts", "minutes"),
    [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 60), (20, 60)],
)
def test_waits_grow_to_an_hour(attempts: int, minutes: int) -> None:
    again_at = RetryPolicy().next_attempt_at(
        attempts=attempts, first_attempt_at=NOON, now=NOON, rng=lambda: 0.5
    )

    assert again_at == NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 48), (1.0, 72)])
def test_chance_changes_a_wait_by_a_fifth(chance: float, seconds: int) -> None:
    again_at = RetryPolicy().next_attempt_at(
        attempts=1, first_attempt_at=NOON, now=NOON, rng=lambda: chance
    )

    assert again_at == NOON + timedelta(seconds=seconds)


def test_a_day_after_the_first_attempt_it_is_given_up_and_the_last_is_then() -> None:
    policy = RetryPolicy()
    late, over = NOON + timedelta(hours=23, minutes=50), NOON + timedelta(hours=24)

    last = policy.next_attempt_at(attempts=20, first_attempt_at=NOON, now=late)
    none = policy.next_attempt_at(attempts=21, first_attempt_at=NOON, now=over)

    assert last == over
    assert none is None


def test_the_pace_is_kept_over_a_minute() -> None:
    bucket = TokenBucket(rate=25, now=0.0)
    now, letters = 0.0, 0
    while now < 60:
        wait = bucket.take(now)
        letters += not wait
        now += wait

    assert 25 * 60 <= letters <= 25 * 60 + 6


def test_a_rest_does_not_save_up_a_flood() -> None:
    bucket = TokenBucket(rate=25, now=0.0)

    burst = 0
    while not bucket.take(3600.0):
        burst += 1

    assert burst == 5


def test_without_a_rate_nobody_waits() -> None:
    bucket = TokenBucket(rate=None, now=0.0)

    assert [bucket.take(0.0) for _one in range(1000)] == [0.0] * 1000


def refusals(*codes: str) -> list[Reply]:
    return [Reply(code=550, enhanced_code=code) for code in codes]


def findings(breaker: Breaker, answers: list[Reply | None]) -> list[Finding]:
    """What the breaker finds after each answer; None is an acceptance."""
    return [
        breaker.accepted() if answer is None else breaker.refused(answer)
        for answer in answers
    ]


US, ADDRESSES, UNDECIDED = (
    Finding.ABOUT_US,
    Finding.ABOUT_ADDRESSES,
    Finding.UNDECIDED,
)


def test_twenty_equal_refusals_in_a_row_are_about_us() -> None:
    breaker = Breaker(has_accepted=True)

    found = findings(breaker, [POLICY] * 20)

    assert found == [UNDECIDED] * 19 + [US]


def test_refusals_between_acceptances_are_about_the_addresses() -> None:
    breaker = Breaker(has_accepted=True)

    for _round in range(10):
        assert findings(breaker, [POLICY] * 19) == [UNDECIDED] * 19
        assert breaker.accepted() is ADDRESSES
    assert breaker.accepted() is UNDECIDED


def test_different_refusals_do_not_add_up() -> None:
    breaker = Breaker(has_accepted=True)

    found = findings(breaker, [*refusals("5.7.1", "5.7.26")] * 30)

    assert set(found) == {UNDECIDED}


@pytest.mark.parametrize(
    ("answers", "last"),
    [
        pytest.param([POLICY] * 10, US, id="ten at once"),
        pytest.param([*([None] * 18), POLICY, POLICY] * 10, US, id="one in ten"),
        pytest.param([*([None] * 19), POLICY] * 10, US, id="one in twenty"),
        pytest.param(
            [*([None] * 19), *refusals("5.7.1"), *([None] * 19), POLICY] * 5,
            US,
            id="of any kind",
        ),
        pytest.param([*([None] * 21), POLICY] * 9, UNDECIDED, id="fewer"),
        pytest.param(
            [*([POLICY] * 9), *([None] * 190)], UNDECIDED, id="none stands yet"
        ),
        pytest.param(
            [*([POLICY] * 9), *([None] * 191)], ADDRESSES, id="two hundred later"
        ),
    ],
)
def test_at_the_beginning_one_in_twenty_is_about_us(
    answers: list[Reply | None], last: Finding
) -> None:
    found = findings(Breaker(), answers)

    *before, final = found
    stop = next((n for n, one in enumerate(found) if one is US), len(found))
    assert set(before[:stop]) <= {UNDECIDED}
    assert (US if US in found else final) is last


def test_a_run_that_a_person_has_continued_is_past_its_beginning() -> None:
    breaker = Breaker(has_accepted=True)

    found = findings(breaker, [*([POLICY] * 19), None])

    assert found == [UNDECIDED] * 19 + [ADDRESSES]


def test_an_acceptance_of_what_was_on_its_way_does_not_let_a_refusal_stand() -> None:
    breaker = Breaker(has_accepted=True)

    breaker.refused(POLICY, on_the_way=3)
    breaker.refused(POLICY, on_the_way=3)

    assert findings(breaker, [None] * 4) == [UNDECIDED] * 3 + [ADDRESSES]


def test_an_acceptance_of_what_was_on_its_way_does_not_end_a_row() -> None:
    breaker = Breaker(has_accepted=True)
    breaker.refused(POLICY, on_the_way=2)

    found = findings(breaker, [None, None, *([POLICY] * 19)])

    assert found == [UNDECIDED] * 20 + [US]


def test_an_acceptance_of_what_was_tried_since_lets_a_refusal_stand() -> None:
    breaker = Breaker(has_accepted=True)
    breaker.refused(POLICY, on_the_way=3)

    breaker.tried()

    assert breaker.accepted() is ADDRESSES


def test_a_quarter_of_too_many_refusals_has_one_of_four_workers_ask_the_others() -> (
    None
):
    breaker = Breaker(has_accepted=True)
    breaker.workers = 4

    assert findings(breaker, [POLICY] * 5) == [UNDECIDED] * 4 + [Finding.ASK_ALL]


@pytest.mark.parametrize(
    ("tally", "finding"),
    [
        pytest.param({"equal": 20, "accepted": 900}, Finding.ABOUT_US, id="a row"),
        pytest.param({"equal": 19, "accepted": 900}, UNDECIDED, id="a shorter row"),
        pytest.param({"equal": 6, "accepted": 180}, Finding.ABOUT_US, id="early"),
        pytest.param({"equal": 6, "accepted": 181}, UNDECIDED, id="not so early"),
    ],
)
def test_what_all_workers_have_heard_together_decides(
    tally: dict[str, int], finding: Finding
) -> None:
    breaker = Breaker(has_accepted=False)
    breaker.workers = 4
    findings(breaker, [POLICY] * 6)

    assert breaker.heard_by_all(Tally(waiting=20, **tally)) is finding


def test_an_acceptance_ends_the_row_that_others_were_asked_about() -> None:
    breaker = Breaker(has_accepted=True)
    findings(breaker, [POLICY] * 6)

    breaker.accepted()

    tally = Tally(waiting=20, equal=20, accepted=900)
    assert breaker.heard_by_all(tally) is UNDECIDED


@pytest.mark.parametrize(
    ("has_accepted", "finding"),
    [(True, Finding.ABOUT_ADDRESSES), (False, Finding.ABOUT_US)],
)
def test_when_nobody_is_left_earlier_acceptances_decide(
    has_accepted: bool, finding: Finding
) -> None:
    breaker = Breaker(has_accepted=has_accepted)
    breaker.refused(POLICY)

    assert breaker.nobody_left() is finding


def test_the_rate_is_that_of_the_last_seconds() -> None:
    meter = RateMeter()
    for second in range(20):
        meter.note({1: 1000 + second * 25}, now=float(second))

    assert meter.rates() == {1: 25.0}


@pytest.mark.parametrize("cause", list(PauseCause))
def test_every_cause_is_explained_with_the_relays_answer(cause: PauseCause) -> None:
    assert explain(cause, "550 5.7.26 no").endswith("550 5.7.26 no")
    assert len(explain(cause)) > 30
