"""How fast runs have been going of late."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

WINDOW_SECONDS = 5.0


class RateMeter:
    """Remembers a few seconds of counts and tells letters per second from them."""

    def __init__(self) -> None:
        self._counts: dict[int, deque[tuple[float, int]]] = {}

    def note(self, settled: Mapping[int, int], *, now: float) -> None:
        """Note how many are settled in each running run; forget the others."""
        for run_id in set(self._counts) - set(settled):
            del self._counts[run_id]
        for run_id, count in settled.items():
            counts = self._counts.setdefault(run_id, deque())
            counts.append((now, count))
            while now - counts[0][0] > WINDOW_SECONDS:
                counts.popleft()

    def rates(self) -> dict[int, float]:
        """Return letters per second of each run that has been watched long enough."""
        found = {}
        for run_id, counts in self._counts.items():
            (since, before), (until, after) = counts[0], counts[-1]
            if until - since >= 0.5:
                found[run_id] = round((after - before) / (until - since), 2)
        return found
