"""An event of a letter as a file that calendars understand (RFC 5545)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDatetime, vUri

from gonets.kernel.html import line_of, text_of
from gonets.letters.errors import LetterError
from gonets.letters.expressions import pieces_of_text
from gonets.letters.personalising import PersonalValues, filled_text
from gonets.letters.types import EntryContent, EventContent

PRODUCT = "-//Gonets//Newsletter desk//EN"


def calendar_file(
    entry: EntryContent, event: EventContent, *, organiser: str, changed_at: datetime
) -> bytes:
    """Return the file; its event has the same identity however often it is made.

    Moments are written in UTC, so that no calendar needs to know our time zone.

    :raises ValueError, OverflowError: if the event has no day of the calendar.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(
        _event(entry, event, organiser=organiser, changed_at=changed_at)
    )
    return bytes(calendar.to_ical())


def _event(
    entry: EntryContent, event: EventContent, *, organiser: str, changed_at: datetime
) -> Event:
    made = Event()
    starts = _moment(event.starts, event.time_zone)
    made.add("uid", _identity(event.calendar_address))
    made.add("dtstamp", vDatetime(changed_at))
    made.add("last-modified", vDatetime(changed_at))
    made.add("summary", _said_to_all(entry.title) or line_of(organiser))
    made.add("dtstart", starts)
    ends = _end(event, starts)
    if ends is not None:
        made.add("dtend", ends)
    if event.place:
        made.add("location", _said_to_all(event.place))
    description = "\n".join(map(_said_to_all, text_of(entry.teaser).split("\n")))
    if description:
        made.add("description", description)
    if entry.address.startswith(("https://", "http://")):
        made.add("url", vUri(entry.address))
    return made


def _said_to_all(text: str) -> str:
    """Return one line of plain text as it is for somebody of whom nothing is known."""
    try:
        return line_of(
            filled_text(pieces_of_text("", text), PersonalValues({}, "", ""))
        )
    except LetterError:
        return line_of(text)


def _moment(text: str, time_zone: str) -> date:
    if "T" not in text:
        return date.fromisoformat(text)
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(time_zone or "UTC"))
    return local.astimezone(ZoneInfo("UTC"))


def _end(event: EventContent, starts: date) -> date | None:
    """Return the end; a whole day ends where the next begins."""
    are_days = not isinstance(starts, datetime)
    if are_days:
        last = date.fromisoformat(event.ends[:10]) if event.ends else starts
        return last + timedelta(days=1)
    if "T" not in event.ends:
        return None
    return _moment(event.ends, event.time_zone)


def _identity(address: str) -> str:
    """Return what calendars know the event by: the same for every copy of the file."""
    parts = urlsplit(address)
    name = parts.path.rpartition("/")[2].removesuffix(".ics")
    return f"{name}@{parts.hostname or 'gonets'}"
