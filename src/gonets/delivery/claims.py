"""Taking deliveries of a run that are due again, and giving claims back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from gonets.delivery.account import LockedRun, lock_run, shift
from gonets.delivery.models import Delivery
from gonets.delivery.ports import Binding, Recipient
from gonets.delivery.statements import (
    RowStatement,
    Statement,
    stored_moment,
    storing,
)
from gonets.delivery.states import DeliveryStatus
from gonets.delivery.types import Claim
from gonets.kernel import clock

_TAKE_DUE = Statement(
    """
    UPDATE gonets_delivery_delivery
    SET status = 'claimed', worker_id = %s, relay_id = %s, fence = fence + 1
    WHERE id IN (SELECT id FROM gonets_delivery_delivery
        WHERE run_id = %s AND status = 'deferred' AND NOT policy_wait
            AND not_before <= %s ORDER BY not_before LIMIT %s)
    RETURNING id, fence, recipient, address_key, person_ref, attempts,
        first_attempt_at, letter_ref, message_id, letter_date, bound_values
    """
)
_GIVE_BACK = RowStatement(
    """
    UPDATE gonets_delivery_delivery AS d SET status = 'pending', worker_id = NULL
    FROM {rows}
    WHERE d.id = o.column1 AND d.fence = o.column2 AND d.status = 'claimed'
    """,
    *("bigint", "integer"),
)


def take_due(
    run: LockedRun, *, worker_id: int, relay_id: int | None, limit: int
) -> list[Claim]:
    """Take deliveries of a run that is held whose next try is due."""
    if not run.deferred:
        return []
    values = (worker_id, relay_id, run.run_id, storing()(clock.now()), limit)
    # The order of what RETURNING gives is not defined.
    return [claim_of(run, *row) for row in sorted(_TAKE_DUE.execute(values))]


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


def claim_of(  # noqa: PLR0913 - one row of the database
    run: LockedRun,
    delivery_id: int,
    fence: int,
    address: str,
    address_key: str,
    person_ref: str,
    attempts: int,
    first_attempt_at: Any,
    letter_ref: str,
    message_id: str,
    date: Any,
    values: str,
) -> Claim:
    recipient = Recipient(delivery_id, address, address_key, person_ref)
    first_attempt_at = stored_moment(first_attempt_at)
    bound_at, binding = stored_moment(date), None
    # Unless the run sends another letter now.
    if bound_at is not None and letter_ref == run.letter_ref:
        binding = Binding(letter_ref, message_id, bound_at, json.loads(values))
    return Claim(
        run.run_id,
        fence,
        recipient,
        run.letter_ref,
        attempts,
        first_attempt_at,
        binding,
    )


def refuse_policy_waits(run_id: int, **heard: int) -> int:
    """The relay minds the addresses: their refusals stand.

    Whoever says so knows it of what it has heard itself (``relay_id``, ``worker_id``).
    """
    return _move_policy_waits(
        policy_waits(run_id).filter(**heard),
        run_id,
        DeliveryStatus.REFUSED,
        settled_at=clock.now(),
    )


def return_policy_waits(run_id: int, **heard: int) -> int:
    """The relay, or any of them, minds us: as if nobody had been tried."""
    return _return(policy_waits(run_id).filter(**heard), run_id)


def return_abandoned_waits(run_id: int) -> int:
    """Those who have heard it have ended and cannot decide: as if never tried."""
    is_abandoned = Q(worker=None) | Q(worker__ended_at__isnull=False)
    return _return(policy_waits(run_id).filter(is_abandoned), run_id)


def policy_waits(*run_ids: int) -> QuerySet[Delivery]:
    """Return who waits until it is known whether the relay minds us or them."""
    return Delivery.objects.filter(
        run_id__in=run_ids, status=DeliveryStatus.DEFERRED, policy_wait=True
    )


def _return(waits: QuerySet[Delivery], run_id: int) -> int:
    return _move_policy_waits(
        waits, run_id, DeliveryStatus.PENDING, attempts=0, first_attempt_at=None
    )


def _move_policy_waits(
    waits: QuerySet[Delivery], run_id: int, status: DeliveryStatus, **changes: Any
) -> int:
    with transaction.atomic():
        if lock_run(run_id) is None:
            return 0
        moved = waits.update(status=status, policy_wait=False, worker=None, **changes)
        shift(run_id, {DeliveryStatus.DEFERRED: -moved, status: moved})
    return moved
