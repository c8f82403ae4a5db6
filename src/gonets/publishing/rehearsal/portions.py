"""The people of a newsletter, a few at a time: who gets the letter, and who not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from gonets.audience.models import Subscription, Suppression
from gonets.audience.states import SubscriptionState
from gonets.delivery.models import Delivery, Run, Stop
from gonets.delivery.states import DeliveryStatus
from gonets.publishing.rehearsal import reasons

PORTION = 100
"""People at a time: their letters are in memory together, 10 MB at the very worst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One subscription; ``left_out`` says why there is no letter, "" if there is."""

    subscription_id: int
    subscriber_id: int
    address: str
    address_key: str
    left_out: str
    detail: str = ""


def people_count(readership_id: int) -> int:
    return Subscription.objects.filter(readership_id=readership_id).count()


def next_people(readership_id: int, *, after: int, until: datetime) -> list[Candidate]:
    """Return the next ones in the order in which an audience is frozen."""
    blocked = Suppression.objects.filter(
        address_key=OuterRef("subscriber__address_key")
    ).values("reason")[:1]
    rows = (
        Subscription.objects.filter(
            readership_id=readership_id, pk__gt=after, created_at__lte=until
        )
        .select_related("subscriber")
        .annotate(blocked=Subquery(blocked))
        .order_by("pk")
    )
    return [_candidate(row, row.blocked, until) for row in rows[:PORTION]]


def stopped_among(address_keys: Collection[str], *, scope: str) -> set[str]:
    """Return whom the ledger would give no letter of this newsletter."""
    stops = Stop.objects.filter(address_key__in=address_keys, scope__in=("", scope))
    return set(stops.values_list("address_key", flat=True))


def last_run_of(newsletter_id: int) -> int | None:
    """Return the newest run of any issue of this newsletter."""
    runs = Run.objects.filter(issue_run__issue__newsletter_id=newsletter_id)
    return runs.order_by("-pk").values_list("pk", flat=True).first()


def refused_among(
    address_keys: Collection[str], *, run_id: int | None
) -> dict[str, str]:
    """Return who was refused in that run, each with the relay's words."""
    if run_id is None:
        return {}
    refused = Delivery.objects.filter(
        run_id=run_id, address_key__in=address_keys, status=DeliveryStatus.REFUSED
    )
    rows = refused.values_list("address_key", "code", "enhanced_code", "answer")
    return {
        key: " ".join(filter(None, (str(code or ""), enhanced, answer)))
        for key, code, enhanced, answer in rows
    }


def _candidate(row: Subscription, blocked: str | None, until: datetime) -> Candidate:
    left_out, detail = _left_out(row, blocked, until)
    return Candidate(
        subscription_id=row.pk,
        subscriber_id=row.subscriber_id,
        address=row.subscriber.address,
        address_key=row.subscriber.address_key,
        left_out=left_out,
        detail=detail,
    )


def _left_out(
    row: Subscription, blocked: str | None, until: datetime
) -> tuple[str, str]:
    """The same rule by which an audience is frozen, with a word for everybody else."""
    if row.state == SubscriptionState.UNSUBSCRIBED:
        return reasons.UNSUBSCRIBED, ""
    if blocked is not None:
        return reasons.BLOCKED, blocked
    if row.state != SubscriptionState.CONFIRMED:
        return reasons.NOT_CONFIRMED, ""
    is_late = row.confirmed_at is not None and row.confirmed_at > until
    return (reasons.NOT_CONFIRMED, "") if is_late else ("", "")
