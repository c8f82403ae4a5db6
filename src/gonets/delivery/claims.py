"""Taking deliveries of a run, some at a time, and giving them back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from gonets.delivery.account import LockedRun, lock_run, shift
from gonets.delivery.models import Delivery
from gonets.delivery.ports import Binding, Recipient
from gonets.delivery.statements import (
    RowStatement,
    Statement,
    stored_moment,
    storing,
    the_database,
)
from gonets.delivery.states import DeliveryStatus, RunStatus
from gonets.delivery.types import Claim
from gonets.kernel import clock

_TAKE = """
    UPDATE gonets_delivery_delivery
    SET status = 'claimed', worker_id = %s, relay_id = %s, fence = fence + 1
    WHERE id IN (SELECT id FROM gonets_delivery_delivery WHERE {which} LIMIT %s)
    RETURNING id, fence, recipient, address_key, person_ref, attempts,
        first_attempt_at, letter_ref, message_id, letter_date, bound_values
"""
_TAKE_DUE = Statement(
    _TAKE.format(
        which="run_id = %s AND status = 'deferred' AND NOT policy_wait"
        " AND not_before <= %s ORDER BY not_before"
    )
)
_PENDING = "run_id = %s AND status = 'pending' ORDER BY id"
_TAKE_PENDING = {
    "sqlite": Statement(_TAKE.format(which=_PENDING)),
    # In this order there is an index that it cannot help using (migration 0004).
    "postgresql": Statement(_TAKE.format(which=f"{_PENDING} + 0")),
}
_GIVE_BACK = RowStatement(
    """
    UPDATE gonets_delivery_delivery AS d SET status = 'pending', worker_id = NULL
    FROM {rows}
    WHERE d.id = o.column1 AND d.fence = o.column2 AND d.status = 'claimed'
    """,
    *("bigint", "integer"),
)


def claim_some(
    run_id: int, *, worker_id: int, limit: int, relay_id: int | None = None
) -> list[Claim]:
    """Take up to ``limit`` deliveries for a relay: those due for another try first."""
    with transaction.atomic():
        run = lock_run(run_id)
        if run is None or run.status is not RunStatus.RUNNING:
            return []
        holder = (worker_id, relay_id)
        due = _take_due(run, holder, limit) if run.deferred else []
        values = (*holder, run_id, limit - len(due))
        taking = _TAKE_PENDING[the_database().vendor]
        fresh = taking.execute(values).fetchall()
        if due or fresh:
            shift(
                run_id,
                {
                    DeliveryStatus.DEFERRED: -len(due),
                    DeliveryStatus.PENDING: -len(fresh),
                    DeliveryStatus.CLAIMED: len(due) + len(fresh),
                },
            )
    # The order of what RETURNING gives is not defined.
    return [_claim(run, *row) for row in sorted(due) + sorted(fresh)]


def _take_due(run: LockedRun, holder: tuple[int, int | None], limit: int) -> list[Any]:
    now = storing()(clock.now())
    due = _TAKE_DUE.execute((*holder, run.run_id, now, limit)).fetchall()
    return list(due)


def give_back(run_id: int, held: Sequence[tuple[int, int]]) -> int:
    """Let others have what has certainly not left; return how many that were.

    ``held`` are deliveries and the fences they were claimed with.  Whoever paused or
    cancelled the run meanwhile has seen to them already.
    """
    with transaction.atomic():
        if not held or lock_run(run_id) is None:
            return 0
        freed = int(_GIVE_BACK.execute(held).rowcount)
        shift(run_id, {DeliveryStatus.CLAIMED: -freed, DeliveryStatus.PENDING: freed})
    return freed


def _claim(  # noqa: PLR0913 - one row of the database
    run: LockedRun,
    delivery_id: int,
    fence: int,
    address: str,
    address_key: str,
    person_ref: str,
    attempts: int,
    first_attempt_at: Any,
    *binding: Any,
) -> Claim:
    return Claim(
        run_id=run.run_id,
        fence=fence,
        recipient=Recipient(delivery_id, address, address_key, person_ref),
        letter_ref=run.letter_ref,
        attempts=attempts,
        first_attempt_at=stored_moment(first_attempt_at),
        binding=_binding(run, *binding),
    )


def _binding(
    run: LockedRun, letter_ref: str, message_id: str, date: Any, values: str
) -> Binding | None:
    """Return what the letter was bound to, unless the run sends another one now."""
    bound_at = stored_moment(date)
    if bound_at is None or letter_ref != run.letter_ref:
        return None
    return Binding(letter_ref, message_id, bound_at, json.loads(values))


def refuse_policy_waits(run_id: int, relay_id: int | None = None) -> int:
    """The relay, or any of them, minds the addresses: their refusals stand."""
    return _move_policy_waits(
        _policy_waits(run_id, relay_id),
        run_id,
        DeliveryStatus.REFUSED,
        settled_at=clock.now(),
        policy_wait=False,
    )


def return_policy_waits(run_id: int, relay_id: int | None = None) -> int:
    """The relay, or any of them, minds us: as if nobody had been tried."""
    return _move_policy_waits(
        _policy_waits(run_id, relay_id),
        run_id,
        DeliveryStatus.PENDING,
        policy_wait=False,
        attempts=0,
        first_attempt_at=None,
    )


def _policy_waits(run_id: int, relay_id: int | None) -> QuerySet[Delivery]:
    waits = Delivery.objects.filter(
        run_id=run_id, status=DeliveryStatus.DEFERRED, policy_wait=True
    )
    return waits if relay_id is None else waits.filter(relay_id=relay_id)


def _move_policy_waits(
    waits: QuerySet[Delivery], run_id: int, status: DeliveryStatus, **changes: Any
) -> int:
    with transaction.atomic():
        if lock_run(run_id) is None:
            return 0
        moved = waits.update(status=status, **changes)
        shift(run_id, {DeliveryStatus.DEFERRED: -moved, status: moved})
    return moved
