"""How much of an issue's history is kept: the newest steps, older ones together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

NEWEST_STEPS = 200
"""Kept one by one, so that they can be undone one by one."""

NEWEST_CHANGES = 600
"""What was undone, and its undoing, are no steps; but they have an end, too."""

MOST_CHANGES = 800
"""An issue never has more, save for those that were named or sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What thinning needs of a change; a ``lasting`` one's edition must stay."""

    id: int
    made_at: datetime
    made_by_id: int | None
    lasting: bool
    is_step: bool = True  # can be undone, and has not been


Slot = Callable[[Kept], Hashable]


def together(changes: Sequence[Kept]) -> list[list[Kept]]:
    """Return those of the changes, the oldest first, that become one each."""
    newest = _newest(changes)
    old = changes[: len(changes) - newest]
    for slot in (_person_and_hour, _day, _all_time):
        groups = list(_grouped(old, slot))
        if len(groups) + newest <= MOST_CHANGES:
            break
    return [group for group in groups if len(group) > 1]


def _newest(changes: Sequence[Kept]) -> int:
    """Return how many changes the newest steps reach back over."""
    steps = 0
    for count, change in enumerate(reversed(changes[-NEWEST_CHANGES:])):
        if steps == NEWEST_STEPS:
            return count
        steps += change.is_step
    return min(len(changes), NEWEST_CHANGES)


def _grouped(changes: Iterable[Kept], slot: Slot) -> Iterable[list[Kept]]:
    group: list[Kept] = []
    for change in changes:
        if group and (group[-1].lasting or slot(group[-1]) != slot(change)):
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _person_and_hour(change: Kept) -> Hashable:
    hour = change.made_at.replace(minute=0, second=0, microsecond=0)
    return change.made_by_id, hour


def _day(change: Kept) -> Hashable:
    return change.made_at.date()


def _all_time(change: Kept) -> Hashable:
    return None
