"""When the issues of a newsletter are due: dates of the calendar as moments; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil import rrule

from gonets.newsletters.standing.states import RhythmKind

LAST = -1
"""As an ordinal: the last such weekday; as a day: the last one of the month."""

ALWAYS_THERE = 28
"""Every month has this day; a later one stands for the month's last day too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often an issue is due, by the clocks of ``zone``.

    ``interval`` counts days, weeks or months from the first date on or after
    ``starts_on``.  Weekdays are numbered from Monday, 0; ``ordinals`` say which of
    them in a month, 1 to 4 or ``LAST``; ``month_days`` are 1 to 31 or ``LAST``.
    """

    kind: RhythmKind
    at: time
    zone: str
    starts_on: date
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    ordinals: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skips:
    """Dates on which nothing comes out: single ones, and a pause (both ends in it)."""

    days: frozenset[date] = field(default_factory=frozenset)
    paused_from: date | None = None
    paused_until: date | None = None

    def is_paused(self, day: date) -> bool:
        if self.paused_from is None or self.paused_until is None:
            return False
        return self.paused_from <= day <= self.paused_until

    def covers(self, day: date) -> bool:
        return day in self.days or self.is_paused(day)


NO_SKIPS = Skips()


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A date of a rhythm: its day in the rhythm's zone, and the moment it means."""

    day: date
    at: datetime
    is_skipped: bool = False


def next_occurrence(
    rhythm: Rhythm, *, after: datetime, skips: Skips = NO_SKIPS
) -> Occurrence | None:
    """Return the first date later than ``after``; None if the calendar ends first."""
    found = occurrences(rhythm, after=after, skips=skips)
    return next((each for each in found if not each.is_skipped), None)


def upcoming(
    rhythm: Rhythm, *, after: datetime, count: int, skips: Skips = NO_SKIPS
) -> list[Occurrence]:
    """Return the next ``count`` dates, and between them those skipped one by one."""
    found = (
        each
        for each in occurrences(rhythm, after=after, skips=skips)
        if not skips.is_paused(each.day)
    )
    shown: list[Occurrence] = []
    while count:
        each = next(found, None)
        if each is None:
            break
        shown.append(each)
        count -= not each.is_skipped
    return shown


def occurrences(
    rhythm: Rhythm, *, after: datetime, skips: Skips = NO_SKIPS
) -> Iterator[Occurrence]:
    """Yield every date later than ``after``, each moment once, skipped ones marked."""
    zone = ZoneInfo(rhythm.zone)
    # A day of slack: a zone may have moved to the other side of the date line.
    since = _local_day(after, zone) - timedelta(days=1)
    latest = after
    for day in _days(rhythm, since=since):
        at = moment(day, rhythm.at, zone=zone)
        if at > latest:
            latest = at
            yield Occurrence(day=day, at=at, is_skipped=skips.covers(day))


def moment(day: date, at: time, *, zone: ZoneInfo) -> datetime:
    """Return when it is that time on that day, in UTC.

    Where clocks go forward over it, it is as much later as they went (02:30 becomes
    03:30); where they go back over it, it is the first of the two.
    """
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def _local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _days(rhythm: Rhythm, *, since: date) -> Iterator[date]:
    """Yield the days of the rhythm from ``since`` on."""
    beginning = rhythm.starts_on
    if rhythm.interval > 1:
        # "Every two weeks on Monday", said on a Wednesday, begins with next Monday.
        every = replace(rhythm, interval=1)
        first = next(_calendar(every, beginning=beginning), None)
        if first is None:
            return
        beginning = first
    else:
        beginning = max(beginning, since)
    for day in _calendar(rhythm, beginning=_nearer(rhythm, beginning, since)):
        if day >= since:
            yield day


def _nearer(rhythm: Rhythm, beginning: date, since: date) -> date:
    """Return a later beginning of the same days: nobody counts through years."""
    unit = {RhythmKind.DAILY: 1, RhythmKind.WEEKLY: 7}.get(rhythm.kind)
    if unit is None or since <= beginning:
        return beginning
    period = unit * rhythm.interval
    whole = (since - beginning).days // period
    # One period earlier: the other weekdays of its week come before the first one's.
    return beginning + timedelta(days=period * max(0, whole - 1))


def _calendar(rhythm: Rhythm, *, beginning: date) -> Iterator[date]:
    start = datetime.combine(beginning, time())
    rules = rrule.rruleset()
    for rule in _rules(rhythm, start):
        rules.rrule(rule)
    return (found.date() for found in rules)


def _rules(rhythm: Rhythm, start: datetime) -> Iterable[rrule.rrule]:
    interval = rhythm.interval
    match rhythm.kind:
        case RhythmKind.DAILY:
            yield rrule.rrule(rrule.DAILY, dtstart=start, interval=interval)
        case RhythmKind.WEEKLY:
            yield rrule.rrule(
                rrule.WEEKLY,
                dtstart=start,
                interval=interval,
                wkst=rrule.MO,
                byweekday=rhythm.weekdays,
            )
        case RhythmKind.MONTHLY_WEEKDAY:
            yield rrule.rrule(
                rrule.MONTHLY,
                dtstart=start,
                interval=interval,
                byweekday=[
                    rrule.weekday(weekday, ordinal)
                    for weekday in rhythm.weekdays
                    for ordinal in rhythm.ordinals
                ],
            )
        case RhythmKind.MONTHLY_DAYS:
            for day in rhythm.month_days:
                yield rrule.rrule(
                    rrule.MONTHLY,
                    dtstart=start,
                    interval=interval,
                    bymonthday=_that_day_or_the_last(day),
                    bysetpos=-1,
                )


def _that_day_or_the_last(day: int) -> list[int]:
    """A month that has no such day has its last day instead."""
    if day == LAST or day <= ALWAYS_THERE:
        return [day]
    return list(range(ALWAYS_THERE, day + 1))
