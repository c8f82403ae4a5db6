"""Newsletters and their issues for lists; what runs did is joined one layer up."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from gonets.audience.queries import confirmed_counts
from gonets.newsletters.models import HeldMaterial, Issue, Newsletter
from gonets.newsletters.states import EDITABLE_STATES, IssueState
from gonets.newsletters.types import NewsletterRow


def newsletter_rows(*, archived: bool = False) -> list[NewsletterRow]:
    """Return the newsletters as they were made, with how many people get each now."""
    newsletters = Newsletter.objects.filter(archived_at__isnull=not archived)
    people = confirmed_counts()
    last = _last_issues()
    planned = _open_issues()
    return [
        NewsletterRow(
            newsletter=newsletter,
            subscribers=people.get(newsletter.readership_id, 0),
            last_issue=last.get(newsletter.pk),
            next_issue=_nearest(planned.get(newsletter.pk, [])),
            open_issues=len(planned.get(newsletter.pk, [])),
        )
        for newsletter in newsletters.order_by("pk")
    ]


def _last_issues() -> dict[int, Issue]:
    released = Issue.objects.filter(
        newsletter=OuterRef("pk"), released_at__isnull=False
    ).order_by("-released_at", "-pk")
    last = Newsletter.objects.annotate(last_id=Subquery(released.values("pk")[:1]))
    issues = Issue.objects.filter(pk__in=last.values("last_id"))
    return {issue.newsletter_id: issue for issue in issues}


def _open_issues() -> dict[int, list[Issue]]:
    by_newsletter: dict[int, list[Issue]] = {}
    for issue in Issue.objects.filter(state__in=EDITABLE_STATES):
        by_newsletter.setdefault(issue.newsletter_id, []).append(issue)
    return by_newsletter


def _nearest(issues: list[Issue]) -> Issue | None:
    dated = [issue for issue in issues if issue.scheduled_at is not None]
    return min(dated, key=lambda issue: str(issue.scheduled_at), default=None)


def drafts_of(newsletter_id: int) -> QuerySet[Issue]:
    """The newsletter's issues in preparation, the last changed first.

    A postponed one was put aside on purpose and is not among them.
    """
    return (
        Issue.objects.filter(newsletter=newsletter_id, state=IssueState.DRAFT)
        .select_related("changed_by")
        .order_by("-changed_at", "-pk")
    )


def held_materials(issue_id: int) -> QuerySet[HeldMaterial]:
    """What this issue left for the newsletter's next one."""
    return (
        HeldMaterial.objects.filter(held_in=issue_id)
        .select_related("material__section", "material__picture")
        .order_by("-created_at", "-pk")
    )
