"""What a rhythm may hold; a form can bring anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta

from django.utils.translation import gettext as _

from gonets.newsletters.errors import BadSettings
from gonets.newsletters.standing.rhythms import LAST, Rhythm, Skips
from gonets.newsletters.standing.states import RhythmKind
from gonets.newsletters.standing.zones import zone_names

MOST_APART = {
    RhythmKind.DAILY: 366,
    RhythmKind.WEEKLY: 52,
    RhythmKind.MONTHLY_WEEKDAY: 12,
    RhythmKind.MONTHLY_DAYS: 12,
}
WEEKDAYS = range(7)
ORDINALS = (1, 2, 3, 4, LAST)
MONTH_DAYS = (*range(1, 32), LAST)
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)
LONGEST_PAUSE = timedelta(days=2 * 366)


def checked_rhythm(rhythm: Rhythm) -> Rhythm:
    """Return the rhythm with what its kind does not use left out, numbers in order.

    :raises BadSettings: naming every field that is wrong.
    """
    _refuse(_rhythm_problems(rhythm))
    kind = RhythmKind(rhythm.kind)
    by_weekday = kind in (RhythmKind.WEEKLY, RhythmKind.MONTHLY_WEEKDAY)
    ordinals = rhythm.ordinals if kind == RhythmKind.MONTHLY_WEEKDAY else ()
    month_days = rhythm.month_days if kind == RhythmKind.MONTHLY_DAYS else ()
    return replace(
        rhythm,
        kind=kind,
        # Minutes are what a person chooses and reads.
        at=rhythm.at.replace(second=0, microsecond=0, tzinfo=None, fold=0),
        weekdays=tuple(sorted(set(rhythm.weekdays))) if by_weekday else (),
        ordinals=_in_order(ordinals),
        month_days=_in_order(month_days),
    )


def checked_skips(skips: Skips) -> Skips:
    """:raises BadSettings: if the pause has one end only, or ends before it begins."""
    _refuse(_pause_problems(skips))
    return skips


def _in_order(numbers: Collection[int]) -> tuple[int, ...]:
    return tuple(sorted(set(numbers), key=lambda number: (number == LAST, number)))


def _refuse(problems: Iterator[tuple[str, str]]) -> None:
    found: dict[str, str] = {}
    for name, problem in problems:
        found.setdefault(name, problem)
    if found:
        raise BadSettings(found)


def _rhythm_problems(rhythm: Rhythm) -> Iterator[tuple[str, str]]:
    if rhythm.kind not in RhythmKind.values:
        yield "kind", _("Please choose one of these.")
        return
    most = MOST_APART[RhythmKind(rhythm.kind)]
    if not 1 <= rhythm.interval <= most:
        problem = _("Please write a number from 1 to %(most)d.")
        yield "interval", problem % {"most": most}
    if rhythm.zone not in zone_names():
        yield "zone", _("Please choose one of these.")
    if not EARLIEST <= rhythm.starts_on <= LATEST:
        yield "starts_on", _("This date is too far away.")
    yield from _day_problems(rhythm)


def _day_problems(rhythm: Rhythm) -> Iterator[tuple[str, str]]:
    at_least_one = _("Please choose at least one.")
    wrong = _("Please choose one of these.")
    match rhythm.kind:
        case RhythmKind.WEEKLY | RhythmKind.MONTHLY_WEEKDAY if not rhythm.weekdays:
            yield "weekdays", at_least_one
        case RhythmKind.MONTHLY_DAYS if not rhythm.month_days:
            yield "month_days", at_least_one
    if rhythm.kind == RhythmKind.MONTHLY_WEEKDAY and not rhythm.ordinals:
        yield "ordinals", at_least_one
    if not set(rhythm.weekdays) <= set(WEEKDAYS):
        yield "weekdays", wrong
    if not set(rhythm.ordinals) <= set(ORDINALS):
        yield "ordinals", wrong
    if not set(rhythm.month_days) <= set(MONTH_DAYS):
        yield "month_days", wrong


def _pause_problems(skips: Skips) -> Iterator[tuple[str, str]]:
    first, last = skips.paused_from, skips.paused_until
    if first is None and last is None:
        return
    if first is None:
        yield "paused_from", _("Say when the pause begins, too.")
    elif last is None:
        yield "paused_until", _("Say when the pause ends, too.")
    elif last < first:
        yield "paused_until", _("The pause ends before it begins.")
    elif last - first > LONGEST_PAUSE:
        yield "paused_until", _("A pause can last two years at most.")
