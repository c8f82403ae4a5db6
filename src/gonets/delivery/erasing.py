"""What an erased address leaves behind besides itself: words that quote it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from gonets.delivery.models import Attempt, Decision, Delivery
from gonets.delivery.statements import RowStatement
from gonets.delivery.states import DeliveryStatus

_MARK = "erased-"
"""Other than an address it has no @."""

IS_ERASED = """
    (substr(d.address_key, 1, 7) = 'erased-'
        AND replace(d.address_key, '@', '') = d.address_key)
"""
_WHO_IS = RowStatement(
    f"""
    SELECT d.id FROM gonets_delivery_delivery AS d, {{rows}}
    WHERE d.id = o.column1 AND {IS_ERASED}
    """,  # noqa: S608 - a constant
    "bigint",
)


def erased_name(address_key: str) -> str:
    """Return what takes an address's place; the same one for the same address."""
    return f"{_MARK}{salted_hmac('gonets.delivery', address_key).hexdigest()}"


def erased_among(delivery_ids: Collection[int]) -> set[int]:
    """Return which of these belong to somebody who has been erased."""
    if not delivery_ids:
        return set()
    found = _WHO_IS.execute([(one,) for one in delivery_ids]).fetchall()
    return {pk for (pk,) in found}


def forget_words(rows: QuerySet[Delivery]) -> None:
    """Erase what was said about these: answers and log lines like to quote an address.

    A letter that is on its way keeps what it is made of until its answer is in.
    """
    Attempt.objects.filter(delivery__in=rows).update(answer="")
    Decision.objects.filter(delivery__in=rows).update(evidence="")
    rows.update(answer="")
    rows.exclude(status=DeliveryStatus.INTENT).update(bound_values="")
