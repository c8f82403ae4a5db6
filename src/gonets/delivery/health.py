"""How a relay fares: when to rest, and when to stop trying and ask a person."""

from __future__ import annotations

from dataclasses import dataclass, field

from gonets.delivery.errors import AnswerLost, RelayFailure, RelayRejection
from gonets.delivery.shares import Condition
from gonets.delivery.vigil import Vigil


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a relay may be in trouble before its runs are paused."""

    first_rest: float = 0.5
    longest_rest: float = 10
    gives_up_after: float = 30
    lost_answers: int = 3
    """Incidents in a row in which the answer to a letter was lost."""

    away_seconds: float = 60
    """After so long a relay that others stand in for is tried once more."""

    silent_seconds: float = 10
    """A relay that answers nothing for so long gets no more letters than it has."""


@dataclass(slots=True, kw_only=True)
class RelayHealth:
    """Notes troubles and acceptances; while in doubt one letter at a time is tried."""

    patience: Patience = field(default_factory=Patience)
    rests_until: float = 0
    last_failure: RelayFailure | None = None
    is_proven: bool = False
    """A connection has been opened since the last failure: more may be."""

    failing_since: float = 0
    is_silent: bool = False
    """Letters are on their way, and nothing has been answered for a while."""

    vigil: Vigil = field(default_factory=Vigil)
    _heard: tuple[int, float] = (0, 0)  # how many letters were done; when, by the vigil
    _since: float = 0  # by the vigil
    _rest: float = 0
    _lost: int = 0

    @property
    def is_suspect(self) -> bool:
        return self.last_failure is not None

    @property
    def condition(self) -> Condition:
        is_well = not self.is_suspect and not self.is_silent
        return Condition.WELL if is_well else Condition.DOUBTFUL

    def may_be_tried(self, now: float) -> bool:
        """Tell whether a letter may be risked although it is in doubt."""
        return not self.is_silent and now >= self.rests_until

    def look(
        self, now: float, *, finished: int, in_flight: int, is_needed: bool
    ) -> None:
        """Do so several times a second, to notice silence and to see time pass.

        While no letter is to be had for it, a relay cannot show that it is well again:
        such time uses up no patience.
        """
        before = self.vigil.seconds
        awake = self.vigil.look(now)
        if not (in_flight or is_needed) and now >= self.rests_until:
            self._since += awake - before
        if finished != self._heard[0] or not in_flight:
            self._heard = (finished, awake)
        silence = awake - self._heard[1]
        self.is_silent = silence >= self.patience.silent_seconds

    def recovered(self) -> None:
        """A letter was answered: all is well."""
        self.last_failure = None
        self._rest = 0
        self._lost = 0

    def failed(self, failure: RelayFailure, *, now: float) -> bool:
        """Note a failure; return whether to give up and pause.

        Several connections that break together are one incident.  What the worker has
        slept through is no time in which the relay failed.
        """
        awake = self.vigil.look(now)
        if not self.is_suspect:
            self._since, self.failing_since = awake, now
        is_new = now >= self.rests_until
        self.last_failure = failure
        self.is_proven = False
        if isinstance(failure, RelayRejection):
            return True
        if is_new:
            self._rest = min(
                max(self.patience.first_rest, 2 * self._rest),
                self.patience.longest_rest,
            )
            self.rests_until = now + self._rest
            self._lost += isinstance(failure, AnswerLost)
        return (
            self._lost >= self.patience.lost_answers
            or awake - self._since >= self.patience.gives_up_after
        )
