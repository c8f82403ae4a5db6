"""What an entry is to the letter: its kind's own content, and what may be personal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gonets.letters.kinds import EntryKind
from gonets.letters.types import EventContent
from gonets.newsletters.models import Entry

BRACKETS = ("{{", "{%", "{#")


def event_of(entry: Entry) -> EventContent | None:
    """Return when and where an event is; None for what is none."""
    if entry.kind != EntryKind.EVENT:
        return None
    return EventContent(
        starts=text_in(entry, "starts"),
        ends=text_in(entry, "ends"),
        time_zone=text_in(entry, "time_zone"),
        place=text_in(entry, "place"),
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


def _texts(entry: Entry) -> Iterator[tuple[str, str, str]]:
    yield "title", entry.title, entry.base_title
    yield "teaser", entry.teaser, entry.base_teaser
    yield "button", entry.button, ""
    yield "place", text_in(entry, "place"), ""
    yield "second", text_in(entry, "second"), ""
