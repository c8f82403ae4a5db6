"""How fast a relay gets letters: its limit, and what it or a provider asked for."""

from __future__ import annotations

from gonets.delivery.budgets import Gate
from gonets.delivery.pacing import TokenBucket
from gonets.delivery.rates import RateMeter
from gonets.delivery.slowing import Caution, Slowing

_THIS = 0
FEWEST_LETTERS = 20
UNKNOWN_RATE = 100.0
"""Where to begin when a complaint comes before anything could be measured."""


class Tempo:
    """Slows down the whole relay, or one provider's letters over it."""

    def __init__(
        self, *, rate: float | None, gate: Gate, caution: Caution, now: float
    ) -> None:
        self.bucket = TokenBucket(rate=rate, now=now)
        self._limit = rate
        self._gate = gate
        self._slowing = Slowing(caution=caution)
        self._meter = RateMeter()
        self._finished = 0

    def limit(self, rate: float | None) -> None:
        """Keep to another rate from now on."""
        self._limit = rate
        self._set()

    def look(self, finished: int, *, now: float) -> None:
        """Note how many letters have found their end; speed up where it is quiet."""
        self._meter.note({_THIS: finished}, now=now)
        self._slowing.went(finished - self._finished)
        self._finished = finished
        self._slowing.note_quiet(now=now)
        self._gate.note_quiet(now=now)
        self._set()

    def slow_relay(self, *, now: float) -> float | None:
        """Slow everything down; return the new pace, None if that is old news."""
        if not self._slowing.complained(rate=self._rate(), now=now):
            return None
        self._set()
        return self._slowing.pace

    def slow_provider(self, provider: str, *, now: float) -> float | None:
        """Slow down what goes to one provider over this relay."""
        return self._gate.complained(provider, rate=self._rate(), now=now)

    def letters_in(self, seconds: float) -> int:
        """Return how many letters leave in so many seconds, going by the last ones."""
        return max(FEWEST_LETTERS, round(self._rate() * seconds))

    def paces(self) -> dict[str, float]:
        """Return what is slowed down, by provider; ``""`` is the relay itself."""
        whole = {} if self._slowing.pace is None else {"": self._slowing.pace}
        return {
            one: round(pace, 2) for one, pace in (whole | self._gate.paces()).items()
        }

    def _rate(self) -> float:
        return self._meter.rates().get(_THIS) or self._limit or UNKNOWN_RATE

    def _set(self) -> None:
        paces = [pace for pace in (self._limit, self._slowing.pace) if pace]
        self.bucket.rate = min(paces, default=None)
