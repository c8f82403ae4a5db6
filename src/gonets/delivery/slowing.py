"""Slowing down when a relay or a provider asks for it, and speeding up again."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """How strongly a complaint slows down, and how soon that is over."""

    deaf_seconds: float = 1.0
    """Complaints so soon after one are about letters that had left before."""

    quiet_seconds: float = 20.0
    """So long without a complaint, and the pace is raised."""

    slowest: float = 0.1


@dataclass(slots=True, kw_only=True)
class Slowing:
    """Halves the pace with every complaint and raises it after every quiet while.

    Raising doubles, but goes in eighths below the pace that was complained about last;
    that one passed without a complaint, it is forgotten.  ``pace`` is None while there
    is nothing to be slowed.
    """

    caution: Caution = field(default_factory=Caution)
    pace: float | None = None
    _usual: float = 0  # the pace at the first complaint
    _too_fast: float | None = None  # the pace that was complained about last
    _changed_at: float = 0

    def complained(self, *, rate: float, now: float) -> bool:
        """Slow down; ``rate`` is how fast it went. False: it has been heard before."""
        if self.pace is None:
            self._usual = max(rate, self.caution.slowest)
            self.pace = self._usual
        elif now - self._changed_at < self.caution.deaf_seconds:
            return False
        self._too_fast = self.pace
        self.pace = max(self.pace / 2, self.caution.slowest)
        self._changed_at = now
        return True

    def note_quiet(self, *, now: float) -> bool:
        """Speed up as far as it has been quiet; return whether the pace changed."""
        before = self.pace
        while (
            self.pace is not None
            and now - self._changed_at >= self.caution.quiet_seconds
        ):
            self._changed_at += self.caution.quiet_seconds
            self._raise(self.pace)
        return self.pace != before

    def _raise(self, pace: float) -> None:
        if self._too_fast is not None and pace >= self._too_fast:
            self._too_fast = None
        raised = 2 * pace
        if self._too_fast is not None and raised >= self._too_fast:
            raised = min(pace + self._too_fast / 8, self._too_fast)
        self.pace = raised if raised < self._usual else None
