"""The circuit breaker of a run: do refusals for policy mean the address, or us?"""

from __future__ import annotations

from enum import Enum, auto

from gonets.delivery.types import Reply

MOST_EQUAL_REFUSALS = 20
EARLY_ANSWERS = 200
MOST_EARLY_REFUSALS = EARLY_ANSWERS * 5 // 100


class Finding(Enum):
    """What is known about the policy refusals that wait for a decision."""

    UNDECIDED = auto()
    ABOUT_ADDRESSES = auto()  # others are accepted: the refusals stand
    ABOUT_US = auto()  # this must not go on, and nobody is consumed


class Breaker:
    """Counts policy refusals: equal ones in a row, and any at the beginning.

    Among the first answers of a run one in twenty is too many, so that none of them
    stands before all of those have come.  A run that has been going on for a while, or
    that a person has continued, is past its beginning.
    """

    def __init__(self, *, has_accepted: bool = False) -> None:
        self.last_reply: Reply | None = None
        self._accepted_any = has_accepted
        self._early = 0 if has_accepted else EARLY_ANSWERS
        self._signature: tuple[int, str] | None = None
        self._equal = 0
        self._waiting = 0
        self._refused_any = False

    def accepted(self) -> Finding:
        """Note an acceptance: who was refused before it was meant personally."""
        self._accepted_any = True
        self._signature = None
        if self._early:
            self._early -= 1
        if self._waiting and not self._early:
            self._waiting = 0
            return Finding.ABOUT_ADDRESSES
        return Finding.UNDECIDED

    def refused(self, reply: Reply) -> Finding:
        """Note a refusal for policy."""
        signature = (reply.code, reply.enhanced_code)
        self._equal = self._equal + 1 if signature == self._signature else 1
        self._signature = signature
        self._waiting += 1
        self._refused_any = True
        self.last_reply = reply
        is_early, self._early = self._early > 0, max(0, self._early - 1)
        too_many_early = is_early and self._waiting >= MOST_EARLY_REFUSALS
        if self._equal >= MOST_EQUAL_REFUSALS or too_many_early:
            self._signature, self._waiting = None, 0
            return Finding.ABOUT_US
        return Finding.UNDECIDED

    @property
    def has_refused(self) -> bool:
        """Tell whether there has been anything to decide about here."""
        return self._refused_any

    def nobody_left(self) -> Finding:
        """Decide about those who wait when there is nobody else to try."""
        if not self._refused_any:
            return Finding.UNDECIDED
        if self._accepted_any:
            return Finding.ABOUT_ADDRESSES
        return Finding.ABOUT_US
