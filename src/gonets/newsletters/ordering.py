"""The order of an issue's entries: parts whole, everything numbered; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from gonets.newsletters.types import Above, Place


class Placed(Protocol):
    """What ordering needs of an entry."""

    pk: int
    part: int
    heading: str
    position: int


E = TypeVar("E", bound=Placed)


def numbered(entries: Iterable[E]) -> list[E]:
    """Return the entries with each part together, where its first entry stands."""
    parts: dict[int, list[E]] = {}
    for entry in entries:
        parts.setdefault(entry.part, []).append(entry)
    ordered = [entry for part in parts.values() for entry in part]
    for position, entry in enumerate(ordered):
        entry.position = position
    return ordered


def reordered(entries: Sequence[E], places: Iterable[Place]) -> list[E]:
    """Return the entries in the order of ``places``.

    A place of an entry that is gone is passed over; an entry without a place (someone
    added it meanwhile) stays in its part, last.  An entry that names another part of
    this issue moves there and takes its heading.
    """
    by_id = {entry.pk: entry for entry in entries}
    headings = {entry.part: entry.heading for entry in entries}
    ordered: list[E] = []
    for place in places:
        entry = by_id.pop(place.entry_id, None)
        if entry is None:
            continue
        if place.part is not None and place.part in headings:
            entry.part = place.part
            entry.heading = headings[place.part]
        ordered.append(entry)
    return numbered([*ordered, *by_id.values()])


def placed(entries: Sequence[E], new: E, *, after: int | Above | None) -> list[E]:
    """Return the entries with ``new`` behind the one of id ``after``, in its part.

    Without ``after`` it comes first, in the part that begins there; one that is gone
    meanwhile means last.  ``Above`` an entry it comes before that, in its part.
    """
    if isinstance(after, Above):
        behind = _index(entries, after.entry_id)
        is_there = any(each.pk == after.entry_id for each in entries)
        index = behind - 1 if is_there else behind
        neighbour = entries[min(index, len(entries) - 1)] if entries else None
    else:
        index = _index(entries, after)
        neighbour = entries[max(index - 1, 0)] if entries else None
    if neighbour is not None:
        new.part, new.heading = neighbour.part, neighbour.heading
    return numbered([*entries[:index], new, *entries[index:]])


def moved(entries: Sequence[E], entry_id: int, *, step: int) -> list[E]:
    """Return the entries with one of them a place further up (-1) or down (1).

    At the edge of its part it joins the next part; if it is alone under a heading, the
    whole part changes places with the next one, so that no heading is lost.
    """
    ordered = numbered(entries)
    index = next((i for i, each in enumerate(ordered) if each.pk == entry_id), None)
    if index is None or not 0 <= index + step < len(ordered):
        return ordered
    entry, other = ordered[index], ordered[index + step]
    if entry.part == other.part:
        ordered[index], ordered[index + step] = other, entry
    elif entry.heading and sum(each.part == entry.part for each in ordered) == 1:
        return _past_the_part(ordered, entry, other.part, step=step)
    else:
        entry.part, entry.heading = other.part, other.heading
    return numbered(ordered)


def _past_the_part(ordered: list[E], entry: E, part: int, *, step: int) -> list[E]:
    others = [each for each in ordered if each is not entry]
    places = [place for place, each in enumerate(others) if each.part == part]
    place = places[0] if step < 0 else places[-1] + 1
    return numbered([*others[:place], entry, *others[place:]])


def _index(entries: Sequence[E], after: int | None) -> int:
    if after is None:
        return 0
    places = (place for place, each in enumerate(entries, 1) if each.pk == after)
    return next(places, len(entries))
