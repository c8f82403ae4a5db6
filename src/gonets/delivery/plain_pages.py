"""Pages on which all is as usual, which nearly all are, recorded in the shortest way.

Of runs that go on, all letters on their way were accepted, and all who are next may
have theirs.  Whatever else may be on a page is seen by the number of rows changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gonets.delivery.account import pass_on
from gonets.delivery.entries import accept_together, intend_together
from gonets.delivery.parts import Part
from gonets.delivery.shorthand import (
    Note,
    ids_text,
    intend,
    noted,
    pass_on_and_intend,
)
from gonets.delivery.statements import BriefTransaction, stored_text, the_database
from gonets.delivery.types import Held, Taken
from gonets.kernel import clock


def record_plainly(parts: Sequence[Part], worker_id: int) -> bool:
    """Record outcomes and intents; False: it is not as usual, nothing was recorded."""
    if any(part.outcomes for part in parts) or the_database().in_atomic_block:
        return False
    now = stored_text(clock.now())
    notes = [_Written.of(part, now) for part in parts]
    with BriefTransaction(is_needed=_takes_several(parts)) as transaction:
        was_usual = all(
            _write(part, note, worker_id)
            for part, note in zip(parts, notes, strict=True)
        )
        if not was_usual:
            transaction.take_back()
    if was_usual:
        for part, note in zip(parts, notes, strict=True):
            note.fill_tray(part)
    return was_usual


def _takes_several(parts: Sequence[Part]) -> bool:
    """Tell whether the page takes more than one statement."""
    if the_database().vendor == "sqlite":
        return True
    return len(parts) > 1 or any(part.acceptances or part.intents for part in parts)


@dataclass(frozen=True, slots=True)
class _Written:
    """What a part changes in the shorthand."""

    now: str
    on_the_way: dict[int, str]
    taken: list[tuple[Held, Taken]]
    taken_text: str

    @classmethod
    def of(cls, part: Part, now: str) -> _Written:
        taken = part.taken(now)
        text = part.tray.taken_text + noted([one for _held, one in taken], at=now)
        return cls(now, part.on_the_way_then(now), taken, text)

    def note(self, part: Part) -> Note:
        return Note(
            part.tray.row_id,
            ids_text(self.on_the_way),
            self.taken_text,
            [held.address_key for held in part.brief_intents],
            part.tray.stop_scope,
            self.now,
        )

    def fill_tray(self, part: Part) -> None:
        part.tray.on_the_way = self.on_the_way
        part.tray.taken += self.taken
        part.tray.taken_text = self.taken_text
        part.settle_tray()


def _write(part: Part, written: _Written, worker_id: int) -> bool:
    """Write a part; False: it is not as usual, and may be written in half."""
    if not _pass_on(part, written):
        return False
    if part.acceptances:
        accepted = accept_together(part.acceptances)
        if accepted.rowcount != len(part.acceptances):
            return False
    if part.intents:
        who = {"worker_id": worker_id, "run_id": part.run_id}
        return bool(intend_together(part.intents, **who).rowcount == len(part.intents))
    return True


def _pass_on(part: Part, written: _Written) -> bool:
    counts = {"intended": part.intended, "accepted": part.accepted}
    if not (part.brief_intents or part.brief_acceptances):
        return pass_on(part.run_id, **counts)
    note = written.note(part)
    if the_database().vendor == "postgresql":
        return pass_on_and_intend(part.run_id, note, **counts)
    return pass_on(part.run_id, **counts) and intend(note)
