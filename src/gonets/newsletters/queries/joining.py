"""Which newsletters anybody may subscribe to by themselves."""

from __future__ import annotations

from django.db.models import QuerySet

from gonets.newsletters.models import Newsletter


def newsletters_to_join() -> QuerySet[Newsletter]:
    """Return what a public form may offer, in the order of their names."""
    open_ones = Newsletter.objects.filter(archived_at=None, is_closed=False)
    return open_ones.select_related("readership").order_by("title", "pk")
