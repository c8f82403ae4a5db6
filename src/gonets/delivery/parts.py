"""What all connections of a worker have to record together, sorted by runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gonets.delivery.entries import LONGEST_ANSWER
from gonets.delivery.tray import RunTray, Tray
from gonets.delivery.types import Acceptance, Held, Intent, Outcome, Taken
from gonets.kernel import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is to be recorded in one transaction."""

    worker_id: int
    acceptances: Sequence[Acceptance] = ()
    outcomes: Sequence[Outcome] = ()
    intents: Sequence[Intent] = ()

    def with_outcomes(self, earlier: Sequence[Outcome]) -> Group:
        """Return a group in which what could not be recorded earlier comes first."""
        return replace(self, outcomes=[*earlier, *self.outcomes]) if earlier else self

    def all_outcomes(self) -> list[Outcome]:
        now = clock.now()
        return [*(one.outcome(now) for one in self.acceptances), *self.outcomes]


@dataclass(slots=True)
class Part:
    """What of it concerns one run; *brief* is what is in shorthand."""

    run_id: int
    tray: RunTray
    outcomes: list[Outcome] = field(default_factory=list)
    acceptances: list[Acceptance] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)
    brief_acceptances: list[tuple[Acceptance, Held]] = field(default_factory=list)
    brief_intents: list[Held] = field(default_factory=list)
    erased: set[int] = field(default_factory=set)  # of whom nothing may be kept

    @property
    def intended(self) -> int:
        return len(self.intents) + len(self.brief_intents)

    @property
    def accepted(self) -> int:
        return len(self.acceptances) + len(self.brief_acceptances)

    def all_acceptances(self) -> list[Acceptance]:
        return [*self.acceptances, *(one for one, _held in self.brief_acceptances)]

    def all_intents(self) -> list[Intent]:
        return [*self.intents, *(held.intent for held in self.brief_intents)]

    def brief_letters(self) -> dict[int, Held]:
        """Return all that it is about, as far as it is in shorthand."""
        told = (self.all_acceptances(), self.all_intents(), self.outcomes)
        ids = {one.delivery_id for some in told for one in some}
        return {one: self.tray.brief[one] for one in ids if one in self.tray.brief}

    def answered(self) -> set[int]:
        """Return about whom an answer is in."""
        told = (self.all_acceptances(), self.outcomes)
        return {one.delivery_id for some in told for one in some}

    def on_the_way_then(self, now: str) -> dict[int, str]:
        """Return what is on its way in shorthand after it, and since when."""
        leaving = self.tray.on_the_way.copy()
        for one, _held in self.brief_acceptances:
            leaving.pop(one.delivery_id, None)
        for held in self.brief_intents:
            leaving[held.intent.delivery_id] = now
        return leaving

    def taken(self, now: str) -> list[tuple[Held, Taken]]:
        """Return its acceptances as they are noted in shorthand."""
        since = self.tray.on_the_way
        return [
            (
                held,
                Taken(
                    one.delivery_id,
                    one.code,
                    one.enhanced_code,
                    one.answer[:LONGEST_ANSWER],
                    since[one.delivery_id],
                    now,
                ),
            )
            for one, held in self.brief_acceptances
        ]

    def settle_tray(self) -> None:
        """Take from the tray what has found its end."""
        self.tray.settled(one.delivery_id for one in self.all_acceptances())
        self.tray.settled(one.delivery_id for one in self.outcomes)


def parts_of(group: Group, tray: Tray) -> list[Part]:
    """Sort a group by its runs, and by what is in shorthand."""
    parts: dict[int, Part] = {}

    def begun(run_id: int) -> Part:
        part = parts[run_id] = Part(run_id, tray.of(run_id))
        return part

    for acceptance in group.acceptances:
        part = parts.get(acceptance.run_id) or begun(acceptance.run_id)
        held = part.tray.leaving(acceptance.delivery_id)
        if held is None or held.intent.fence != acceptance.fence:
            part.acceptances.append(acceptance)
        else:
            part.brief_acceptances.append((acceptance, held))
    for intent in group.intents:
        part = parts.get(intent.run_id) or begun(intent.run_id)
        held = part.tray.brief.get(intent.delivery_id)
        if held is None or held.intent.fence != intent.fence:
            part.intents.append(intent)
        else:
            part.brief_intents.append(held)
    for outcome in group.outcomes:
        part = parts.get(outcome.run_id) or begun(outcome.run_id)
        part.outcomes.append(outcome)
    return [parts[run_id] for run_id in sorted(parts)]
