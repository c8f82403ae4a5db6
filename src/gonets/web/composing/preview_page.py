"""What the views of the preview have in common: the issue and its reader."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from gonets.audience.models import Subscriber
from gonets.audience.queries import Standing, subscribers
from gonets.newsletters.models import Issue

LONGEST_ID = 18
"""Digits that a 64-bit number always holds."""


def previewed_issue(issue_id: int) -> Issue:
    issues = Issue.objects.select_related("newsletter__readership", "changed_by")
    return get_object_or_404(issues, pk=issue_id)


def readers_of(issue: Issue, *, search: str = "") -> QuerySet[Subscriber]:
    """Return those who would get the issue now, the longest subscribed first."""
    found = subscribers(
        search=search,
        readership_id=issue.newsletter.readership_id,
        standing=Standing.CONFIRMED,
    )
    return found.order_by("pk")


def chosen_reader(request: HttpRequest, issue: Issue) -> Subscriber | None:
    """Return the reader named by ``?reader=``, else the first one, if any."""
    readers = readers_of(issue)
    named = request.GET.get("reader", "")
    if named.isascii() and named.isdigit() and len(named) <= LONGEST_ID:
        found = readers.filter(pk=int(named)).first()
        if found is not None:
            return found
    return readers.first()


def neighbour(
    request: HttpRequest, issue: Issue, *, back: bool = False
) -> Subscriber | None:
    """Return the one after, or before, the chosen reader; after the last the first."""
    chosen = chosen_reader(request, issue)
    if chosen is None:
        return None
    readers = readers_of(issue)
    if back:
        return readers.filter(pk__lt=chosen.pk).last() or readers.last()
    return readers.filter(pk__gt=chosen.pk).first() or readers.first()
