"""The ten counters of a run, moved in the transactions that move its deliveries.

Whoever moves deliveries of a run locks the run first: on PostgreSQL this puts intents,
pauses and stops into one order (SQLite has one writer at a time anyway).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

from gonets.delivery.models import Run
from gonets.delivery.shorthand import write_out
from gonets.delivery.signals import run_ended, run_paused
from gonets.delivery.statements import Statement, the_database
from gonets.delivery.states import DeliveryStatus, RunStatus
from gonets.kernel import clock

Moves = Counter[DeliveryStatus]
"""By how much each counter changes; the changes add up to zero."""

_STATUSES = tuple(DeliveryStatus)  # in the order of the counters below
_SHIFT = Statement(
    """
    UPDATE gonets_delivery_run SET
        pending = pending + %s, claimed = claimed + %s, intent = intent + %s,
        deferred = deferred + %s, accepted = accepted + %s, refused = refused + %s,
        expired = expired + %s, uncertain = uncertain + %s, withheld = withheld + %s,
        cancelled = cancelled + %s
    WHERE id = %s
    RETURNING status, pending, claimed, intent, deferred, cancelled
    """
)
_PASS_ON = Statement(
    """
    UPDATE gonets_delivery_run SET
        claimed = claimed - %s, intent = intent + %s, accepted = accepted + %s
    WHERE id = %s AND status = 'running'
    RETURNING pending + claimed + intent + deferred
    """
)
_LOOK = """
    SELECT status, cancelling, stop_scope, letter_ref, deferred, pending
    FROM gonets_delivery_run WHERE id = %s
"""
_LOCKS = {
    "sqlite": Statement(_LOOK),  # It has one writer at a time.
    "postgresql": Statement(f"{_LOOK} FOR UPDATE"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedRun:
    """What may be done with the deliveries of a run until the transaction ends."""

    run_id: int
    status: RunStatus
    is_cancelling: bool
    stop_scope: str
    letter_ref: str
    deferred: int
    pending: int


def lock_run(run_id: int) -> LockedRun | None:
    """Hold the run until the transaction ends; None if there is no such run.

    What workers have in shorthand is in the deliveries' own rows then.
    """
    run = hold_run(run_id)
    if run is not None:
        write_out(run_id)
    return run


def hold_run(run_id: int) -> LockedRun | None:
    """Do as ``lock_run``, but leave in shorthand what is in shorthand."""
    look = _LOCKS[the_database().vendor]
    return _locked_run(run_id, look.execute((run_id,)).fetchone())


def look_at_run(run_id: int) -> LockedRun | None:
    """Do as ``hold_run`` without holding it: all this may be otherwise at once."""
    return _locked_run(run_id, _LOCKS["sqlite"].execute((run_id,)).fetchone())


def _locked_run(run_id: int, row: Any) -> LockedRun | None:
    if row is None:
        return None
    return LockedRun(
        run_id=run_id,
        status=RunStatus(row[0]),
        is_cancelling=bool(row[1]),
        stop_scope=row[2],
        letter_ref=row[3],
        deferred=row[4],
        pending=row[5],
    )


def shift(run_id: int, moves: Mapping[DeliveryStatus, int]) -> None:
    """Move the counters, and the run itself where its last open delivery is gone."""
    values = (*(moves.get(one, 0) for one in _STATUSES), run_id)
    row = _SHIFT.execute(values).fetchone()
    if row is not None:
        _conclude(run_id, RunStatus(row[0]), *row[1:])


def pass_on(run_id: int, *, intended: int, accepted: int) -> bool:
    """Count a page of a run that goes as usual, which locks the run as well.

    False: it is not running, or nobody is left, which is not as usual.
    """
    values = (intended, intended - accepted, accepted, run_id)
    still_open = _PASS_ON.execute(values).fetchone()
    return still_open is not None and bool(still_open[0])


def _conclude(  # noqa: PLR0913 - one row of the database
    run_id: int,
    status: RunStatus,
    pending: int,
    claimed: int,
    intent: int,
    deferred: int,
    cancelled: int,
) -> None:
    if status not in (RunStatus.RUNNING, RunStatus.PAUSING, RunStatus.PAUSED):
        return
    if not (pending or claimed or intent or deferred):
        end_run(run_id, RunStatus.CANCELLED if cancelled else RunStatus.FINISHED)
    elif status is RunStatus.PAUSING and not intent:
        Run.objects.filter(pk=run_id).update(status=RunStatus.PAUSED, rate=0)
        tell(run_paused, run_id)


def end_run(run_id: int, status: RunStatus) -> None:
    write_out(run_id)  # What other workers had accepted last may only be noted.
    Run.objects.filter(pk=run_id).update(
        status=status, ended_at=clock.now(), rate=0, cancelling=False, pause_cause=""
    )
    tell(run_ended, run_id)


def tell(signal: Signal, run_id: int) -> None:
    """Report a fact once it is committed; a receiver's failure is only logged."""
    report = partial(signal.send, sender=Run, run_id=run_id)
    transaction.on_commit(report, robust=True)
