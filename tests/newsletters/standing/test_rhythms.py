"""On which days and at which moments issues are due, over many zones and years."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonets.newsletters.standing.rhythms import (
    LAST,
    Rhythm,
    Skips,
    moment,
    next_occurrence,
    occurrences,
    upcoming,
)
from gonets.newsletters.standing.states import RhythmKind

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


def rhythm(kind: RhythmKind = RhythmKind.DAILY, **changes: Any) -> Rhythm:
    usual: dict[str, Any] = {
        "at": time(10),
        "zone": "Europe/Moscow",
        "starts_on": date(2026, 11, 1),
    }
    return Rhythm(kind=kind, **{**usual, **changes})


def days(wanted: Rhythm, *, after: str, count: int = 4) -> list[str]:
    local = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(wanted.zone))
    found = islice(occurrences(wanted, after=local), count)
    return [f"{each.day:%Y-%m-%d}" for each in found]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(
            rhythm(RhythmKind.WEEKLY, weekdays=(THU,)),
            ["2026-11-26", "2026-12-03", "2026-12-10", "2026-12-17"],
            id="every Thursday",
        ),
        pytest.param(
            rhythm(),
            ["2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29"],
            id="every day",
        ),
        pytest.param(
            rhythm(interval=3),
            ["2026-11-28", "2026-12-01", "2026-12-04", "2026-12-07"],
            id="every third day, counted from the first one",
        ),
        pytest.param(
            rhythm(RhythmKind.WEEKLY, weekdays=(MON,), interval=2),
            ["2026-11-30", "2026-12-14", "2026-12-28", "2027-01-11"],
            id="every 2 weeks, from the first Monday on",
        ),
        pytest.param(
            rhythm(
                RhythmKind.WEEKLY,
                weekdays=(MON, THU),
                interval=2,
                starts_on=date(2026, 11, 25),
            ),
            ["2026-11-26", "2026-12-07", "2026-12-10", "2026-12-21"],
            id="begins with the nearest of its weekdays",
        ),
        pytest.param(
            rhythm(RhythmKind.MONTHLY_WEEKDAY, weekdays=(MON,), ordinals=(1, 3)),
            ["2026-12-07", "2026-12-21", "2027-01-04", "2027-01-18"],
            id="first and third Monday",
        ),
        pytest.param(
            rhythm(RhythmKind.MONTHLY_WEEKDAY, weekdays=(FRI,), ordinals=(LAST,)),
            ["2026-11-27", "2026-12-25", "2027-01-29", "2027-02-26"],
            id="last Friday",
        ),
        pytest.param(
            rhythm(
                RhythmKind.MONTHLY_WEEKDAY, weekdays=(TUE,), ordinals=(2,), interval=3
            ),
            ["2027-02-09", "2027-05-11", "2027-08-10", "2027-11-09"],
            id="second Tuesday of every third month",
        ),
        pytest.param(
            rhythm(RhythmKind.MONTHLY_DAYS, month_days=(1, 15)),
            ["2026-12-01", "2026-12-15", "2027-01-01", "2027-01-15"],
            id="on the 1st and 15th",
        ),
        pytest.param(
            rhythm(RhythmKind.MONTHLY_DAYS, month_days=(31,)),
            ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"],
            id="on the 31st, or the last day there is",
        ),
        pytest.param(
            rhythm(RhythmKind.MONTHLY_DAYS, month_days=(30, 31, LAST)),
            ["2026-11-30", "2026-12-30", "2026-12-31", "2027-01-30"],
            id="a day that is meant twice comes once",
        ),
        pytest.param(
            rhythm(starts_on=date(2027, 3, 1)),
            ["2027-03-01", "2027-03-02", "2027-03-03", "2027-03-04"],
            id="nothing before it begins",
        ),
    ],
)
def test_the_calendar(wanted, expected):
    assert days(wanted, after="2026-11-25T12:00") == expected


def test_its_own_time_has_passed_today_and_another_has_not():
    assert days(rhythm(at=time(11)), after="2026-11-25T12:00")[0] == "2026-11-26"
    assert days(rhythm(at=time(13)), after="2026-11-25T12:00")[0] == "2026-11-25"


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        # Forward over it: as much later as the clocks went.
        ("Europe/Berlin", "2027-03-28", "02:30", "2027-03-28T03:30+02:00"),
        ("America/New_York", "2027-03-14", "02:00", "2027-03-14T03:00-04:00"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-04T02:45+11:00"),
        ("Africa/Cairo", "2026-04-24", "00:30", "2026-04-24T01:30+03:00"),
        # Back over it: the first of the two.
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T02:30+02:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T01:30-04:00"),
        ("Australia/Lord_Howe", "2027-04-04", "01:45", "2027-04-04T01:45+11:00"),
        # The wall clock rules on either side of a change.
        ("Europe/Berlin", "2027-03-27", "10:00", "2027-03-27T10:00+01:00"),
        ("Europe/Berlin", "2027-03-29", "10:00", "2027-03-29T10:00+02:00"),
        ("Europe/London", "2026-10-25", "10:00", "2026-10-25T10:00+00:00"),
        ("Europe/Moscow", "2027-03-28", "02:30", "2027-03-28T02:30+03:00"),
        ("Asia/Kathmandu", "2027-01-01", "10:00", "2027-01-01T10:00+05:45"),
        ("America/St_Johns", "2027-07-01", "10:00", "2027-07-01T10:00-02:30"),
        ("Pacific/Chatham", "2026-09-27", "02:50", "2026-09-27T03:50+13:45"),
    ],
)
def test_a_time_of_the_wall_is_a_moment(zone, day, at, expected):
    found = moment(date.fromisoformat(day), time.fromisoformat(at), zone=ZoneInfo(zone))

    assert found == datetime.fromisoformat(expected)
    shown = found.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")
    assert shown == expected


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Havana", "Asia/Beirut"])
@pytest.mark.parametrize("hour", [0, 1, 2, 3, 10, 23])
def test_every_day_of_a_year_comes_once_whatever_the_clocks_do(zone, hour):
    wanted = rhythm(zone=zone, at=time(hour, 30), starts_on=date(2026, 1, 1))
    start = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))

    year = list(islice(occurrences(wanted, after=start), 365))

    assert [each.day for each in year] == [
        date(2026, 1, 1) + timedelta(days=n) for n in range(365)
    ]
    gaps = {later.at - earlier.at for earlier, later in pairwise(year)}
    hours = {22, 23, 24, 25, 26}
    assert gaps <= {timedelta(hours=each) for each in hours}


def test_a_day_that_a_zone_left_out_comes_no_second_time():
    wanted = rhythm(zone="Pacific/Apia", starts_on=date(2011, 12, 29))
    start = datetime(2011, 12, 28, tzinfo=ZoneInfo("Pacific/Apia"))

    found = list(islice(occurrences(wanted, after=start), 3))

    local = [each.at.astimezone(ZoneInfo("Pacific/Apia")) for each in found]
    assert [f"{each:%d %H:%M}" for each in local] == [
        "29 10:00",
        "31 10:00",
        "01 10:00",
    ]


RHYTHMS = st.builds(
    Rhythm,
    kind=st.sampled_from(RhythmKind),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(sorted(available_timezones() - {"localtime"})),
    starts_on=st.dates(date(2020, 1, 1), date(2027, 1, 1)),
    interval=st.integers(1, 6),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(tuple),
    ordinals=st.sets(st.sampled_from([1, 2, 3, 4, LAST]), min_size=1).map(tuple),
    month_days=st.sets(st.sampled_from([1, 15, 29, 31, LAST]), min_size=1).map(tuple),
)


@given(RHYTHMS, st.integers(0, 2000), st.integers(0, 24 * 60 * 60))
def test_asking_later_never_gives_another_answer(wanted, day, second):
    start = datetime(2024, 1, 1, tzinfo=UTC)
    after = start + timedelta(days=day, seconds=second)
    first, second, third = islice(occurrences(wanted, after=after), 3)

    assert after < first.at < second.at < third.at
    again = occurrences(wanted, after=first.at)
    assert list(islice(again, 2)) == [second, third]
    just_before = second.at - timedelta(seconds=1)
    assert next_occurrence(wanted, after=just_before) == second


def test_a_skipped_date_is_passed_over_and_shown():
    wanted = rhythm(RhythmKind.WEEKLY, weekdays=(THU,))
    skips = Skips(days=frozenset({date(2026, 12, 3)}))
    after = datetime(2026, 11, 27, tzinfo=UTC)

    following = next_occurrence(wanted, after=after, skips=skips)
    shown = upcoming(wanted, after=after, skips=skips, count=2)

    assert following is not None
    assert following.day == date(2026, 12, 10)
    assert [(each.day.day, each.is_skipped) for each in shown] == [
        (3, True),
        (10, False),
        (17, False),
    ]


def test_a_pause_is_passed_over_with_both_its_ends():
    wanted = rhythm(RhythmKind.WEEKLY, weekdays=(THU,))
    skips = Skips(paused_from=date(2026, 12, 24), paused_until=date(2027, 1, 7))
    after = datetime(2026, 12, 11, tzinfo=UTC)

    shown = upcoming(wanted, after=after, skips=skips, count=2)

    assert [each.day for each in shown] == [date(2026, 12, 17), date(2027, 1, 14)]
