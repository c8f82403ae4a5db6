"""What a worker has in hand, as the process that keeps its books remembers it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gonets.delivery.types import Held, Taken

MANY = 80
"""From so many acceptances on it is time to write them out, when there is time."""

SOME = 30
"""So many are written out together with a claim, which saves a transaction."""


@dataclass(slots=True)
class RunTray:
    """Of one run.  It changes after the transaction that changed the database.

    A letter that is said to be written out is so in the database too; one that is said
    to be in shorthand may have been written out by somebody else.
    """

    worker_id: int = 0
    row_id: int = 0  # of ``OnTheWay``; 0: nothing is in shorthand
    stop_scope: str = ""
    brief: dict[int, Held] = field(default_factory=dict)  # in shorthand
    on_the_way: dict[int, Any] = field(default_factory=dict)  # of these, since when
    written_out: dict[int, Held] = field(default_factory=dict)
    # Accepted, and noted in the row only; the text is what stands there.
    taken: list[tuple[Held, Taken]] = field(default_factory=list)
    taken_text: str = ""

    def find(self, delivery_id: int, fence: int) -> Held | None:
        held = self.brief.get(delivery_id) or self.written_out.get(delivery_id)
        return held if held is not None and held.intent.fence == fence else None

    def leaving(self, delivery_id: int) -> Held | None:
        """Return a letter that is on its way in shorthand."""
        return self.brief[delivery_id] if delivery_id in self.on_the_way else None

    def begin(self, worker_id: int, row_id: int) -> None:
        """All so far has been written out, and the worker begins anew."""
        self.all_written_out()
        self.worker_id, self.row_id = worker_id, row_id

    def all_written_out(self) -> None:
        self.some_written_out([*self.brief])
        self.accepted_written()
        self.row_id = 0

    def accepted_written(self) -> None:
        self.taken, self.taken_text = [], ""

    def some_written_out(self, delivery_ids: Iterable[int]) -> None:
        for one in delivery_ids:
            held = self.brief.pop(one, None)
            if held is not None:
                self.written_out[one] = held
            self.on_the_way.pop(one, None)

    def settled(self, delivery_ids: Iterable[int]) -> None:
        for one in delivery_ids:
            self.on_the_way.pop(one, None)
            if self.brief.pop(one, None) is None:
                self.written_out.pop(one, None)

    def keep_written_out(self, fences: Mapping[int, int]) -> None:
        """Forget those written out that the worker does not hold by these fences."""
        self.written_out = {
            pk: held
            for pk, held in self.written_out.items()
            if fences.get(pk) == held.intent.fence
        }

    @property
    def has_many_taken(self) -> bool:
        return len(self.taken) >= MANY

    def first_needed(self, otherwise: int, *, with_taken: bool) -> int:
        """Return the first delivery of which the handful still says something."""
        taken = self.taken if with_taken else ()
        noted = (held.intent.delivery_id for held, _taken in taken)
        return min((*self.brief, *noted), default=otherwise)


class Tray:
    """Of all runs."""

    def __init__(self) -> None:
        self._runs: defaultdict[int, RunTray] = defaultdict(RunTray)

    def of(self, run_id: int) -> RunTray:
        return self._runs[run_id]

    def doubt(self) -> None:
        """Trust the database alone: nobody knows what of the last words it has taken.

        Whatever comes next finds that nothing stays in shorthand, and writes it out.
        """
        for run in self._runs.values():
            run.row_id = 0

    def has_many_taken(self) -> bool:
        return any(run.has_many_taken for run in self._runs.values())

    def with_taken(self) -> list[int]:
        """Return the runs of which acceptances are still to be written out."""
        return [run_id for run_id, run in self._runs.items() if run.taken]
