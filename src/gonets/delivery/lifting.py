"""Lifting the clone fence: what was open may have been sent by the other copy.

So all of it becomes uncertain, and the runs end.  Many short transactions; what was
broken off in between is carried on by the worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from gonets.delivery.account import end_run, lock_run, shift
from gonets.delivery.fence import bind
from gonets.delivery.models import CloneFence, Delivery, Run
from gonets.delivery.places import Place, this_place
from gonets.delivery.states import (
    OPEN_DELIVERIES,
    UNFINISHED_RUNS,
    DeliveryStatus,
    RunStatus,
)
from gonets.kernel import clock

CHUNK = 250
"""Rows per transaction: SQLite's write lock is never held for more than 50 ms."""

AT_A_TIME = 3.0
"""Seconds: a person waits no longer for an answer, nor a worker to renew its lease."""


def lift_fence(user: Any) -> bool:
    """Let this database send again; whatever is open in it becomes uncertain.

    Call it only for a person who knows that the other copy sends no more.  Lifting a
    fence that is down does nothing.  False: there is so much that the worker goes on.
    """
    up = CloneFence.objects.exclude(raised_at=None)
    up.filter(lifted_at=None).update(lifted_at=clock.now(), lifted_by=user)
    return go_on_lifting()


def go_on_lifting() -> bool:
    """Carry out what a person has ordered, for a while; False if there is more."""
    ordered = CloneFence.objects.exclude(raised_at=None).exclude(lifted_at=None)
    fence = ordered.first()
    if fence is None or fence.lifted_at is None:
        return True
    until = clock.monotonic() + AT_A_TIME
    for run_id in list(_runs_until(fence.lifted_at).values_list("pk", flat=True)):
        if not _end(run_id, until=until):
            return False
    with transaction.atomic():
        held = ordered.select_for_update().first()
        if held is not None:
            _lower(held)
    return True


def _runs_until(moment: datetime) -> QuerySet[Run]:
    unfinished = Run.objects.filter(status__in=UNFINISHED_RUNS)
    return unfinished.filter(created_at__lte=moment).order_by("pk")


def _lower(fence: CloneFence) -> None:
    """From now on another token: the other copy keeps the witness that it had."""
    bind(fence, this_place() or Place(key=""))
    fence.raised_at = None
    fence.cause = ""
    fence.save()


def _end(run_id: int, *, until: float) -> bool:
    while open_ones := _some_open(run_id):
        if clock.monotonic() > until:
            return False
        _leave_uncertain(run_id, *open_ones)
    with transaction.atomic():
        run = lock_run(run_id)
        if run is not None and run.status is RunStatus.PREPARING:
            end_run(run_id, RunStatus.FINISHED)
    return True


def _some_open(run_id: int) -> tuple[DeliveryStatus, list[int]] | None:
    """Read outside of any transaction, one state at a time: each has its index."""
    for status in OPEN_DELIVERIES:
        rows = Delivery.objects.filter(run_id=run_id, status=status).order_by("pk")
        if some := list(rows.values_list("pk", flat=True)[:CHUNK]):
            return status, some
    return None


@transaction.atomic
def _leave_uncertain(
    run_id: int, status: DeliveryStatus, delivery_ids: Sequence[int]
) -> None:
    lock_run(run_id)
    moved = Delivery.objects.filter(pk__in=delivery_ids, status=status).update(
        status=DeliveryStatus.UNCERTAIN,
        settled_at=clock.now(),
        worker=None,
        not_before=None,
        policy_wait=False,
        stage="",
        code=0,
        enhanced_code="",
        answer="",
    )
    shift(run_id, {status: -moved, DeliveryStatus.UNCERTAIN: moved})
