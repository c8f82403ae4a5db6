"""How fast letters may leave: a bucket of tokens that fills at a rate."""

from __future__ import annotations

# A hair less than a whole token will do: floats do not add up exactly.
_WHOLE = 1 - 1e-9


class TokenBucket:
    """Allow ``rate`` letters per second, with bursts of at most ``burst_seconds``."""

    def __init__(
        self, *, rate: float | None, now: float, burst_seconds: float = 0.2
    ) -> None:
        self.rate = rate
        self._burst_seconds = burst_seconds
        self._tokens = 1.0
        self._filled_at = now

    def take(self, now: float) -> float:
        """Take a token and return 0, or return the seconds until one is there."""
        if not self.rate:
            return 0.0
        wait = self.wait(now)
        if not wait:
            self._tokens -= 1
        return wait

    def wait(self, now: float) -> float:
        """Return the seconds until a token is there; 0: there is one."""
        if not self.rate:
            return 0.0
        elapsed = max(0.0, now - self._filled_at)
        capacity = max(1.0, self.rate * self._burst_seconds)
        self._tokens = min(capacity, self._tokens + elapsed * self.rate)
        self._filled_at = now
        if self._tokens >= _WHOLE:
            return 0.0
        return (1 - self._tokens) / self.rate
