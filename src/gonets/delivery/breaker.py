"""The circuit breaker of a run: do refusals for policy mean the address, or us?"""

from __future__ import annotations

from enum import Enum, auto

from gonets.delivery.types import Reply

MOST_EQUAL_REFUSALS = 20


class Finding(Enum):
    """What is known about the policy refusals that wait for a decision."""

    UNDECIDED = auto()
    ABOUT_ADDRESSES = auto()  # others are accepted: the refusals stand
    ABOUT_US = auto()  # the run must be paused, and nobody is consumed


class Breaker:
    """Counts equal policy refusals in a row."""

    def __init__(
        self, *, has_accepted: bool = False, limit: int = MOST_EQUAL_REFUSALS
    ) -> None:
        self._limit = limit
        self._equal = 0
        self._signature: tuple[int, str] | None = None
        self._accepted_any = has_accepted
        self.last_reply: Reply | None = None

    def accepted(self) -> Finding:
        """Note an acceptance: who was refused before it was meant personally."""
        self._accepted_any = True
        waited, self._equal, self._signature = self._equal, 0, None
        return Finding.ABOUT_ADDRESSES if waited else Finding.UNDECIDED

    def refused(self, reply: Reply) -> Finding:
        """Note a refusal for policy."""
        signature = (reply.code, reply.enhanced_code)
        self._equal = self._equal + 1 if signature == self._signature else 1
        self._signature = signature
        self.last_reply = reply
        if self._equal >= self._limit:
            self._equal, self._signature = 0, None
            return Finding.ABOUT_US
        return Finding.UNDECIDED

    def nobody_left(self) -> Finding:
        """Decide about those who wait when there is nobody else to try."""
        if self._accepted_any:
            return Finding.ABOUT_ADDRESSES
        return Finding.ABOUT_US
