"""Noting who has an issue open, and where they are in it."""

from __future__ import annotations

from gonets.kernel import clock
from gonets.kernel.html import storable
from gonets.newsletters.models import Issue, IssuePresence
from gonets.newsletters.queries.presence import FORGOTTEN_AFTER

LONGEST = {"page": 40, "place": 16, "field": 80}


def be_present(
    issue_id: int, *, user_id: int, page: str, place: str, field: str
) -> None:
    """Note that a page is open; it has to say so again before it is taken for closed.

    An issue that was deleted meanwhile has nobody.
    """
    if not Issue.objects.filter(pk=issue_id).exists():
        return
    now = clock.now()
    IssuePresence.objects.update_or_create(
        issue_id=issue_id,
        page=_fitting(page, "page"),
        defaults={
            "user_id": user_id,
            "place": _fitting(place, "place"),
            "field": _fitting(field, "field"),
            "seen_at": now,
        },
    )
    IssuePresence.objects.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()


def be_gone(issue_id: int, *, user_id: int, page: str) -> None:
    """Note that a page was left."""
    named = _fitting(page, "page")
    IssuePresence.objects.filter(issue=issue_id, user=user_id, page=named).delete()


def _fitting(word: str, name: str) -> str:
    """Return a browser's word as its column can hold it."""
    return storable(word)[: LONGEST[name]]
