"""The order of an issue's entries: parts whole, everything numbered; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from gonets.newsletters.types import Place


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
