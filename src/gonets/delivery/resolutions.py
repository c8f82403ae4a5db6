"""What is decided about uncertain deliveries: beside the account, which stays as it is.

Whoever is to get the letter again gets it in a new run, whose audience the layer above
makes from what is decided here.  Every decision is kept with who, when and why, also
one that was taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from gonets.delivery.models import Decision, Delivery, Run
from gonets.delivery.relay_logs.base import LogAnswer, LogFinding
from gonets.delivery.states import (
    DecisionSource,
    DeliveryStatus,
    Resolution,
    RunStatus,
)
from gonets.kernel import clock

CHUNK = 250
"""Rows per transaction: SQLite's write lock is never held for more than 50 ms."""

_BY_FINDING = {
    LogFinding.ACCEPTED: Resolution.COUNT_AS_ACCEPTED,
    LogFinding.NOT_ACCEPTED: Resolution.NOT_ACCEPTED,
}


def resolve_uncertain(
    delivery_ids: Iterable[int], resolution: Resolution, user: Any
) -> int:
    """Record what a person decided about uncertain deliveries; return how many.

    Those decided already keep their first decision.
    """
    return sum(
        _resolve(dict.fromkeys(chunk, ""), resolution, DecisionSource.PERSON, user)
        for chunk in _chunks(delivery_ids)
    )


def resolve_by_log(answers: Mapping[int, LogAnswer], user: Any) -> int:
    """Record what the relay's log tells about uncertain deliveries, and who asked.

    Where it tells nothing, only the asking is recorded.  Return how many are resolved.
    """
    resolved = 0
    for finding, resolution in _BY_FINDING.items():
        found = [pk for pk, answer in answers.items() if answer.finding is finding]
        for chunk in _chunks(found):
            lines = {pk: answers[pk].evidence for pk in chunk}
            resolved += _resolve(lines, resolution, DecisionSource.RELAY_LOG, user)
    unknown = [pk for pk, one in answers.items() if one.finding is LogFinding.UNKNOWN]
    for chunk in _chunks(unknown):
        _note({pk: answers[pk].evidence for pk in chunk}, "", user)
    return resolved


def undo_resolutions(delivery_ids: Iterable[int], user: Any) -> int:
    """Take decisions back; return how many.

    One on whose strength something was sent stays: the address is in a later run of
    the same origin, or one is just being made.
    """
    return sum(_undo(chunk, user) for chunk in _chunks(delivery_ids))


def undoable(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Return those of them whose decision can be taken back."""
    later = Run.objects.filter(
        origin_key=OuterRef("run__origin_key"), pk__gt=OuterRef("run_id")
    )
    its_own = Delivery.objects.filter(
        run_id=OuterRef("pk"), address_key=OuterRef(OuterRef("address_key"))
    )
    used = later.filter(Q(status=RunStatus.PREPARING) | Exists(its_own))
    return deliveries.filter(
        ~Exists(used), status=DeliveryStatus.UNCERTAIN, run__folding_at=None
    ).exclude(resolution="")


def is_undoable(delivery_id: int) -> bool:
    return undoable(Delivery.objects.filter(pk=delivery_id)).exists()


@transaction.atomic
def _resolve(
    evidence: Mapping[int, str],
    resolution: Resolution,
    source: DecisionSource,
    user: Any,
) -> int:
    open_ones = Delivery.objects.filter(
        pk__in=evidence, status=DeliveryStatus.UNCERTAIN, resolution=""
    )
    ids = list(open_ones.select_for_update().values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=ids).update(
        resolution=resolution, resolved_by=user, resolved_at=clock.now()
    )
    lines = {pk: evidence[pk] for pk in ids}
    _note(lines, resolution, user, source=source)
    return len(ids)


def _note(
    evidence: Mapping[int, str],
    resolution: str,
    user: Any,
    *,
    source: DecisionSource = DecisionSource.RELAY_LOG,
) -> None:
    now = clock.now()
    Decision.objects.bulk_create(
        Decision(
            delivery_id=pk,
            resolution=resolution,
            source=source,
            evidence=line[:500],
            at=now,
            by=user,
        )
        for pk, line in evidence.items()
    )


@transaction.atomic
def _undo(delivery_ids: Sequence[int], user: Any) -> int:
    rows = undoable(Delivery.objects.filter(pk__in=delivery_ids))
    ids = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=ids).update(
        resolution="", resolved_by=None, resolved_at=None
    )
    decided = Decision.objects.filter(delivery_id__in=ids, undone_at=None)
    decided.exclude(resolution="").update(undone_at=clock.now(), undone_by=user)
    return len(ids)


def _chunks(delivery_ids: Iterable[int]) -> Iterator[list[int]]:
    ids = iter(delivery_ids)
    while chunk := list(islice(ids, CHUNK)):
        yield chunk
