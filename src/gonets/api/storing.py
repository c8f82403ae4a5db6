"""Storing what was sent, and telling its sender what became of it."""

from __future__ import annotations

from gonets.api.schemas import MaterialsIn, reading_of
from gonets.content.arrivals import note_arrival
from gonets.content.intake import take_over
from gonets.content.models import Source


def stored(source: Source, sent: MaterialsIn) -> dict[str, int]:
    """Take the materials over; return the body of the answer."""
    report = take_over(source, reading_of(sent))
    note_arrival(source.pk, report)
    return {
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "withdrawn": report.private,
    }
