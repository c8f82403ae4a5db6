"""Which deliveries the workers hold, found by the index that is made for it."""

from __future__ import annotations

from django.db.models import QuerySet

from gonets.delivery.models import Delivery
from gonets.delivery.states import DeliveryStatus

# As a parameter SQLite would not see that it is the condition of the index, and look
# at a million rows instead of a few hundred.
_HELD = "gonets_delivery_delivery.status IN ('claimed', 'intent')"


def held_deliveries() -> QuerySet[Delivery]:
    """Return what any worker holds: claimed, or on its way."""
    return Delivery.objects.extra(where=[_HELD])  # noqa: S610 - words of our own


def claims_of_run(run_id: int) -> list[int]:
    """Return the deliveries of a run that are claimed, and not on their way yet."""
    # All runs' claims are few; SQLite would go through the run's whole audience.
    claimed = held_deliveries().filter(status=DeliveryStatus.CLAIMED)
    rows = claimed.values_list("pk", "run_id")
    return [pk for pk, of_run in rows if of_run == run_id]
