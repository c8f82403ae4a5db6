"""Whole parts of an issue arranged: joined, sorted, cut to their first few; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from gonets.newsletters.ordering import Placed, numbered

E = TypeVar("E", bound=Placed)


def joined(entries: Sequence[E], part: int, *, into: int) -> list[E]:
    """Return the entries with one part's at the end of another's, under its heading."""
    heading = next(entry.heading for entry in entries if entry.part == into)
    moving = [entry for entry in entries if entry.part == part]
    for entry in moving:
        entry.part, entry.heading = into, heading
    staying = [entry for entry in entries if entry not in moving]
    return numbered([*staying, *moving])


def by_date(
    entries: Sequence[E],
    dates: Mapping[int, datetime],
    *,
    newest_first: bool,
    part: int | None = None,
) -> list[E]:
    """Return the entries sorted within each part, or within one.

    What has no date stays where it is in its part: a divider, a block of text.
    """
    ordered: list[E] = []
    for key, together in _parts(entries).items():
        if part in {None, key}:
            ordered += _sorted(together, dates, newest_first=newest_first)
        else:
            ordered += together
    return numbered(ordered)


def _sorted(
    entries: Sequence[E], dates: Mapping[int, datetime], *, newest_first: bool
) -> list[E]:
    dated = [entry for entry in entries if entry.pk in dates]
    dated.sort(key=lambda entry: dates[entry.pk], reverse=newest_first)
    following = iter(dated)
    return [next(following) if entry.pk in dates else entry for entry in entries]


def by_rank(entries: Sequence[E], ranks: Mapping[int, int]) -> list[E]:
    """Return the parts by the rank of their section; those without one come last."""
    parts = _parts(entries)
    keys = sorted(parts, key=lambda key: ranks.get(key, len(ranks)))
    return numbered([entry for key in keys for entry in parts[key]])


def over_limit(
    entries: Iterable[E], most: int, *, part: int | None = None
) -> list[int]:
    """Return the ids of what follows the first ``most`` of each part, or of one."""
    return [
        entry.pk
        for key, together in _parts(entries).items()
        if part in {None, key}
        for entry in together[most:]
    ]


def _parts(entries: Iterable[E]) -> dict[int, list[E]]:
    parts: dict[int, list[E]] = {}
    for entry in entries:
        parts.setdefault(entry.part, []).append(entry)
    return parts
