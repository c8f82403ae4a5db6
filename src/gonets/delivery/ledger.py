"""The ledger: a durable intent before a letter leaves, its outcome afterwards.

Everything here is synchronous and runs where the books are kept.  One call of
``record`` is one transaction for all connections; when it returns, it is on the disk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.db.transaction import atomic

from gonets.delivery.account import (
    LockedRun,
    Moves,
    lock_run,
    locked_run,
    look_and_lock,
    shift,
    shift_counters,
)
from gonets.delivery.entries import LONGEST_ANSWER, accept_together, intend_together
from gonets.delivery.models import Attempt, Delivery
from gonets.delivery.statements import (
    BriefTransaction,
    Statement,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What all connections of a worker have to record together."""

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


class Grant(Enum):
    """What the ledger says to an intent."""

    GIVEN = auto()  # durably recorded: the letter may leave
    DENIED = auto()  # claim or lease are lost, or the address has been stopped
    HALTED = auto()  # the run is not running any more


@dataclass(slots=True)
class _Part:
    """What of a group concerns one run."""

    acceptances: list[Acceptance] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)


def record(group: Group) -> list[Grant]:
    """Commit the outcomes and the intents; return what each intent is granted.

    Whoever is denied an intent because of a stop has been *withheld*.
    """
    if _record_plainly(group):
        return [Grant.GIVEN] * len(group.intents)
    return _record_carefully(group)


def _record_plainly(group: Group) -> bool:
    """Record a group in which all is as usual; False: nothing was recorded.

    Of a run that goes on, all letters on their way were accepted, and all who are next
    may have theirs.
    """
    runs = {one.run_id for one in group.acceptances}
    runs |= {one.run_id for one in group.intents}
    if group.outcomes or len(runs) != 1 or the_database().in_atomic_block:
        return False
    (run_id,) = runs
    accepted, intended = len(group.acceptances), len(group.intents)
    moves = {
        DeliveryStatus.CLAIMED: -intended,
        DeliveryStatus.INTENT: intended - accepted,
        DeliveryStatus.ACCEPTED: accepted,
    }
    with BriefTransaction() as transaction:
        run = look_and_lock(run_id)
        counted = []
        if accepted:
            counted.append(accept_together(group.acceptances))
        if intended:
            who = {"worker_id": group.worker_id, "run_id": run_id}
            counted.append(intend_together(group.intents, **who))
        left = shift_counters(run_id, moves)
        transaction.sync()
        was_usual = (
            _goes_on(locked_run(run_id, run.fetchone()), left.fetchone())
            and sum(cursor.rowcount for cursor in counted) == accepted + intended
        )
        if not was_usual:
            transaction.take_back()
    return was_usual


def _goes_on(run: LockedRun | None, left: Any) -> bool:
    """Tell whether the run was running, and something of it is still open."""
    return run is not None and run.status is RunStatus.RUNNING and any(left[1:5])


def _record_carefully(group: Group) -> list[Grant]:
    parts: dict[int, _Part] = defaultdict(_Part)
    for acceptance in group.acceptances:
        parts[acceptance.run_id].acceptances.append(acceptance)
    for outcome in group.outcomes:
        parts[outcome.run_id].outcomes.append(outcome)
    for intent in group.intents:
        parts[intent.run_id].intents.append(intent)
    granted: dict[int, set[int] | None] = {}
    with atomic():
        for run_id in sorted(parts):
            granted[run_id] = _record_run(run_id, group.worker_id, parts[run_id])
    return [_grant(intent, granted[intent.run_id]) for intent in group.intents]


def _grant(intent: Intent, granted: set[int] | None) -> Grant:
    if granted is None:
        return Grant.HALTED
    return Grant.GIVEN if intent.delivery_id in granted else Grant.DENIED


def _record_run(run_id: int, worker_id: int, part: _Part) -> set[int] | None:
    """Record what concerns one run; return who may leave, None if it is not running."""
    run = lock_run(run_id)
    if run is None:
        return None
    is_running = run.status is RunStatus.RUNNING
    moves: Moves = Moves()
    _settle_all(run, part, moves)
    granted = set()
    if is_running and part.intents:
        granted = _intend_all(run, worker_id, part.intents, moves)
    shift(run_id, moves)
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


def _settle_all(run: LockedRun, part: _Part, moves: Moves) -> None:
    outcomes = part.outcomes
    if part.acceptances and not _accept_together(part.acceptances, moves):
        now = clock.now()
        outcomes = [*outcomes, *(one.outcome(now) for one in part.acceptances)]
    for outcome in outcomes:
        _settle(run, outcome, moves)


def _accept_together(accepted: Sequence[Acceptance], moves: Moves) -> bool:
    """Settle all acceptances with one statement; False if one has to be looked at."""
    updated = accept_together(accepted).rowcount
    moves[DeliveryStatus.INTENT] -= updated
    moves[DeliveryStatus.ACCEPTED] += updated
    return bool(updated == len(accepted))


def _settle(run: LockedRun, outcome: Outcome, moves: Moves) -> None:
    """Settle one delivery if it still is where this outcome can be about it.

    A definite answer that comes after a recovery settles its own *uncertain* row.
    """
    status = outcome.status
    if status in OPEN_DELIVERIES and run.status in ENDED_RUNS:
        return  # An ended run keeps what it knew; nothing of it is opened again.
    if status in OPEN_DELIVERIES and run.is_cancelling:
        status = DeliveryStatus.CANCELLED
    row = Delivery.objects.filter(pk=outcome.delivery_id, fence=outcome.fence)
    for was in _may_have_been(outcome):
        changes = _changes(outcome, status, was)
        if row.filter(status=was).update(**changes):
            moves[was] -= 1
            moves[status] += 1
            _keep_attempt(outcome)
            return


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
