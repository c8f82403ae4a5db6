"""Which deliveries the workers hold, found by the index that is made for it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from gonets.delivery.models import Delivery, Handful, OnTheWay
from gonets.delivery.states import DeliveryStatus

# As a parameter SQLite would not see that it is the condition of the index, and look
# at a million rows instead of a few hundred.
_HELD = "gonets_delivery_delivery.status IN ('claimed', 'intent')"


def held_deliveries() -> QuerySet[Delivery]:
    """Return what any worker holds: claimed, or on its way.

    What is in shorthand is there once the run is locked.
    """
    return Delivery.objects.extra(where=[_HELD])  # noqa: S610 - words of our own


def fences_held(worker_id: int, among: Collection[int]) -> dict[int, int]:
    """Return which of these the worker holds, with the fences of its claims."""
    rows = held_deliveries().filter(pk__in=among, worker=worker_id)
    return dict(rows.values_list("pk", "fence"))


def holders() -> set[int]:
    """Return the workers that hold anything of any run."""
    found = set(held_deliveries().values_list("worker_id", flat=True))
    for brief in (Handful, OnTheWay):
        found |= set(brief.objects.values_list("worker_id", flat=True))
    return found


def runs_held_by(worker_id: int) -> list[int]:
    """Return the runs of which a worker holds anything."""
    rows = held_deliveries().filter(worker=worker_id)
    found = set(rows.values_list("run_id", flat=True))
    for brief in (Handful, OnTheWay):
        of_worker = brief.objects.filter(worker=worker_id)
        found |= set(of_worker.values_list("run_id", flat=True))
    return sorted(found)


def claims_of_run(run_id: int) -> list[int]:
    """Return the deliveries of a run that are claimed, and not on their way yet."""
    # All runs' claims are few; SQLite would go through the run's whole audience.
    claimed = held_deliveries().filter(status=DeliveryStatus.CLAIMED)
    rows = claimed.values_list("pk", "run_id")
    return [pk for pk, of_run in rows if of_run == run_id]
