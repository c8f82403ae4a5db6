"""The ledger: a durable intent before a letter leaves, its outcome afterwards.

Everything here is synchronous and runs in the worker's database thread.  One call of
``record`` is one transaction for all connections; when it returns, it is on the disk.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from gonets.delivery.account import LockedRun, Moves, lock_run, shift
from gonets.delivery.models import Attempt, Delivery
from gonets.delivery.states import (
    ENDED_RUNS,
    OPEN_DELIVERIES,
    DeliveryStatus,
    RunStatus,
    Stage,
)
from gonets.delivery.types import BoundClaim, Outcome
from gonets.kernel import clock

# One row per letter: id, fence and the binding that its bytes are made from.
_INTEND = """
    UPDATE gonets_delivery_delivery AS d
    SET status = 'intent', attempts = attempts + 1,
        first_attempt_at = COALESCE(first_attempt_at, %s),
        letter_ref = o.column3, message_id = o.column4, letter_date = o.column5,
        bound_values = o.column6
    FROM (VALUES {rows}) AS o
    WHERE d.id = o.column1 AND d.fence = o.column2 AND d.status = 'claimed'
        AND d.worker_id = %s
        AND EXISTS (SELECT 1 FROM gonets_delivery_worker AS w
            WHERE w.id = d.worker_id AND w.ended_at IS NULL AND w.lease_until > %s)
        AND NOT EXISTS (SELECT 1 FROM gonets_delivery_stop AS s
            WHERE s.address_key = d.address_key AND s.scope IN ('', %s))
"""
_ACCEPT = """
    UPDATE gonets_delivery_delivery AS d
    SET status = 'accepted', settled_at = o.column3, stage = 'dot', code = o.column4,
        enhanced_code = o.column5, answer = o.column6, not_before = NULL,
        policy_wait = false
    FROM (VALUES {rows}) AS o
    WHERE d.id = o.column1 AND d.fence = o.column2 AND d.status = 'intent'
"""
_LONGEST_ANSWER = 500
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What all connections of a worker have to record together."""

    worker_id: int
    outcomes: Sequence[Outcome]
    intents: Sequence[BoundClaim]


class Grant(Enum):
    """What the ledger says to an intent."""

    GIVEN = auto()  # durably recorded: the letter may leave
    DENIED = auto()  # claim or lease are lost, or the address has been stopped
    HALTED = auto()  # the run is not running any more


def record(group: Group) -> list[Grant]:
    """Commit the outcomes and the intents; return what each intent is granted.

    Whoever is denied an intent because of a stop has been *withheld*.
    """
    granted: set[int] = set()
    halted: set[int] = set()
    runs = sorted(
        {outcome.run_id for outcome in group.outcomes}
        | {intent.claim.run_id for intent in group.intents}
    )
    with transaction.atomic():
        for run_id in runs:
            passed = _record_run(
                run_id,
                worker_id=group.worker_id,
                outcomes=[one for one in group.outcomes if one.run_id == run_id],
                intents=[one for one in group.intents if one.claim.run_id == run_id],
            )
            if passed is None:
                halted.add(run_id)
            else:
                granted |= passed
    return [_grant(intent, granted, halted) for intent in group.intents]


def _grant(intent: BoundClaim, granted: set[int], halted: set[int]) -> Grant:
    if intent.claim.delivery_id in granted:
        return Grant.GIVEN
    return Grant.HALTED if intent.claim.run_id in halted else Grant.DENIED


def _record_run(
    run_id: int,
    *,
    worker_id: int,
    outcomes: Sequence[Outcome],
    intents: Sequence[BoundClaim],
) -> set[int] | None:
    """Record what concerns one run; None if it is not running."""
    run = lock_run(run_id)
    if run is None:
        return None
    is_running = run.status is RunStatus.RUNNING
    moves: Moves = Moves()
    _settle_all(run, outcomes, moves)
    granted = set()
    if is_running and intents:
        granted = _intend_all(run, worker_id, intents, moves)
    shift(run_id, moves)
    return granted if is_running else None


