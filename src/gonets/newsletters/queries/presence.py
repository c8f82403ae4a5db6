"""Who has an issue open just now."""

from __future__ import annotations

from datetime import timedelta

from gonets.kernel import clock
from gonets.newsletters.models import IssuePresence
from gonets.newsletters.people import name_of
from gonets.newsletters.types import Presence

TAKEN_FOR_CLOSED = timedelta(seconds=16)
"""Pages say every 5 seconds that they are open, hidden ones more seldom."""

FORGOTTEN_AFTER = timedelta(minutes=10)


def people_at(issue_id: int, *, but_page: str = "") -> list[Presence]:
    """Return the others who have the issue open, those first who came first."""
    since = clock.now() - TAKEN_FOR_CLOSED
    rows = IssuePresence.objects.filter(issue=issue_id, seen_at__gte=since)
    return [
        Presence(
            user_id=row.user_id,
            name=name_of(row.user),
            place=row.place,
            field=row.field,
        )
        for row in rows.exclude(page=but_page).select_related("user").order_by("pk")
    ]
