"""When a source is fetched next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gonets.content.rhythm import Rhythm, after_quiet_hours, freshness, retry_after

NOW = datetime(2026, 11, 25, 21, 30, tzinfo=UTC)  # a Wednesday
RHYTHM = Rhythm(jitter=0)
MINUTES = timedelta(minutes=1)
HOURS = timedelta(hours=1)


def no_chance() -> float:
    return 0.0


@pytest.mark.parametrize(
    ("before", "brought_new", "wait"),
    [
        pytest.param(None, False, 37.5 * MINUTES, id="at first, nothing new"),
        pytest.param(None, True, 15 * MINUTES, id="at first, something new"),
        pytest.param(2 * HOURS, True, HOURS, id="something new: sooner"),
        pytest.param(20 * MINUTES, True, 15 * MINUTES, id="never too often"),
        pytest.param(HOURS, False, 75 * MINUTES, id="nothing new: later"),
        pytest.param(4 * HOURS, False, 4 * HOURS, id="never too rarely"),
    ],
)
def test_what_a_source_brings_sets_its_rhythm(before, brought_new, wait):
    assert RHYTHM.next_wait(before, brought_new=brought_new) == wait


@pytest.mark.parametrize(
    ("wished", "wait"),
    [
        pytest.param(None, 30 * MINUTES, id="no wish"),
        pytest.param(5 * MINUTES, 30 * MINUTES, id="sooner than we would"),
        pytest.param(2 * HOURS, 2 * HOURS, id="later"),
        pytest.param(9000 * HOURS, 24 * HOURS, id="once a year"),
    ],
)
def test_what_a_source_wishes_is_respected_within_reason(wished, wait):
    then = RHYTHM.next_fetch_at(
        now=NOW, wait=30 * MINUTES, wished=wished, rng=no_chance
    )

    assert then - NOW == wait


@pytest.mark.parametrize(
    ("failures", "demanded", "wait"),
    [
        pytest.param(1, None, 10 * MINUTES, id="first"),
        pytest.param(2, None, 20 * MINUTES, id="second"),
        pytest.param(5, None, 160 * MINUTES, id="fifth"),
        pytest.param(40, None, 24 * HOURS, id="never rarer than daily"),
        pytest.param(10**9, None, 24 * HOURS, id="for years"),
        pytest.param(1, 5 * HOURS, 5 * HOURS, id="Retry-After"),
        pytest.param(1, 9000 * HOURS, 7 * 24 * HOURS, id="Retry-After of a year"),
    ],
)
def test_failures_back_off(failures, demanded, wait):
    then = RHYTHM.retry_at(now=NOW, failures=failures, demanded=demanded, rng=no_chance)

    assert then - NOW == wait


def test_sources_that_fail_together_do_not_come_back_together():
    retries = {
        Rhythm().retry_at(now=NOW, failures=3, demanded=None, rng=lambda c=chance: c)
        for chance in (0.0, 0.3, 0.9)
    }

    assert len(retries) == 3


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", 120 * timedelta(seconds=1)),
        (" 0 ", timedelta(0)),
        ("Wed, 25 Nov 2026 22:30:00 GMT", HOURS),
        ("Wed, 25 Nov 2026 20:30:00 GMT", timedelta(0)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("٣", None),
        ("9" * 400, 10**9 * timedelta(seconds=1)),
    ],
)
def test_retry_after_is_read(header, wait):
    assert retry_after(header, now=NOW) == wait


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("max-age=3600", HOURS),
        ("public, Max-Age=60, must-revalidate", MINUTES),
        ('max-age="60"', MINUTES),
        ("s-maxage=60", None),
        ("no-cache", None),
        ("max-age=x", None),
        ("", None),
    ],
)
def test_freshness_is_read(header, wait):
    assert freshness(header) == wait


def test_hours_and_days_that_a_feed_skips_are_left_out():
    night = {21, 22, 23}

    assert after_quiet_hours(NOW, hours=night, days=()) == datetime(
        2026, 11, 26, tzinfo=UTC
    )
    assert after_quiet_hours(NOW, hours=(), days={2, 3}).weekday() == 4
    assert after_quiet_hours(NOW, hours=(), days=()) == NOW
    assert after_quiet_hours(NOW, hours=range(24), days=()) > NOW
