"""What fetches of sources are doing now, and what they did."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import OuterRef, Subquery

from gonets.content.models import Fetch, Host, Source
from gonets.kernel import clock


def fetches_under_way(source_ids: Collection[int]) -> dict[int, Fetch]:
    """Return the fetches that a worker carries out just now, by source."""
    held = Host.objects.filter(lease_until__gt=clock.now()).values("name")
    fetches = Fetch.objects.filter(
        source__in=source_ids, source__host__in=held, ended_at__isnull=True
    )
    return {fetch.source_id: fetch for fetch in fetches.order_by("began_at", "pk")}


def last_fetches(source_ids: Collection[int]) -> dict[int, Fetch]:
    """Return the last fetch that is over, by source."""
    newest = (
        Fetch.objects.filter(source=OuterRef("pk"), ended_at__isnull=False)
        .order_by("-began_at", "-pk")
        .values("pk")[:1]
    )
    last = Source.objects.filter(pk__in=source_ids).annotate(last=Subquery(newest))
    fetches = Fetch.objects.filter(pk__in=last.values("last"))
    return {fetch.source_id: fetch for fetch in fetches}


def unread_trouble_count() -> int:
    """Return how many sources fail of which nobody has read yet."""
    return Source.objects.filter(
        told_at__isnull=False, told_seen_at__isnull=True
    ).count()
