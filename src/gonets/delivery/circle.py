"""The relays that share one run: who carries it, who has left it, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gonets.delivery.shares import (
    Condition,
    Share,
    allowance,
    carriers,
    portion_of,
)
from gonets.delivery.states import PauseCause

FOR_GOOD = math.inf
NEVER = -math.inf
OWN_SECONDS = 1.0
"""So long after a letter was accepted here it may be counted as accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Why a relay does not carry a run any more, and when it may be tried again."""

    cause: PauseCause
    answer: str
    until: float = FOR_GOOD
    at: float = NEVER


class Circle:
    """What the relays of a run have taken of it, and which of them have left.

    A run that names its relay has a circle of one.  ``is_halted`` says that the run is
    being paused: nobody takes it up; ``is_over``, that it has been.
    """

    def __init__(self, *, condition_of: Callable[[int], Condition]) -> None:
        self.pending = 0
        self.is_halted = False
        self.is_over = False
        self.is_begun = False  # what an earlier worker left has been seen to
        self._condition_of = condition_of
        self._weights: Mapping[int, int] = {}
        self._departures: dict[int, Departure] = {}
        self._taken: dict[int, int] = {}
        self._carrying: list[tuple[int, int]] = []
        self._is_alone = True
        self._accepted: int | None = None
        self._moved_at = NEVER  # when more had been accepted, by any worker

    def sync(self, weights: Mapping[int, int], *, pending: int) -> None:
        """Note who shares the run, by weight, and how much of it is left."""
        self._weights = weights
        self.pending = pending
        for gone in set(self._departures) - set(weights):
            del self._departures[gone]

    def note_progress(self, accepted: int, *, is_alone: bool, now: float) -> None:
        """Note how many have been accepted by all workers, and if there are others."""
        if self._accepted is not None and accepted > self._accepted:
            self._moved_at = now
        self._accepted, self._is_alone = accepted, is_alone

    def goes_on_elsewhere(self, *, since: float) -> bool:
        """Tell whether other workers carry on with what fails here since then."""
        return not self._is_alone and self._moved_at > since + OWN_SECONDS

    @property
    def members(self) -> list[int]:
        return list(self._weights)

    @property
    def is_shared(self) -> bool:
        return len(self._weights) > 1

    def take(self, relay_id: int, count: int) -> None:
        """Note how many letters a relay has claimed; fewer than none: given back."""
        self._taken[relay_id] = self._taken.get(relay_id, 0) + count
        self.pending = max(0, self.pending - count)

    def allowance(self, relay_id: int, *, limit: int, now: float) -> int:
        """Return how many letters this relay may claim now."""
        if relay_id not in self._weights:
            return 0
        if not self.is_shared:
            return limit
        shares = self.shares(now)
        carrying = [(one.relay_id, one.weight) for one in carriers(shares)]
        if carrying != self._carrying:
            # Who was away has nothing to catch up on.
            self._carrying, self._taken = carrying, {}
            shares = self.shares(now)
        portion = portion_of(self.pending, most=limit)
        return allowance(relay_id, shares, portion=portion, limit=limit)

    def has_other_well(self, relay_id: int, now: float) -> bool:
        """Tell whether another relay can carry on with the run."""
        return any(
            share.condition is Condition.WELL
            for share in self.shares(now)
            if share.relay_id != relay_id
        )

    def leave(self, relay_id: int, departure: Departure) -> None:
        self._departures[relay_id] = departure

    def left_at(self, relay_id: int) -> float:
        departure = self._departures.get(relay_id)
        return NEVER if departure is None else departure.at

    def come_back(self, relay_id: int) -> None:
        """It is set up otherwise now: what was against it counts no more."""
        self._departures.pop(relay_id, None)

    def has_left(self, relay_id: int) -> bool:
        """Tell whether it has ever been given up here."""
        return relay_id in self._departures

    def is_away(self, relay_id: int, now: float) -> bool:
        departure = self._departures.get(relay_id)
        return departure is not None and now < departure.until

    def has_others(self, relay_id: int, now: float) -> bool:
        """Tell whether another relay has not left the run."""
        return any(
            not self.is_away(one, now) for one in self._weights if one != relay_id
        )

    @property
    def is_given_up(self) -> bool:
        """Tell whether nobody will come back to it before a person acts."""
        left = self._departures
        return all(one in left and left[one].until == FOR_GOOD for one in self._weights)

    def is_stranded(self, now: float) -> bool:
        """Tell whether nobody is left to carry the run."""
        return all(self.is_away(relay_id, now) for relay_id in self._weights)

    def reason(self, names: Mapping[int, str]) -> tuple[PauseCause, str]:
        """Say why nobody is left, and what the relays answered."""
        left = {
            one: self._departures[one] for one in self._weights if self.has_left(one)
        }
        causes = {departure.cause for departure in left.values()}
        cause = causes.pop() if len(causes) == 1 else PauseCause.ALL_UNWELL
        if len(left) == 1:
            return cause, next(iter(left.values())).answer
        answers = (
            f"{names.get(one, one)}: {gone.answer}" for one, gone in left.items()
        )
        return cause, "; ".join(answers)

    def shares(self, now: float) -> list[Share]:
        return [
            Share(
                relay_id=relay_id,
                weight=weight,
                condition=Condition.OUT
                if self.is_away(relay_id, now)
                else self._condition_of(relay_id),
                taken=self._taken.get(relay_id, 0),
            )
            for relay_id, weight in self._weights.items()
        ]
