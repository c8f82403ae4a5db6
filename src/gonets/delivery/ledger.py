"""The ledger: a durable intent before a letter leaves, its outcome afterwards.

Everything here is synchronous and runs where the books are kept.  One call of
``record`` is one transaction for all connections; when it returns, it is on the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.db.transaction import atomic

from gonets.delivery import shorthand
from gonets.delivery.account import LockedRun, Moves, hold_run, shift
from gonets.delivery.entries import LONGEST_ANSWER, accept_together, intend_together
from gonets.delivery.erasing import erased_among
from gonets.delivery.models import Attempt, Delivery
from gonets.delivery.parts import Group, Part, parts_of
from gonets.delivery.plain_pages import record_plainly
from gonets.delivery.statements import (
    Statement,
    forgettable,
    storing,
    the_database,
)
from gonets.delivery.states import (
    ENDED_RUNS,
    OPEN_DELIVERIES,
    DeliveryStatus,
    RunStatus,
    Stage,
)
from gonets.delivery.tray import RunTray, Tray
from gonets.delivery.types import Acceptance, Intent, Outcome
from gonets.kernel import clock

_WITHHOLD = Statement(
    """
    UPDATE gonets_delivery_delivery SET status = 'withheld', settled_at = %s
    WHERE id = %s AND fence = %s AND status = 'claimed' AND worker_id = %s
        AND EXISTS (SELECT 1 FROM gonets_delivery_stop AS s
            WHERE s.address_key = gonets_delivery_delivery.address_key
                AND s.scope IN ('', %s))
    """
)


class Grant(Enum):
    """What the ledger says to an intent."""

    GIVEN = auto()  # durably recorded: the letter may leave
    DENIED = auto()  # claim or lease are lost, or the address has been stopped
    HALTED = auto()  # the run is not running any more


def record(group: Group, tray: Tray | None = None) -> list[Grant]:
    """Commit the outcomes and the intents; return what each intent is granted.

    Whoever is denied an intent because of a stop has been *withheld*.  ``tray`` knows
    what of the group is in shorthand.
    """
    parts = parts_of(group, tray or Tray())
    if record_plainly(parts, group.worker_id):
        return [Grant.GIVEN] * len(group.intents)
    return _record_carefully(group, parts)


def _record_carefully(group: Group, parts: Sequence[Part]) -> list[Grant]:
    granted: dict[int, set[int] | None] = {}
    with atomic():
        written_out = [_write_out(part) for part in parts]
        for part, some in zip(parts, written_out, strict=True):
            # Whoever erases somebody has everything written out first.
            part.erased = erased_among(part.answered().difference(some or ()))
            granted[part.run_id] = _record_run(group.worker_id, part)
    for part, some in zip(parts, written_out, strict=True):
        if some is None:
            part.tray.all_written_out()
        else:
            part.tray.some_written_out(some)
            part.tray.accepted_written()
        part.settle_tray()
    return [_grant(intent, granted[intent.run_id]) for intent in group.intents]


def write_accepted(tray: Tray) -> None:
    """Write what has been accepted into the deliveries' own rows, between pages."""
    for run_id in tray.with_taken():
        mine = tray.of(run_id)
        if _write_accepted(run_id, mine):
            mine.accepted_written()
        else:
            mine.all_written_out()


def _write_accepted(run_id: int, mine: RunTray) -> bool:
    """Return whether it was in shorthand still; now it is written out in any case."""
    database = the_database()
    if database.vendor == "postgresql" and not database.in_atomic_block:
        written = shorthand.write_accepted_at_once(run_id, mine.row_id, mine.taken)
        if written:
            return True
    with forgettable(), atomic():
        is_open = hold_run(run_id) is not None and shorthand.is_there(mine.row_id)
        if is_open:
            shorthand.write_accepted(mine.row_id, mine.taken)
        else:
            shorthand.write_out(run_id, worker_id=mine.worker_id)
    return is_open


def _grant(intent: Intent, granted: set[int] | None) -> Grant:
    if granted is None:
        return Grant.HALTED
    return Grant.GIVEN if intent.delivery_id in granted else Grant.DENIED


def _write_out(part: Part) -> list[int] | None:
    """Write out of the shorthand what this is about; None: all of the run is.

    What goes back to the others who wait must not stand in front of a handful's end.
    """
    tray = part.tray
    goes_back = any(one.status is DeliveryStatus.PENDING for one in part.outcomes)
    run = hold_run(part.run_id)
    if (
        goes_back
        or run is None
        or run.status is not RunStatus.RUNNING
        or not shorthand.is_there(tray.row_id)
    ):
        shorthand.write_out(part.run_id)
        return None
    letters = part.brief_letters()
    shorthand.write_accepted(tray.row_id, tray.taken)
    shorthand.write_out_some(
        tray.row_id, tray.worker_id, letters=letters.values(), leaving=tray.on_the_way
    )
    return [*letters]


def _record_run(worker_id: int, part: Part) -> set[int] | None:
    """Record what concerns one run; return who may leave, None if it is not running."""
    run = hold_run(part.run_id)
    if run is None:
        return None
    is_running = run.status is RunStatus.RUNNING
    moves: Moves = Moves()
    _settle_all(run, part, moves)
    granted = set()
    intents = part.all_intents()
    if is_running and intents:
        granted = _intend_all(run, worker_id, intents, moves)
    shift(run.run_id, moves)
    return granted if is_running else None


def _intend_all(
    run: LockedRun, worker_id: int, intents: Sequence[Intent], moves: Moves
) -> set[int]:
    marked = intend_together(intents, worker_id=worker_id, run_id=run.run_id)
    if marked.rowcount == len(intents):
        granted = {intent.delivery_id for intent in intents}
    else:
        granted = _granted(intents)
        _withhold_stopped(run, worker_id, intents, moves)
    moves[DeliveryStatus.CLAIMED] -= len(granted)
    moves[DeliveryStatus.INTENT] += len(granted)
    return granted


