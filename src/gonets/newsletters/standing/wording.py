"""A rhythm as a sentence: "every Thursday at 10:00, Moscow time"."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from gonets.newsletters.standing.rhythms import LAST, Rhythm
from gonets.newsletters.standing.states import RhythmKind
from gonets.newsletters.standing.zones import zone_words

WORKING_DAYS = (0, 1, 2, 3, 4)

EVERY = (
    gettext_lazy("every Monday"),
    gettext_lazy("every Tuesday"),
    gettext_lazy("every Wednesday"),
    gettext_lazy("every Thursday"),
    gettext_lazy("every Friday"),
    gettext_lazy("every Saturday"),
    gettext_lazy("every Sunday"),
)
# Russian: «по понедельникам».
ON = (
    pgettext_lazy("every … on", "Monday"),
    pgettext_lazy("every … on", "Tuesday"),
    pgettext_lazy("every … on", "Wednesday"),
    pgettext_lazy("every … on", "Thursday"),
    pgettext_lazy("every … on", "Friday"),
    pgettext_lazy("every … on", "Saturday"),
    pgettext_lazy("every … on", "Sunday"),
)
# Russian: «в последнюю пятницу».
WHICH = (
    pgettext_lazy("on the last …", "Monday"),
    pgettext_lazy("on the last …", "Tuesday"),
    pgettext_lazy("on the last …", "Wednesday"),
    pgettext_lazy("on the last …", "Thursday"),
    pgettext_lazy("on the last …", "Friday"),
    pgettext_lazy("on the last …", "Saturday"),
    pgettext_lazy("on the last …", "Sunday"),
)
ORDINALS = {
    "masculine": {
        1: pgettext_lazy("masculine", "first"),
        2: pgettext_lazy("masculine", "second"),
        3: pgettext_lazy("masculine", "third"),
        4: pgettext_lazy("masculine", "fourth"),
        LAST: pgettext_lazy("masculine", "last"),
    },
    "feminine": {
        1: pgettext_lazy("feminine", "first"),
        2: pgettext_lazy("feminine", "second"),
        3: pgettext_lazy("feminine", "third"),
        4: pgettext_lazy("feminine", "fourth"),
        LAST: pgettext_lazy("feminine", "last"),
    },
    "neuter": {
        1: pgettext_lazy("neuter", "first"),
        2: pgettext_lazy("neuter", "second"),
        3: pgettext_lazy("neuter", "third"),
        4: pgettext_lazy("neuter", "fourth"),
        LAST: pgettext_lazy("neuter", "last"),
    },
}
# In this language: masculine, feminine or neuter.
GENDERS = (
    pgettext_lazy("gender of Monday", "masculine"),
    pgettext_lazy("gender of Tuesday", "masculine"),
    pgettext_lazy("gender of Wednesday", "masculine"),
    pgettext_lazy("gender of Thursday", "masculine"),
    pgettext_lazy("gender of Friday", "masculine"),
    pgettext_lazy("gender of Saturday", "masculine"),
    pgettext_lazy("gender of Sunday", "masculine"),
)
# A day of the month that ends with this digit; the teens are like the others.
DAY_FORMS = {
    1: pgettext_lazy("day of the month", "%(day)dst"),
    2: pgettext_lazy("day of the month", "%(day)dnd"),
    3: pgettext_lazy("day of the month", "%(day)drd"),
}
OTHER_DAYS = pgettext_lazy("day of the month", "%(day)dth")
TEENS = range(11, 14)
SECOND = 2


def rhythm_words(rhythm: Rhythm) -> str:
    """Return the rhythm in words of the active language, without a capital."""
    return _("%(days)s at %(time)s, %(zone)s") % {
        "days": _days(rhythm),
        "time": f"{rhythm.at:%H:%M}",
        "zone": zone_words(rhythm.zone),
    }


def _days(rhythm: Rhythm) -> str:
    match rhythm.kind:
        case RhythmKind.DAILY:
            return _daily(rhythm.interval)
        case RhythmKind.WEEKLY:
            return _weekly(rhythm)
        case RhythmKind.MONTHLY_WEEKDAY:
            return _monthly(_weekday_of_month(rhythm), interval=rhythm.interval)
        case RhythmKind.MONTHLY_DAYS:
            return _monthly(_days_of_month(rhythm), interval=rhythm.interval)


def _daily(interval: int) -> str:
    if interval == 1:
        return _("every day")
    words = ngettext("every %(count)d day", "every %(count)d days", interval)
    return words % {"count": interval}


def _weekly(rhythm: Rhythm) -> str:
    weekdays = sorted(rhythm.weekdays)
    if rhythm.interval > 1:
        words = ngettext(
            "every %(count)d week on %(weekdays)s",
            "every %(count)d weeks on %(weekdays)s",
            rhythm.interval,
        )
        return words % {"count": rhythm.interval, "weekdays": _on(weekdays)}
    if len(weekdays) == len(EVERY):
        return _("every day")
    if tuple(weekdays) == WORKING_DAYS:
        return _("every weekday from Monday to Friday")
    if len(weekdays) == 1:
        return str(EVERY[weekdays[0]])
    return _("every %(weekdays)s") % {"weekdays": _on(weekdays)}


def _on(weekdays: Sequence[int]) -> str:
    return listed([str(ON[weekday]) for weekday in weekdays])


def _weekday_of_month(rhythm: Rhythm) -> str:
    weekdays = [
        _("%(ordinals)s %(weekday)s")
        % {
            "ordinals": listed(_ordinals(rhythm.ordinals, weekday)),
            "weekday": WHICH[weekday],
        }
        for weekday in sorted(rhythm.weekdays)
    ]
    words = _("on the %(weekdays)s")
    if _last_at_the_end(rhythm.ordinals)[0] == SECOND:
        # Russian: «во второй», but «в первый».
        words = pgettext("before “second”", "on the %(weekdays)s")
    return words % {"weekdays": listed(weekdays)}


def _ordinals(ordinals: Sequence[int], weekday: int) -> list[str]:
    words = ORDINALS.get(str(GENDERS[weekday]), ORDINALS["masculine"])
    return [str(words[ordinal]) for ordinal in _last_at_the_end(ordinals)]


def _days_of_month(rhythm: Rhythm) -> str:
    numbered = [day for day in sorted(set(rhythm.month_days)) if day != LAST]
    words = []
    if numbered:
        days = listed([_day(day) for day in numbered])
        words.append(_("on the %(days)s") % {"days": days})
    if LAST in rhythm.month_days:
        words.append(_("on the last day"))
    return listed(words)


def _day(day: int) -> str:
    words = OTHER_DAYS if day in TEENS else DAY_FORMS.get(day % 10, OTHER_DAYS)
    return words % {"day": day}


def _last_at_the_end(numbers: Sequence[int]) -> list[int]:
    return sorted(set(numbers), key=lambda number: (number == LAST, number))


def _monthly(days: str, *, interval: int) -> str:
    if interval == 1:
        return _("%(days)s of the month") % {"days": days}
    words = ngettext(
        "every %(count)d month %(days)s", "every %(count)d months %(days)s", interval
    )
    return words % {"count": interval, "days": days}


def listed(words: Sequence[str]) -> str:
    """Return "one, two and three"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(most)s and %(last)s") % {
        "most": ", ".join(words[:-1]),
        "last": words[-1],
    }
