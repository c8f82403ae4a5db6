"""How long a worker has been awake: it may be stopped, frozen, or suspended."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_GAP = 1.0
"""Whoever is awake looks several times a second; what is beyond this was sleep.

A machine so busy that looks come later than that gives its relays more time.
"""


@dataclass(slots=True, kw_only=True)
class Vigil:
    """Counts the seconds from look to look, but no more of a gap than the longest."""

    seconds: float = 0
    _looked_at: float | None = None

    def look(self, now: float) -> float:
        """Return how long the worker has been awake since the first look."""
        gap = 0.0 if self._looked_at is None else now - self._looked_at
        self.seconds += min(max(0.0, gap), LONGEST_GAP)
        self._looked_at = now
        return self.seconds
