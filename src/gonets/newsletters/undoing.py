"""Which step of an issue's history Undo takes back, and Redo does again; pure.

Everybody takes back their own steps.  Where somebody else built on one, or there is no
own one, it is that person's step that comes first: the caller has to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gonets.newsletters.states import ChangeKind
from gonets.newsletters.types import Change


def step_to_undo(changes: Iterable[Change], *, user_id: int | None) -> Change | None:
    """Return the step of these, the newest first, that this person may take back."""
    newer: list[Change] = []
    for change in changes:
        if not change.is_step:
            continue
        if change.made_by_id == user_id:
            return _last_built_on(change, newer)
        newer.append(change)
    return newer[0] if newer else None


def _last_built_on(step: Change, newer: Sequence[Change]) -> Change:
    """Return the newest step that changed the same places, or the step itself."""
    for place, change in enumerate(newer):
        if change.alteration.places & step.alteration.places:
            return _last_built_on(change, newer[:place])
    return step


def step_to_redo(
    changes: Iterable[Change],
    *,
    user_id: int | None,
    undone: Callable[[int], Change | None],
) -> Change | None:
    """Return the step that this person took back last, if nothing came of it since.

    ``changes`` are the newest first; ``undone`` finds a step by its id if it is so.
    """
    since: set[str] = set()
    for change in changes:
        if change.made_by_id != user_id:
            since |= change.alteration.places
        elif change.kind == ChangeKind.UNDO:
            step = undone(change.of_id or 0)
            if step is not None:
                return None if step.alteration.places & since else step
        elif change.alteration and change.kind != ChangeKind.REDO:
            return None
    return None
