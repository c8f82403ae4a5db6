"""How long the real sending will take, as far as that can be told beforehand."""

from __future__ import annotations

from dataclasses import dataclass

from gonets.publishing.rehearsal.states import ForecastLimit

ROUND_TRIPS_STEP_BY_STEP = 4
"""MAIL, RCPT, DATA and the dot, where the relay does not offer PIPELINING."""

LONGEST_REST = 2.0
REST_PER_WORK = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What letters may wait for; None: not limited, or not known."""

    letters_per_second: float | None
    connections: int
    round_trip_seconds: float | None
    pipelining: bool
    making_seconds: float  # of all letters together, here


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """At least so long, because of this."""

    seconds: float
    limit: ForecastLimit


def forecast(letters: int, pace: Pace) -> Forecast:
    """Return the longest of what the letters have to wait for."""
    waits = {ForecastLimit.MAKING: pace.making_seconds}
    if pace.round_trip_seconds is not None:
        trips = 1 if pace.pipelining else ROUND_TRIPS_STEP_BY_STEP
        of_each = trips * pace.round_trip_seconds / max(1, pace.connections)
        waits[ForecastLimit.WAY] = letters * of_each
    if pace.letters_per_second:
        waits[ForecastLimit.RATE] = letters / pace.letters_per_second
    limit = max(waits, key=lambda each: waits[each])
    return Forecast(seconds=waits[limit], limit=limit)


def rest_after(worked_seconds: float, *, is_sending: bool) -> float:
    """Return how long to rest: a run that is under way has the machine first."""
    return min(LONGEST_REST, REST_PER_WORK * worked_seconds) if is_sending else 0.0
