"""A rhythm in words that people use, in both languages."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from django.utils import translation

from gonets.newsletters.standing.rhythms import LAST, Rhythm
from gonets.newsletters.standing.states import RhythmKind
from gonets.newsletters.standing.wording import rhythm_words

DAILY, WEEKLY = RhythmKind.DAILY, RhythmKind.WEEKLY
WEEKDAY, MONTH_DAYS = RhythmKind.MONTHLY_WEEKDAY, RhythmKind.MONTHLY_DAYS


@pytest.mark.parametrize(
    ("kind", "changes", "english", "russian"),
    [
        (DAILY, {}, "every day", "каждый день"),
        (DAILY, {"interval": 3}, "every 3 days", "каждые 3 дня"),
        (DAILY, {"interval": 10}, "every 10 days", "каждые 10 дней"),
        (WEEKLY, {"weekdays": (3,)}, "every Thursday", "каждый четверг"),
        (WEEKLY, {"weekdays": (2,)}, "every Wednesday", "каждую среду"),
        (WEEKLY, {"weekdays": (6,)}, "every Sunday", "каждое воскресенье"),
        (
            WEEKLY,
            {"weekdays": (4, 0, 2)},
            "every Monday, Wednesday and Friday",
            "по понедельникам, средам и пятницам",
        ),
        (
            WEEKLY,
            {"weekdays": (0, 1, 2, 3, 4)},
            "every weekday from Monday to Friday",
            "по будням, с понедельника по пятницу,",
        ),
        (WEEKLY, {"weekdays": tuple(range(7))}, "every day", "каждый день"),
        (
            WEEKLY,
            {"weekdays": (3,), "interval": 2},
            "every 2 weeks on Thursday",
            "каждые 2 недели по четвергам",
        ),
        (
            WEEKDAY,
            {"weekdays": (0,), "ordinals": (3, 1)},
            "on the first and third Monday of the month",
            "в первый и третий понедельник каждого месяца",
        ),
        (
            WEEKDAY,
            {"weekdays": (4,), "ordinals": (LAST,)},
            "on the last Friday of the month",
            "в последнюю пятницу каждого месяца",
        ),
        (
            WEEKDAY,
            {"weekdays": (1,), "ordinals": (2, LAST)},
            "on the second and last Tuesday of the month",
            "во второй и последний вторник каждого месяца",
        ),
        (
            WEEKDAY,
            {"weekdays": (6,), "ordinals": (1,), "interval": 2},
            "every 2 months on the first Sunday",
            "каждые 2 месяца в первое воскресенье",
        ),
        (
            MONTH_DAYS,
            {"month_days": (15, 1)},
            "on the 1st and 15th of the month",
            "1-го и 15-го числа каждого месяца",
        ),
        (
            MONTH_DAYS,
            {"month_days": (2, 3, 12, 22, 23)},
            "on the 2nd, 3rd, 12th, 22nd and 23rd of the month",
            "2-го, 3-го, 12-го, 22-го и 23-го числа каждого месяца",
        ),
        (
            MONTH_DAYS,
            {"month_days": (LAST, 10)},
            "on the 10th and on the last day of the month",
            "10-го числа и в последний день каждого месяца",
        ),
    ],
)
def test_a_rhythm_in_words(kind, changes: dict[str, Any], english, russian):
    rhythm = Rhythm(
        kind=kind,
        at=time(10),
        zone="Europe/Moscow",
        starts_on=date(2026, 11, 1),
        **changes,
    )

    with translation.override("en"):
        assert rhythm_words(rhythm) == f"{english} at 10:00, Moscow time"
    with translation.override("ru"):
        assert rhythm_words(rhythm) == f"{russian} в 10:00 по Москве"


def test_a_zone_that_has_no_words_is_called_after_its_city():
    rhythm = Rhythm(
        kind=DAILY,
        at=time(8, 5),
        zone="America/Argentina/Buenos_Aires",
        starts_on=date(2026, 11, 1),
    )

    with translation.override("en"):
        assert rhythm_words(rhythm) == "every day at 08:05, Buenos Aires time"


def test_greenwich_has_one_name_for_all_its_names():
    rhythm = Rhythm(kind=DAILY, at=time(8), zone="Etc/UTC", starts_on=date(2026, 11, 1))

    with translation.override("ru"):
        assert rhythm_words(rhythm) == "каждый день в 08:00 по Гринвичу (UTC)"
