"""What a rhythm may hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from gonets.newsletters.errors import BadSettings
from gonets.newsletters.standing.checking import checked_rhythm, checked_skips
from gonets.newsletters.standing.rhythms import LAST, Rhythm, Skips
from gonets.newsletters.standing.states import RhythmKind

GOOD = Rhythm(
    kind=RhythmKind.WEEKLY,
    at=time(10),
    zone="Europe/Moscow",
    starts_on=date(2026, 11, 1),
    weekdays=(3,),
)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "hourly"}, "kind"),
        ({"interval": 0}, "interval"),
        ({"interval": 53}, "interval"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"weekdays": ()}, "weekdays"),
        ({"weekdays": (7,)}, "weekdays"),
        ({"starts_on": date(1, 1, 1)}, "starts_on"),
        ({"starts_on": date(9999, 12, 31)}, "starts_on"),
        ({"kind": RhythmKind.MONTHLY_WEEKDAY}, "ordinals"),
        ({"kind": RhythmKind.MONTHLY_WEEKDAY, "ordinals": (5,)}, "ordinals"),
        ({"kind": RhythmKind.MONTHLY_DAYS}, "month_days"),
        ({"kind": RhythmKind.MONTHLY_DAYS, "month_days": (0,)}, "month_days"),
        ({"kind": RhythmKind.MONTHLY_DAYS, "month_days": (32,)}, "month_days"),
    ],
)
def test_a_wrong_field_is_named(changes, field):
    with pytest.raises(BadSettings) as refused:
        checked_rhythm(replace(GOOD, **changes))

    assert list(refused.value.problems) == [field]


def test_what_the_kind_does_not_use_is_left_out():
    given = replace(
        GOOD,
        kind=RhythmKind.MONTHLY_DAYS,
        at=time(10, 5, 59),
        month_days=(LAST, 15, 1, 15),
        ordinals=(1,),
    )

    checked = checked_rhythm(given)

    assert (checked.weekdays, checked.ordinals) == ((), ())
    assert checked.month_days == (1, 15, LAST)
    assert checked.at == time(10, 5)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (date(2026, 12, 24), None, "paused_until"),
        (None, date(2026, 12, 24), "paused_from"),
        (date(2026, 12, 24), date(2026, 12, 23), "paused_until"),
        (date(2026, 12, 24), date(2036, 12, 23), "paused_until"),
    ],
)
def test_a_pause_needs_two_ends_in_order(first, last, field):
    with pytest.raises(BadSettings) as refused:
        checked_skips(Skips(paused_from=first, paused_until=last))

    assert list(refused.value.problems) == [field]
