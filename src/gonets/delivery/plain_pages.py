"""Pages on which all is as usual, which nearly all are, recorded in the shortest way.

Of runs that go on, all letters on their way were accepted, and all who are next may
have theirs.  Whatever else may be on a page is seen by the number of rows changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gonets.delivery.account import pass_on
from gonets.delivery.entries import accept_together, intend_together
from gonets.delivery.parts import Part
from gonets.delivery.shorthand import intend, noted
from gonets.delivery.statements import BriefTransaction, stored_text, the_database
from gonets.delivery.types import Held, Taken
from gonets.kernel import clock


def record_plainly(parts: Sequence[Part], worker_id: int) -> bool:
    """Record outcomes and intents; False: it is not as usual, nothing was recorded."""
    if any(part.outcomes for part in parts) or the_database().in_atomic_block:
        return False
    now = stored_text(clock.now())
    notes = [_Note.of(part, now) for part in parts]
    with BriefTransaction() as transaction:
        written = [
            _write(part, note, worker_id)
            for part, note in zip(parts, notes, strict=True)
        ]
        transaction.sync()
        was_usual = all(map(_was_usual, written))
        if not was_usual:
            transaction.take_back()
    if was_usual:
        for part, note in zip(parts, notes, strict=True):
            note.fill_tray(part)
    return was_usual


@dataclass(frozen=True, slots=True)
class _Note:
    """What a part changes in the shorthand."""

    now: str
    on_the_way: dict[int, str]
    taken: list[tuple[Held, Taken]]
    taken_text: str

    @classmethod
    def of(cls, part: Part, now: str) -> _Note:
        taken = part.taken(now)
        text = part.tray.taken_text + noted([one for _held, one in taken], at=now)
        return cls(now, part.on_the_way_then(now), taken, text)

    def write(self, part: Part) -> Any:
        return intend(
            part.tray.row_id,
            on_the_way=self.on_the_way,
            accepted=self.taken_text,
            address_keys=[held.address_key for held in part.brief_intents],
            stop_scope=part.tray.stop_scope,
            now=self.now,
        )

    def fill_tray(self, part: Part) -> None:
        part.tray.on_the_way = self.on_the_way
        part.tray.taken += self.taken
        part.tray.taken_text = self.taken_text
        part.settle_tray()


def _write(
    part: Part, note: _Note, worker_id: int
) -> tuple[Any, list[tuple[Any, int]]]:
    """Write a part; return how many are open then, and how many rows should change."""
    intended, accepted = part.intended, part.accepted
    still_open = pass_on(part.run_id, intended=intended, accepted=accepted)
    changed = []
    if part.brief_intents or part.brief_acceptances:
        changed.append((note.write(part), 1))
    if part.acceptances:
        changed.append((accept_together(part.acceptances), len(part.acceptances)))
    if part.intents:
        who = {"worker_id": worker_id, "run_id": part.run_id}
        changed.append((intend_together(part.intents, **who), len(part.intents)))
    return still_open, changed


def _was_usual(written: tuple[Any, list[tuple[Any, int]]]) -> bool:
    still_open, changed = written
    row = still_open.fetchone()
    if row is None or not row[0]:
        return False
    return all(cursor.rowcount == count for cursor, count in changed)
