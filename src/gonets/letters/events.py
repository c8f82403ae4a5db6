"""When an event is, as a letter says it in its own language."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import translation
from django.utils.dateformat import format as formatted
from django.utils.formats import get_format

from gonets.letters.types import EventContent


def event_when(event: EventContent, language: str) -> str:
    """Return the day and the hours; what cannot be read is shown as it is stored."""
    try:
        starts = _moment(event.starts)
        ends = _moment(event.ends) if event.ends else None
    except ValueError:
        return event.starts
    with translation.override(language):
        span = _span(starts, ends)
    # A whole day is that day wherever one is.
    has_zone = isinstance(starts, datetime) and event.zone_note
    return f"{span} ({event.zone_note})" if has_zone else span


def _moment(text: str) -> date:
    """Return a ``datetime``, or a ``date`` for a whole day."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _span(starts: date, ends: date | None) -> str:
    if ends is None or ends == starts:
        return _said(starts)
    within_a_day = isinstance(starts, datetime) and isinstance(ends, datetime)
    if within_a_day and f"{starts:%F}" == f"{ends:%F}":
        return f"{_said(starts)}–{_hours(ends)}"
    return f"{_said(starts)} – {_said(ends)}"


def _said(moment: date) -> str:
    # The weekday first: in a line of its own it begins with a capital everywhere.
    day = f"{formatted(moment, 'l')}, {formatted(moment, get_format('DATE_FORMAT'))}"
    return f"{day}, {_hours(moment)}" if isinstance(moment, datetime) else day


def _hours(moment: date) -> str:
    return formatted(moment, get_format("TIME_FORMAT"))
