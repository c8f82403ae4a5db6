"""What a row of the table is, and the rounds it is measured in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.results import Result, shown

Samples = Mapping[str, Sequence[float]]
"""What each side reached, one value a round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much to measure.  ``is_quick``: only whether it works, no figure counts."""

    rounds: int | None  # None: as many as the row itself finds right
    is_quick: bool
    say: Callable[[str], None]

    def size(self, full: int, *, quick: int) -> int:
        return quick if self.is_quick else full

    def rounds_of(self, wanted: int) -> int:
        if self.rounds is not None:
            return self.rounds
        return 1 if self.is_quick else wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """``measure`` yields what it knows after every round; later values replace.

    ``needs`` say what is missing for this row on this machine, or nothing.
    """

    name: str
    place: int  # in the table
    title: str
    measure: Callable[[Plan], Iterator[Sequence[Result]]]
    needs: Sequence[Callable[[], str]] = ()
    is_extra: bool = False  # measured only when it is asked for by name

    @property
    def missing(self) -> str:
        return "; ".join(filter(None, (need() for need in self.needs)))


@dataclass(slots=True)
class Rounds:
    """Rounds in which all sides take turns, each time from the other end.

    Those of ``seldom`` take part in every other round, the first one included.
    """

    plan: Plan
    sides: Mapping[str, Callable[[], float]]
    unit: str = "letters/s"
    seldom: Collection[str] = ()
    samples: dict[str, list[float]] = field(default_factory=dict)

    def run(self, count: int) -> Iterator[Samples]:
        """Yield all samples so far after every round."""
        self.samples = {name: [] for name in self.sides}
        for number in range(count):
            for name in self._order(number):
                value = self.sides[name]()
                self.samples[name].append(value)
                what = f"round {number + 1} of {count}, {name}"
                self.plan.say(f"{what}: {shown(value)} {self.unit}")
            yield self.samples

    def _order(self, number: int) -> Sequence[str]:
        if number % 2 == 0:
            return list(self.sides)
        return [name for name in reversed(self.sides) if name not in self.seldom]
