"""The only place that reads the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the current moment, aware, in UTC: for what is stored and shown."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds that never jump: for time-outs, leases and rates."""
    return time.monotonic()


def processor() -> float:
    """Return the seconds that this thread has computed: for the size of portions."""
    return time.thread_time()
