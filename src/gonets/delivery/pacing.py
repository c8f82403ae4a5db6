"""How fast letters may leave: a bucket of tokens that fills at the relay's rate."""

from __future__ import annotations


class TokenBucket:
    """Allow ``rate`` letters per second, with bursts of at most ``burst_seconds``."""

    def __init__(
        self, *, rate: float | None, now: float, burst_seconds: float = 0.2
    ) -> None:
        self.rate = rate
        self._capacity = max(1.0, (rate or 0.0) * burst_seconds)
        self._tokens = 1.0
        self._filled_at = now

    def take(self, now: float) -> float:
        """Take a token and return 0, or return the seconds until one is there."""
        if not self.rate:
            return 0.0
        elapsed = max(0.0, now - self._filled_at)
        self._tokens = min(self._capacity, self._tokens + elapsed * self.rate)
        self._filled_at = now
        # A hair less than a whole token will do: floats do not add up exactly.
        if self._tokens >= 1 - 1e-9:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self.rate
