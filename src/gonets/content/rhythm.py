"""When a source is fetched next: by its wishes, what it brings, how it failed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MINUTE = timedelta(minutes=1)
MOST_SECONDS = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """``usual`` at first; shorter where something new comes, longer where nothing does.

    What a source wishes is respected up to ``longest_wish``; what it demands while it
    cannot answer, up to ``longest_demand``.  Every wait is shifted by a random share
    of up to ``jitter``, so that sources added together spread.
    """

    usual: timedelta = 30 * MINUTE
    shortest: timedelta = 15 * MINUTE
    longest: timedelta = timedelta(hours=4)
    longest_wish: timedelta = timedelta(days=1)
    first_retry: timedelta = 10 * MINUTE
    longest_retry: timedelta = timedelta(days=1)
    longest_demand: timedelta = timedelta(days=7)
    jitter: float = 0.1

    def next_wait(self, before: timedelta | None, *, brought_new: bool) -> timedelta:
        """Return how long to wait by what came; jitter and wishes come on top."""
        before = before or self.usual
        wait = before / 2 if brought_new else before * 1.25
        return min(max(wait, self.shortest), self.longest)

    def next_fetch_at(
        self,
        *,
        now: datetime,
        wait: timedelta,
        wished: timedelta | None,
        rng: Callable[[], float],
    ) -> datetime:
        """Return when to fetch after a success."""
        wished = min(wished or timedelta(0), self.longest_wish)
        return now + self._shifted(max(wait, wished), rng)

    def retry_at(
        self,
        *,
        now: datetime,
        failures: int,
        demanded: timedelta | None,
        rng: Callable[[], float],
    ) -> datetime:
        """Return when to try again after so many failures in a row."""
        doubled = self.first_retry * 2 ** min(max(failures - 1, 0), 20)
        wait = self._shifted(min(doubled, self.longest_retry), rng)
        return now + max(wait, min(demanded or timedelta(0), self.longest_demand))

    def _shifted(self, wait: timedelta, rng: Callable[[], float]) -> timedelta:
        return wait * (1 + self.jitter * rng())


def retry_after(header: str, *, now: datetime) -> timedelta | None:
    """Return what ``Retry-After`` demands: seconds or a date (RFC 9110 §10.2.3)."""
    header = header.strip()
    if header.isascii() and header.isdigit():
        return timedelta(seconds=min(int(header[:12]), MOST_SECONDS))
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta(0))


def freshness(cache_control: str) -> timedelta | None:
    """Return how long an answer stays fresh by its ``max-age``."""
    for part in cache_control.lower().split(","):
        name, _, value = part.strip().partition("=")
        value = value.strip('" ')
        if name == "max-age" and value.isascii() and value.isdigit():
            return timedelta(seconds=min(int(value[:12]), MOST_SECONDS))
    return None


def after_quiet_hours(
    moment: datetime, *, hours: Collection[int], days: Collection[int]
) -> datetime:
    """Return the first moment from then on that RSS's skipHours and skipDays allow.

    Both are in GMT; Monday is 0.  Whoever skips everything is not taken at his word.
    """
    for _hour in range(24 * 7):
        if moment.hour not in hours and moment.weekday() not in days:
            return moment
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moment
