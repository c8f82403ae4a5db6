"""Readerships by the titles of their newsletters."""

from __future__ import annotations

from gonets.newsletters.models import Newsletter


def open_titles() -> dict[int, str]:
    """Return the newsletters one can be subscribed to, by readership id."""
    newsletters = Newsletter.objects.filter(archived_at__isnull=True)
    return dict(newsletters.order_by("title").values_list("readership_id", "title"))


def all_titles() -> dict[int, str]:
    """Return archived newsletters too: people stay subscribed to them."""
    newsletters = Newsletter.objects.order_by("title")
    return dict(newsletters.values_list("readership_id", "title"))
