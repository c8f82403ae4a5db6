"""Taking deliveries of a run, some at a time, and giving them back."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction

from gonets.delivery.account import LockedRun, lock_run, shift
from gonets.delivery.models import Delivery
from gonets.delivery.ports import Binding, Recipient
from gonets.delivery.statements import Statement, stored_moment, storing, the_database
from gonets.delivery.states import DeliveryStatus, RunStatus
from gonets.delivery.types import Claim
from gonets.kernel import clock

_TAKE = """
    UPDATE gonets_delivery_delivery
    SET status = 'claimed', worker_id = %s, fence = fence + 1
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


def claim_some(run_id: int, *, worker_id: int, limit: int) -> list[Claim]:
    """Take up to ``limit`` deliveries: those due for another try first."""
    with transaction.atomic():
        run = lock_run(run_id)
        if run is None or run.status is not RunStatus.RUNNING:
            return []
        due = _take_due(run, worker_id=worker_id, limit=limit) if run.deferred else []
        values = (worker_id, run_id, limit - len(due))
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


def _take_due(run: LockedRun, *, worker_id: int, limit: int) -> list[Any]:
    now = storing()(clock.now())
    due = _TAKE_DUE.execute((worker_id, run.run_id, now, limit)).fetchall()
    return list(due)


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


def refuse_policy_waits(run_id: int) -> int:
    """The relay minds these addresses, not us: their refusals stand."""
    return _move_policy_waits(
        run_id, DeliveryStatus.REFUSED, settled_at=clock.now(), policy_wait=False
    )


def return_policy_waits(run_id: int) -> int:
    """The relay minds us: as if nobody had been tried."""
    return _move_policy_waits(
        run_id,
        DeliveryStatus.PENDING,
        policy_wait=False,
        attempts=0,
        first_attempt_at=None,
    )


def _move_policy_waits(run_id: int, status: DeliveryStatus, **changes: Any) -> int:
    with transaction.atomic():
        if lock_run(run_id) is None:
            return 0
        moved = Delivery.objects.filter(
            run_id=run_id, status=DeliveryStatus.DEFERRED, policy_wait=True
        ).update(status=status, **changes)
        shift(run_id, {DeliveryStatus.DEFERRED: -moved, status: moved})
    return moved
