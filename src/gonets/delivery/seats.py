"""How many connections a relay takes at once: learned when it turns one away."""

from __future__ import annotations

from typing import Protocol

FIRST_REST = 1.0
LONGEST_REST = 60.0


class Standing(Protocol):
    """A connection as far as it matters here."""

    @property
    def is_over(self) -> bool: ...


class Seats:
    """Keeps to what a relay takes, and now and then tries whether it takes one more.

    A relay is full, and not unwell, if it turns one away while others stand.
    """

    def __init__(self) -> None:
        self.most: int | None = None  # None: it has turned nobody away
        self.tries_again_at = 0.0
        self._rest = 0.0
        self._standing: list[Standing] = []

    @property
    def taken(self) -> int:
        """How many connections stand."""
        self._standing = [one for one in self._standing if not one.is_over]
        return len(self._standing)

    def may_enter(self, now: float) -> bool:
        return self.most is None or now >= self.tries_again_at or self.taken < self.most

    def entered(self, connection: Standing) -> None:
        self._standing.append(connection)
        taken = self.taken  # Those that are over are forgotten.
        if self.most is not None:
            self.most = max(self.most, taken)

    def turned_away(self, *, now: float) -> bool:
        """Note that one was not let in; return whether that is fewer than before."""
        taken = max(1, self.taken)
        is_fewer = self.most is None or taken < self.most
        # What was known already is asked for less and less often.
        self._rest = FIRST_REST if is_fewer else min(2 * self._rest, LONGEST_REST)
        self.most, self.tries_again_at = taken, now + self._rest
        return is_fewer
