"""When a deferred delivery is tried again, and when it is given up."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Wait for each of ``waits`` in turn, then for the last one again and again.

    Each wait is made longer or shorter by a random share of up to ``jitter``, so that
    letters deferred together do not come back together.
    """

    waits: tuple[timedelta, ...] = (
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=15),
        timedelta(minutes=30),
        timedelta(hours=1),
    )
    give_up_after: timedelta = timedelta(days=1)
    jitter: float = 0.2

    def next_attempt_at(
        self,
        *,
        attempts: int,
        first_attempt_at: datetime,
        now: datetime,
        rng: Callable[[], float] = random.random,
    ) -> datetime | None:
        """Return when to try again after ``attempts`` tries, or None to give up."""
        if now - first_attempt_at >= self.give_up_after:
            return None
        wait = self.waits[min(attempts, len(self.waits)) - 1]
        retry_at = now + wait * (1 + self.jitter * (2 * rng() - 1))
        # The last try is made when the time is up, however long the wait.
        return min(retry_at, first_attempt_at + self.give_up_after)
