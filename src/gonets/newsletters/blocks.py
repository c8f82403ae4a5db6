"""What an entry is to the letter: its kind's own content, and what may be personal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from gonets.letters.kinds import EntryKind
from gonets.letters.types import EventContent
from gonets.newsletters.models import Entry

BRACKETS = ("{{", "{%", "{#")


def event_of(entry: Entry, *, calendar_address: str = "") -> EventContent | None:
    """Return when and where an event is; None for what is none."""
    if entry.kind != EntryKind.EVENT:
        return None
    return EventContent(
        starts=text_in(entry, "starts"),
        ends=text_in(entry, "ends"),
        time_zone=text_in(entry, "time_zone"),
        zone_note=_zone_note(entry),
        place=text_in(entry, "place"),
        calendar_address=calendar_address,
    )


def personal_fields(entry: Entry) -> tuple[str, ...]:
    """Return which fields of the entry may hold personal expressions.

    Blocks are the editor's own words, and brackets that do not work are a fault to be
    put right.  A material's words become the editor's by being changed, and even then
    an article about templates may show brackets that are none of ours.
    """
    return tuple(
        name
        for name, text, base in _texts(entry)
        if any(bracket in text for bracket in BRACKETS)
        and (not entry.is_material or (text != base and "subscriber." in text))
    )


def text_in(entry: Entry, name: str) -> str:
    """Return a text of the entry's own content, "" where there is none."""
    value: Any = entry.content.get(name, "")
    return value if isinstance(value, str) else ""


def _zone_note(entry: Entry) -> str:
    """Return how the event's time differs from Greenwich, if it is not our time."""
    zone, starts = text_in(entry, "time_zone"), text_in(entry, "starts")
    if not zone or zone == settings.TIME_ZONE or "T" not in starts:
        return ""
    try:
        moment = datetime.fromisoformat(starts).replace(tzinfo=ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError):
        return ""
    sign, hours, minutes = f"{moment:%z}"[0], f"{moment:%z}"[1:3], f"{moment:%z}"[3:5]
    return f"UTC{sign}{int(hours)}" + (f":{minutes}" if minutes != "00" else "")


def _texts(entry: Entry) -> Iterator[tuple[str, str, str]]:
    yield "title", entry.title, entry.base_title
    yield "teaser", entry.teaser, entry.base_teaser
    yield "button", entry.button, ""
    yield "place", text_in(entry, "place"), ""
    yield "second", text_in(entry, "second"), ""