def _intend_all(
    run: LockedRun, worker_id: int, intents: Sequence[BoundClaim], moves: Moves
) -> set[int]:
    if _intend(run, worker_id, intents) == len(intents):
        granted = {intent.claim.delivery_id for intent in intents}
    else:
        granted = _granted(intents)
        _withhold_stopped(run, worker_id, intents, moves)
    moves[DeliveryStatus.CLAIMED] -= len(granted)
    moves[DeliveryStatus.INTENT] += len(granted)
    return granted


def _intend(run: LockedRun, worker_id: int, intents: Sequence[BoundClaim]) -> int:
    stored = _storing()
    now = stored(clock.now())
    values: list[Any] = [now]
    for intent in intents:
        claim, binding = intent.claim, intent.binding
        values += (
            claim.delivery_id,
            claim.fence,
            binding.letter_ref,
            binding.message_id,
            stored(binding.date),
            _as_json(dict(binding.values)),
        )
    values += (worker_id, now, run.stop_scope)
    return _update(_INTEND, "(%s, %s, %s, %s, %s, %s)", len(intents), values)


def _granted(intents: Sequence[BoundClaim]) -> set[int]:
    """Return those whose intent has passed, where not all have."""
    fences = {one.claim.delivery_id: one.claim.fence for one in intents}
    marked = Delivery.objects.filter(pk__in=fences, status=DeliveryStatus.INTENT)
    return {
        pk for pk, fence in marked.values_list("pk", "fence") if fences[pk] == fence
    }


def _withhold_stopped(
    run: LockedRun, worker_id: int, intents: Iterable[BoundClaim], moves: Moves
) -> None:
    with connection.cursor() as cursor:
        for intent in intents:
            cursor.execute(
                "UPDATE gonets_delivery_delivery SET status = 'withheld',"
                " settled_at = %s WHERE id = %s AND fence = %s AND status = 'claimed'"
                " AND worker_id = %s AND EXISTS (SELECT 1 FROM gonets_delivery_stop"
                " AS s WHERE s.address_key = gonets_delivery_delivery.address_key"
                " AND s.scope IN ('', %s))",
                [
                    _storing()(clock.now()),
                    intent.claim.delivery_id,
                    intent.claim.fence,
                    worker_id,
                    run.stop_scope,
                ],
            )
            moves[DeliveryStatus.CLAIMED] -= cursor.rowcount
            moves[DeliveryStatus.WITHHELD] += cursor.rowcount


def _settle_all(run: LockedRun, outcomes: Sequence[Outcome], moves: Moves) -> None:
    by_kind: dict[bool, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_kind[outcome.status is DeliveryStatus.ACCEPTED].append(outcome)
    accepted, others = by_kind[True], by_kind[False]
    if accepted and not _accept_together(accepted, moves):
        others += accepted
    for outcome in others:
        _settle(run, outcome, moves)


def _accept_together(accepted: Sequence[Outcome], moves: Moves) -> bool:
    """Settle all acceptances with one statement; False if one has to be looked at."""
    stored = _storing()
    values: list[Any] = []
    for one in accepted:
        values += (
            one.delivery_id,
            one.fence,
            stored(one.at),
            one.code,
            one.enhanced_code,
            one.answer[:_LONGEST_ANSWER],
        )
    updated = _update(_ACCEPT, "(%s, %s, %s, %s, %s, %s)", len(accepted), values)
    moves[DeliveryStatus.INTENT] -= updated
    moves[DeliveryStatus.ACCEPTED] += updated
    return updated == len(accepted)


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
        "answer": outcome.answer[:_LONGEST_ANSWER],
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
            outcome=outcome.status,
            stage=outcome.stage,
            code=outcome.code,
            enhanced_code=outcome.enhanced_code,
            answer=outcome.answer[:_LONGEST_ANSWER],
        )


def _update(sql: str, row: str, count: int, values: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql.format(rows=", ".join([row] * count)), values)
        return int(cursor.rowcount)


def _storing() -> Callable[[datetime], Any]:
    """Return how plain SQL wants its moments: Django's own way takes 30 µs each."""
    return _as_text if connection.vendor == "sqlite" else _as_it_is


def _as_text(moment: datetime) -> str:
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return in_utc.isoformat(" ").removesuffix("+00:00")


def _as_it_is(moment: datetime) -> datetime:
    return moment
