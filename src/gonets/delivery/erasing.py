"""What an erased address leaves behind besides itself: words that quote it."""

from __future__ import annotations

from django.db.models import QuerySet

from gonets.delivery.models import Attempt, Decision, Delivery
from gonets.delivery.states import DeliveryStatus


def forget_words(rows: QuerySet[Delivery]) -> None:
    """Erase what was said about these: answers and log lines like to quote an address.

    A letter that is on its way keeps what it is made of until its answer is in.
    """
    Attempt.objects.filter(delivery__in=rows).update(answer="")
    Decision.objects.filter(delivery__in=rows).update(evidence="")
    rows.update(answer="")
    rows.exclude(status=DeliveryStatus.INTENT).update(bound_values="")
