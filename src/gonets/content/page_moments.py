"""Dates as pages write them."""

from __future__ import annotations

from datetime import UTC, datetime

from dateutil import parser

EARLIEST_YEAR = 1990
LATEST_YEAR = 2100


def moment_of(text: str) -> datetime | None:
    """Return the moment that ``text`` names; without a zone it is taken for UTC."""
    text = text.strip()
    if not 8 <= len(text) <= 60 or not any(letter.isdigit() for letter in text):
        return None
    try:
        found = _parsed(text)
        moment = found if found.tzinfo else found.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, AttributeError):
        return None  # dateutil has more errors than it names
    return moment if EARLIEST_YEAR <= moment.year <= LATEST_YEAR else None


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parser.parse(text, default=datetime(2000, 1, 1, tzinfo=UTC))
