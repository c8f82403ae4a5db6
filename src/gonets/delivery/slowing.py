"""Slowing down when a relay or a provider asks for it, and speeding up again."""

from __future__ import annotations

from dataclasses import dataclass, field

_HALF = 0.5


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

    While most letters are taken, half of what is taken per second is slow enough for
    whoever counts letters by the second.  Complaints that come all the same, say with
    every seventh letter, are not about the pace: it falls no further, and is raised for
    as long as the share of those complained about stays what it is.
    """

    caution: Caution = field(default_factory=Caution)
    pace: float | None = None
    _usual: float = 0  # the pace at the first complaint
    _too_fast: float | None = None  # the pace that was complained about last
    _changed_at: float = 0
    _slow_enough: float = 0
    _tolerated: float = _HALF  # the share of complaints with which that holds
    _gone: int = 0  # letters at this pace
    _complaints: int = 0  # about them

    def went(self, letters: int = 1) -> None:
        self._gone += letters

    def complained(self, *, rate: float, now: float) -> bool:
        """Slow down; return whether that changed the pace.

        ``rate`` is how fast it went.  What has been heard before changes nothing.
        """
        self._complaints += 1
        if self.pace is None:
            self._usual = max(rate, self.caution.slowest)
            self.pace, self._slow_enough, self._tolerated = self._usual, 0, _HALF
        elif now - self._changed_at < self.caution.deaf_seconds:
            return False
        else:
            self._see_what_is_taken(now - self._changed_at)
        slower = max(self.pace / 2, self.caution.slowest, self._slow_enough)
        if slower >= self.pace:
            return False
        self._too_fast = self.pace
        self._set(slower, now)
        return True

    def _see_what_is_taken(self, seconds: float) -> None:
        taken, earlier = self._gone - self._complaints, self._complaints - 1
        if earlier > self._gone * self._tolerated:
            self._slow_enough, self._tolerated = 0, _HALF
        else:
            self._slow_enough = max(self._slow_enough, taken / seconds / 2)

    def note_quiet(self, *, now: float) -> bool:
        """Speed up as far as it has been quiet; return whether the pace changed."""
        before = self.pace
        while (
            self.pace is not None
            and now - self._changed_at >= self.caution.quiet_seconds
        ):
            self._raise(self.pace, self._changed_at + self.caution.quiet_seconds)
        return self.pace != before

    def _raise(self, pace: float, now: float) -> None:
        if self._complaints and not self._is_of_no_use(pace):
            return self._set(pace, now)
        if self._complaints:
            self._tolerated = min(_HALF, 1.5 * self._complaints / self._gone)
            self._slow_enough, self._usual = 2 * pace, max(self._usual, 4 * pace)
            self._too_fast = None
        if self._too_fast is not None and pace >= self._too_fast:
            self._too_fast = None
        raised = 2 * pace
        if self._too_fast is not None and raised >= self._too_fast:
            raised = min(pace + self._too_fast / 8, self._too_fast)
        return self._set(raised if raised < self._usual else None, now)

    def _is_of_no_use(self, pace: float) -> bool:
        """Tell whether it is this pace that holds back letters most of which pass."""
        is_kept_to = self._gone >= pace * self.caution.quiet_seconds / 2
        return is_kept_to and self._complaints <= self._gone * _HALF

    def _set(self, pace: float | None, now: float) -> None:
        self.pace, self._changed_at = pace, now
        self._gone = self._complaints = 0
