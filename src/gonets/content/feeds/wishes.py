"""How long a feed wants to be left alone, by what it and its server say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from gonets.content.feeds.entries import Entry
from gonets.content.rhythm import after_quiet_hours, freshness

PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_QUIET = re.compile(
    rb"<skip(Hours|Days)\s*>(.{0,2000}?)</skip\1", re.DOTALL | re.IGNORECASE
)
_QUIET_ONE = re.compile(rb"<(?:hour|day)\s*>\s*([A-Za-z0-9]{1,9})\s*<", re.IGNORECASE)


def ask_again_after(
    about: Entry, *, content: bytes, headers: Mapping[str, str], now: datetime
) -> timedelta:
    """Return the longest of its wishes; zero if it has none."""
    wait = max(
        _ttl(about), _period(about), freshness_of(headers), key=lambda wish: wish
    )
    hours, days = _quiet_times(content)
    return after_quiet_hours(now + wait, hours=hours, days=days) - now


def freshness_of(headers: Mapping[str, str]) -> timedelta:
    """Return what an answer without content says."""
    return freshness(headers.get("cache-control", "")) or timedelta(0)


def _ttl(about: Entry) -> timedelta:
    minutes = str(about.get("ttl") or "").strip()
    is_number = minutes.isascii() and minutes.isdigit() and len(minutes) < 7
    return timedelta(minutes=int(minutes)) if is_number else timedelta(0)


def _period(about: Entry) -> timedelta:
    """Return the RSS 1.0 syndication module's period: so often within it."""
    period = PERIODS.get(str(about.get("sy_updateperiod") or "").strip().lower())
    times = str(about.get("sy_updatefrequency") or "1").strip()
    if period is None or not (times.isascii() and times.isdigit() and len(times) < 5):
        return timedelta(0)
    return period / max(int(times), 1)


def _quiet_times(content: bytes) -> tuple[set[int], set[int]]:
    hours: set[int] = set()
    days: set[int] = set()
    for what, listed in _QUIET.findall(content[:20_000]):
        said = [one.decode("ascii").lower() for one in _QUIET_ONE.findall(listed)]
        if what.lower() == b"hours":
            hours.update(int(hour) % 24 for hour in said if hour.isdigit())
        else:
            days.update(DAYS.index(day) for day in said if day in DAYS)
    return hours, days
