"""Taking deliveries of a run, some at a time, and giving them back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from gonets.delivery.account import LockedRun, lock_run, shift
from gonets.delivery.models import Delivery
from gonets.delivery.ports import Binding, Recipient
from gonets.delivery.states import DeliveryStatus, RunStatus
from gonets.delivery.types import Claim
from gonets.kernel import clock


def claim_some(run_id: int, *, worker_id: int, limit: int) -> list[Claim]:
    """Take up to ``limit`` deliveries: those due for another try first."""
    with transaction.atomic():
        run = lock_run(run_id)
        if run is None or run.status is not RunStatus.RUNNING:
            return []
        due = _take(_due(run_id), worker_id=worker_id, limit=limit)
        fresh = _take(_pending(run_id), worker_id=worker_id, limit=limit - len(due))
        if due or fresh:
            shift(
                run_id,
                {
                    DeliveryStatus.DEFERRED: -len(due),
                    DeliveryStatus.PENDING: -len(fresh),
                    DeliveryStatus.CLAIMED: len(due) + len(fresh),
                },
            )
        return [_claim(run, row) for row in _claimed_rows(due + fresh)]


def _due(run_id: int) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        run_id=run_id,
        status=DeliveryStatus.DEFERRED,
        policy_wait=False,
        not_before__lte=clock.now(),
    ).order_by("not_before")


def _pending(run_id: int) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        run_id=run_id, status=DeliveryStatus.PENDING
    ).order_by("pk")


def _take(rows: QuerySet[Delivery], *, worker_id: int, limit: int) -> list[int]:
    ids = list(rows.values_list("pk", flat=True)[:limit])
    if ids:
        Delivery.objects.filter(pk__in=ids).update(
            status=DeliveryStatus.CLAIMED, worker=worker_id, fence=F("fence") + 1
        )
    return ids


def _claimed_rows(ids: Iterable[int]) -> Iterable[Any]:
    return (
        Delivery.objects.filter(pk__in=list(ids))
        .order_by("pk")
        .values(
            "pk",
            "fence",
            "recipient",
            "address_key",
            "person_ref",
            "attempts",
            "first_attempt_at",
            "letter_ref",
            "message_id",
            "letter_date",
            "bound_values",
        )
    )


def _claim(run: LockedRun, row: Mapping[str, Any]) -> Claim:
    return Claim(
        run_id=run.run_id,
        fence=row["fence"],
        recipient=Recipient(
            delivery_id=row["pk"],
            address=row["recipient"],
            address_key=row["address_key"],
            person_ref=row["person_ref"],
        ),
        letter_ref=run.letter_ref,
        attempts=row["attempts"],
        first_attempt_at=row["first_attempt_at"],
        binding=_binding(run, row),
    )


def _binding(run: LockedRun, row: Mapping[str, Any]) -> Binding | None:
    """Return what the letter was bound to, unless the run sends another one now."""
    date: datetime | None = row["letter_date"]
    if date is None or row["letter_ref"] != run.letter_ref:
        return None
    return Binding(
        letter_ref=row["letter_ref"],
        message_id=row["message_id"],
        date=date,
        values=json.loads(row["bound_values"]),
    )


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
