"""The clone fence: a database that was copied or restored never sends by itself.

Two databases with the same open runs would write to the same people twice.  So every
worker, before it sends and with every heartbeat, makes sure that this database is the
one that was sending.  If it is not, the fence goes up, nothing of it is sent, and a
person has to lift it (``lifting``).  docs/decisions/0008-clone-fence.md weighs what a
copy can be told by.
"""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import transaction

from gonets.delivery.models import CloneFence
from gonets.delivery.places import Place, this_place
from gonets.delivery.states import FenceCause
from gonets.delivery.witness import Sighting, last_sighting, note_sighting
from gonets.kernel import clock
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)

ONLY = 1
"""The primary key of the one row."""

_TABLE = "SELECT count(*) FROM sqlite_master WHERE name = 'gonets_delivery_clonefence'"
_MARK = """
    INSERT INTO gonets_delivery_clonefence
        (id, token, generation, place, machine, raised_at, cause)
    VALUES (1, ?, 0, '', '', ?, 'backup')
    ON CONFLICT (id) DO UPDATE SET raised_at = excluded.raised_at,
        cause = excluded.cause, lifted_at = NULL, lifted_by_id = NULL
"""


def keep_fence() -> bool:
    """Make sure that this database is the one that was sending; raise the fence if not.

    Return whether the fence is down.  Every call counts the database on, and lets its
    witness know, so that an earlier state of it can be told.
    """
    here = this_place()
    if here is None:
        return not is_fenced()
    with transaction.atomic():
        fence = _only_one(here)
        if fence.raised_at is not None:
            return False
        cause = objection(fence, here=here, seen=last_sighting(fence.token))
        if cause is None:
            _go_on(fence, here)
        else:
            _raise(fence, cause)
    if cause is None:
        note_sighting(
            fence.token, Sighting(generation=fence.generation, path=here.path)
        )
    return cause is None


def is_fenced() -> bool:
    """Tell whether the fence is up, without looking whether it has to be."""
    return CloneFence.objects.exclude(raised_at=None).exists()


def database_token() -> str:
    """Return what this database calls itself; nothing where it has no place."""
    fence = CloneFence.objects.filter(pk=ONLY).first()
    return fence.token if fence else ""


def objection(
    fence: CloneFence, *, here: Place, seen: Sighting | None
) -> FenceCause | None:
    """Say why this cannot be the database that was sending; None if it is.

    A file that lies elsewhere on the disk than before is the same one if it is called
    the same and is exactly as far as its witness has seen it: then what was sent is in
    it.  Disks are renumbered, and volumes exchanged, without anybody copying a desk.
    """
    if seen is not None and seen.generation > fence.generation:
        return FenceCause.OLDER
    if here.is_the_same_as(fence.place, fence.machine):
        return None
    if seen is not None and here.path and _is_as_seen(fence, here, seen):
        return None
    return FenceCause.COPIED


def bind(fence: CloneFence, here: Place) -> None:
    """Let the database be the one that sends, from here on."""
    fence.token = secrets.token_hex(16)
    fence.generation = 0
    fence.place, fence.machine = here.key, here.machine


def mark_as_copy(file: Path) -> None:
    """Raise the fence in a copy of the SQLite database, for whoever restores it."""
    with closing(sqlite3.connect(file)) as copy, copy:
        if copy.execute(_TABLE).fetchone()[0]:
            moment = clock.now().replace(tzinfo=None).isoformat(" ")
            copy.execute(_MARK, (secrets.token_hex(16), moment))


def _only_one(here: Place) -> CloneFence:
    """Return the row, locked; made where there is none, as at the first start."""
    fresh = CloneFence(pk=ONLY)
    bind(fresh, here)
    CloneFence.objects.bulk_create([fresh], ignore_conflicts=True)
    return CloneFence.objects.select_for_update().get(pk=ONLY)


def _is_as_seen(fence: CloneFence, here: Place, seen: Sighting) -> bool:
    return seen.generation == fence.generation and seen.path == here.path


def _go_on(fence: CloneFence, here: Place) -> None:
    fence.generation += 1
    fence.place, fence.machine = here.key, here.machine
    fence.save(update_fields=["generation", "place", "machine"])


def _raise(fence: CloneFence, cause: FenceCause) -> None:
    fence.raised_at, fence.cause = clock.now(), cause
    fence.lifted_at = fence.lifted_by = None
    fence.save(update_fields=["raised_at", "cause", "lifted_at", "lifted_by"])
    logger.error(
        "This database was copied or restored. Nothing of it is sent until an"
        " administrator confirms that the other copy sends no more.",
        cause=cause,
    )
