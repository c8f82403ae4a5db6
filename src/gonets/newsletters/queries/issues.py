"""Newsletters and their issues for lists; what runs did is joined one layer up."""

from __future__ import annotations

from django.db.models import OuterRef, Q, QuerySet, Subquery

from gonets.audience.queries import confirmed_counts
from gonets.newsletters.models import HeldMaterial, Issue, Newsletter
from gonets.newsletters.standing.ending import is_standing
from gonets.newsletters.standing.models import StandingDraft
from gonets.newsletters.standing.states import OPEN_STATES
from gonets.newsletters.states import EDITABLE_STATES, IssueState
from gonets.newsletters.types import NewsletterRow


def newsletter_rows(*, archived: bool = False) -> list[NewsletterRow]:
    """Return the newsletters as they were made, with how many people get each now."""
    newsletters = Newsletter.objects.filter(archived_at__isnull=not archived)
    people = confirmed_counts()
    last = _last_issues()
    planned = _open_issues()
    standing = _standing_drafts()
    return [
        NewsletterRow(
            newsletter=newsletter,
            subscribers=people.get(newsletter.readership_id, 0),
            last_issue=last.get(newsletter.pk),
            next_issue=_nearest(planned.get(newsletter.pk, [])),
            open_issues=len(planned.get(newsletter.pk, [])),
            standing=standing.get(newsletter.pk),
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


def _standing_drafts() -> dict[int, StandingDraft]:
    found = StandingDraft.objects.filter(state__in=OPEN_STATES)
    return {draft.newsletter_id: draft for draft in found}


def _nearest(issues: list[Issue]) -> Issue | None:
    dated = [issue for issue in issues if issue.scheduled_at is not None]
    return min(dated, key=lambda issue: str(issue.scheduled_at), default=None)


def drafts_of(newsletter_id: int) -> QuerySet[Issue]:
    """The newsletter's issues in preparation, the last changed first.

    A postponed one was put aside on purpose and is not among them, unless it is the
    standing draft.
    """
    is_draft = Q(state=IssueState.DRAFT) | Q(is_standing(), state=IssueState.POSTPONED)
    return (
        Issue.objects.filter(is_draft, newsletter=newsletter_id)
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
