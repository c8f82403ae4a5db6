"""The circuit breaker of a run: do refusals for policy mean the address, or us?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, auto

from gonets.delivery.types import Reply

MOST_EQUAL_REFUSALS = 20
EARLY_ANSWERS = 200
MOST_EARLY_REFUSALS = EARLY_ANSWERS * 5 // 100


class Finding(Enum):
    """What is known about the policy refusals that wait for a decision."""

    UNDECIDED = auto()
    ASK_ALL = auto()  # it may be about us, if other workers hear the same
    ABOUT_ADDRESSES = auto()  # others are accepted: the refusals stand
    ABOUT_US = auto()  # this must not go on, and nobody is consumed


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What all workers have heard from a relay about the letter of a run."""

    waiting: int  # refusals for policy that nobody has decided about
    equal: int  # those of them that say the same as the last one here
    accepted: int


class Breaker:
    """Counts policy refusals: equal ones in a row, and any at the beginning.

    Among the first answers of a run one in twenty is too many, so that none of them
    stands before all of those have come.  A run that has been going on for a while, or
    that a person has continued, is past its beginning.

    Of several workers each hears its part only.  Whoever has heard as much as would be
    too much if all of them heard the same asks what they have heard together.
    """

    workers = 1  # alive, this one included

    def __init__(self, *, has_accepted: bool = False) -> None:
        self.last_reply: Reply | None = None
        self._accepted_any = has_accepted
        self._early = 0 if has_accepted else EARLY_ANSWERS
        self._signature: tuple[int, str] | None = None
        self._equal = 0
        self._waiting = 0
        self._on_the_way = 0
        self._refused_any = False

    def accepted(self) -> Finding:
        """Note an acceptance: who was refused before it was meant personally.

        That of a letter that was on its way already says nothing.  A relay that minds
        us from this moment on still takes what it has said yes to.
        """
        self._accepted_any = True
        if self._early:
            self._early -= 1
        if self._on_the_way:
            self._on_the_way -= 1
            return Finding.UNDECIDED
        self._signature = None
        if self._waiting and not self._early:
            self._waiting = 0
            return Finding.ABOUT_ADDRESSES
        return Finding.UNDECIDED

    def tried(self) -> None:
        """Note that what is accepted next was offered after the last refusal."""
        self._on_the_way = 0

    def refused(self, reply: Reply, *, on_the_way: int = 0) -> Finding:
        """Note a refusal for policy, while so many other letters are on their way."""
        if self._signature is None:
            self._on_the_way = on_the_way
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
        if self._may_be_enough(is_early=is_early):
            return Finding.ASK_ALL
        return Finding.UNDECIDED

    def heard_by_all(self, tally: Tally) -> Finding:
        """Decide about what all workers have heard together."""
        is_early = self._early and tally.accepted + tally.waiting <= EARLY_ANSWERS
        too_many_early = is_early and tally.waiting >= MOST_EARLY_REFUSALS
        # An acceptance here has ended the row that was asked about.
        is_row = self._signature is not None and tally.equal >= MOST_EQUAL_REFUSALS
        if not (too_many_early or is_row):
            return Finding.UNDECIDED
        self._signature, self._waiting = None, 0
        return Finding.ABOUT_US

    def _may_be_enough(self, *, is_early: bool) -> bool:
        if self.workers == 1:
            return False
        is_row = self._equal >= math.ceil(MOST_EQUAL_REFUSALS / self.workers)
        most_early = math.ceil(MOST_EARLY_REFUSALS / self.workers)
        return is_row or (is_early and self._waiting >= most_early)

    @property
    def waiting(self) -> int:
        """How many refusals heard here wait for a decision."""
        return self._waiting

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