def _granted(intents: Sequence[Intent]) -> set[int]:
    """Return those whose intent has passed, where not all have."""
    fences = {one.delivery_id: one.fence for one in intents}
    marked = Delivery.objects.filter(pk__in=fences, status=DeliveryStatus.INTENT)
    return {
        pk for pk, fence in marked.values_list("pk", "fence") if fences[pk] == fence
    }


def _withhold_stopped(
    run: LockedRun, worker_id: int, intents: Iterable[Intent], moves: Moves
) -> None:
    now = storing()(clock.now())
    for one in intents:
        values = (now, one.delivery_id, one.fence, worker_id, run.stop_scope)
        withheld = int(_WITHHOLD.execute(values).rowcount)
        moves[DeliveryStatus.CLAIMED] -= withheld
        moves[DeliveryStatus.WITHHELD] += withheld


def _settle_all(run: LockedRun, part: Part, moves: Moves) -> None:
    outcomes: Sequence[Outcome] = part.outcomes
    acceptances = part.all_acceptances()
    if acceptances and (part.erased or not _accept_together(acceptances, moves)):
        now = clock.now()
        outcomes = [*outcomes, *(one.outcome(now) for one in acceptances)]
    for outcome in outcomes:
        _settle(run, outcome, moves, is_erased=outcome.delivery_id in part.erased)


def _accept_together(accepted: Sequence[Acceptance], moves: Moves) -> bool:
    """Settle all acceptances with one statement; False if one has to be looked at."""
    updated = accept_together(accepted).rowcount
    moves[DeliveryStatus.INTENT] -= updated
    moves[DeliveryStatus.ACCEPTED] += updated
    return bool(updated == len(accepted))


def _settle(run: LockedRun, outcome: Outcome, moves: Moves, *, is_erased: bool) -> None:
    """Settle one delivery if it still is where this outcome can be about it.

    A definite answer that comes after a recovery settles its own *uncertain* row.
    """
    may_have_been = _may_have_been(outcome)
    status = outcome.status
    if status in OPEN_DELIVERIES and run.status in ENDED_RUNS:
        return  # An ended run keeps what it knew; nothing of it is opened again.
    if is_erased:
        outcome = _without_words(outcome)
        status = outcome.status
    elif status in OPEN_DELIVERIES and run.is_cancelling:
        status = DeliveryStatus.CANCELLED
    row = Delivery.objects.filter(pk=outcome.delivery_id, fence=outcome.fence)
    for was in may_have_been:
        changes = _changes(outcome, status, was)
        if is_erased:
            changes["bound_values"] = ""
        rows = row.filter(status=was)
        if was is DeliveryStatus.UNCERTAIN:
            rows = rows.filter(run__folding_at=None)  # Its totals have been written.
        if rows.update(**changes):
            moves[was] -= 1
            moves[status] += 1
            _keep_attempt(outcome)
            return


def _without_words(outcome: Outcome) -> Outcome:
    """Return what is kept of it about somebody who has been erased: no quotation.

    There is no address any more to which it could be tried again.
    """
    outcome = outcome._replace(answer="", not_before=None, policy_wait=False)
    if outcome.status in OPEN_DELIVERIES:
        return outcome._replace(status=DeliveryStatus.WITHHELD)
    return outcome


def _may_have_been(outcome: Outcome) -> tuple[DeliveryStatus, ...]:
    if outcome.status is DeliveryStatus.UNCERTAIN:
        return (DeliveryStatus.INTENT,)
    if outcome.stage == Stage.DOT or outcome.status is DeliveryStatus.PENDING:
        return (
            DeliveryStatus.INTENT,
            DeliveryStatus.CLAIMED,
            DeliveryStatus.UNCERTAIN,
        )
    return (DeliveryStatus.CLAIMED, DeliveryStatus.INTENT)


def _changes(
    outcome: Outcome, status: DeliveryStatus, was: DeliveryStatus
) -> dict[str, Any]:
    if status is DeliveryStatus.PENDING:
        return {"status": status, "worker": None}
    changes: dict[str, Any] = {
        "status": status,
        "worker": None,
        "not_before": outcome.not_before,
        "policy_wait": outcome.policy_wait,
        "stage": outcome.stage,
        "code": outcome.code,
        "enhanced_code": outcome.enhanced_code,
        "answer": outcome.answer[:LONGEST_ANSWER],
    }
    if outcome.policy_wait:
        del changes["worker"]  # It has to decide whether the relay minds the address.
    if status is not DeliveryStatus.DEFERRED:
        changes["settled_at"] = outcome.at
    if was is DeliveryStatus.CLAIMED and outcome.code:
        changes |= _first_attempt(outcome)
    return changes


def _first_attempt(outcome: Outcome) -> dict[str, Any]:
    """Count a try that ended before its intent (which counts the others)."""
    return {
        "attempts": F("attempts") + 1,
        "first_attempt_at": Coalesce("first_attempt_at", Value(outcome.at)),
    }


def _keep_attempt(outcome: Outcome) -> None:
    if outcome.stage and outcome.status not in (
        DeliveryStatus.ACCEPTED,
        DeliveryStatus.PENDING,
    ):
        Attempt.objects.create(
            delivery_id=outcome.delivery_id,
            at=outcome.at,
            letter_ref=outcome.letter_ref,
            relay_id=outcome.relay_id,
            outcome=outcome.status,
            stage=outcome.stage,
            code=outcome.code,
            enhanced_code=outcome.enhanced_code,
            answer=outcome.answer[:LONGEST_ANSWER],
        )
