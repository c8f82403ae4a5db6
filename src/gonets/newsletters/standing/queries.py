"""Reads of rhythms and standing drafts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from gonets.letters.kinds import EntryKind
from gonets.newsletters.models import Entry, HeldMaterial, Issue, Newsletter
from gonets.newsletters.people import administrators, makers_of_issues
from gonets.newsletters.standing.decisions import Draft
from gonets.newsletters.standing.models import (
    NewsletterRhythm,
    PlacedMaterial,
    StandingDraft,
)
from gonets.newsletters.standing.rhythms import Occurrence, next_occurrence, upcoming
from gonets.newsletters.standing.states import (
    OPEN_STATES,
    SETTLED_STATES,
    SkipReason,
    StandingState,
)
from gonets.newsletters.states import IssueState

SHOWN_DATES = 5

COLLECTS_IN = (IssueState.DRAFT, IssueState.POSTPONED)
"""An issue with a date of its own is as its editor approved it."""


def rhythms_on() -> QuerySet[NewsletterRhythm]:
    """Return the rhythms that something has to happen for."""
    return NewsletterRhythm.objects.filter(
        is_on=True, newsletter__archived_at=None
    ).select_related("newsletter")


def open_draft(newsletter_id: int) -> StandingDraft | None:
    return (
        StandingDraft.objects.filter(newsletter=newsletter_id, state__in=OPEN_STATES)
        .select_related("issue")
        .first()
    )


def laid_aside(newsletter_id: int) -> StandingDraft | None:
    """Return the draft that collected when the rhythm was switched off, if any.

    One that was given a date since, or released, is not among those.
    """
    last = (
        StandingDraft.objects.filter(newsletter=newsletter_id)
        .select_related("issue__newsletter")
        .order_by("-opened_at", "-pk")
        .first()
    )
    if last is None or last.state != StandingState.ENDED or last.issue is None:
        return None
    return last if last.issue.state in COLLECTS_IN else None


def standing_of(issue_ids: Collection[int]) -> dict[int, StandingDraft]:
    """Return the open standing drafts among these issues, by issue."""
    found = StandingDraft.objects.filter(issue__in=issue_ids, state__in=OPEN_STATES)
    rows = found.select_related("newsletter__rhythm")
    return {row.issue_id: row for row in rows if row.issue_id is not None}


def past_drafts(newsletter_id: int) -> QuerySet[StandingDraft]:
    """Return what became of earlier dates, the last one first."""
    return (
        StandingDraft.objects.filter(newsletter=newsletter_id)
        .exclude(state__in=OPEN_STATES)
        .select_related("issue", "ended_by")
        .order_by("-due_at", "-pk")
    )


def next_date(row: NewsletterRhythm, *, now: datetime) -> Occurrence | None:
    """Return the first date that no standing draft has had yet."""
    settled = (
        StandingDraft.objects.filter(
            newsletter=row.newsletter_id,
            opened_at__gte=row.in_force_since,
            state__in=SETTLED_STATES,
        )
        .order_by("-due_at")
        .values_list("due_at", flat=True)
        .first()
    )
    after = max(now, settled) if settled else now
    return next_occurrence(row.rhythm, after=after, skips=row.skips)


def coming_dates(row: NewsletterRhythm, *, now: datetime) -> list[Occurrence]:
    """Return the next dates as the page shows them, skipped ones among them."""
    return upcoming(row.rhythm, after=now, skips=row.skips, count=SHOWN_DATES)


def material_count(issue_id: int) -> int:
    return Entry.objects.filter(issue=issue_id, kind=EntryKind.MATERIAL).count()


def material_counts(issue_ids: Iterable[int]) -> dict[int, int]:
    counts = dict.fromkeys(issue_ids, 0)
    found = Entry.objects.filter(issue__in=counts, kind=EntryKind.MATERIAL)
    for issue_id in found.values_list("issue_id", flat=True):
        counts[issue_id] += 1
    return counts


def draft_of(row: StandingDraft, issue: Issue) -> Draft:
    """Return the draft as collecting sees it."""
    present = issue.entries.exclude(material=None)
    placed = PlacedMaterial.objects.filter(issue=issue)
    left = HeldMaterial.objects.filter(held_in=issue)
    return Draft(
        present=frozenset(present.values_list("material_id", flat=True)),
        placed=frozenset(placed.values_list("material_id", flat=True)),
        left=frozenset(left.values_list("material_id", flat=True)),
        is_edited=row.is_edited or issue.edition != row.own_edition,
    )


def told_people(newsletter: Newsletter) -> list[AbstractBaseUser]:
    """Return who is told of the newsletter's standing drafts: editors with an address.

    Those chosen in its settings; or else whoever made it; or else the administrators.
    """
    rhythm = NewsletterRhythm.objects.filter(newsletter=newsletter).first()
    chosen = list(_with_address(rhythm.told.all())) if rhythm else []
    if chosen:
        return chosen
    maker = list(_with_address(_users().filter(pk=newsletter.created_by_id or 0)))
    return maker or list(_with_address(administrators()))


def told_of_sources() -> list[AbstractBaseUser]:
    """Return who is told of the sources of all newsletters: who sets things up."""
    return list(_with_address(administrators()))


def editors() -> list[AbstractBaseUser]:
    """Return everybody who can be told, by name."""
    return list(_with_address(_users()))


def zone_of(newsletter: Newsletter) -> str:
    """Return by which clocks the newsletter comes out: its rhythm's, or the site's."""
    rhythm: NewsletterRhythm | None = getattr(newsletter, "rhythm", None)
    return rhythm.zone if rhythm is not None else settings.TIME_ZONE


def skipped_before(issue_ids: Collection[int]) -> dict[int, StandingDraft]:
    """Return the dates that these issues had last, where the rule skipped them."""
    found = StandingDraft.objects.filter(
        issue__in=issue_ids, state=StandingState.SKIPPED, reason=SkipReason.TOO_FEW
    )
    rows = found.order_by("due_at", "pk")
    return {row.issue_id: row for row in rows if row.issue_id is not None}


def address_of(user: AbstractBaseUser) -> str:
    return str(getattr(user, type(user).get_email_field_name(), "") or "")


def _users() -> QuerySet[Any]:
    model: Any = get_user_model()
    found: QuerySet[Any] = model.objects.all()
    return found


def _with_address(users: QuerySet[Any]) -> QuerySet[Any]:
    """Leave active editors who have an e-mail address; subscribers are no users."""
    model = get_user_model()
    may_edit = users.filter(pk__in=makers_of_issues().order_by().values("pk"))
    addressed = may_edit.exclude(**{model.get_email_field_name(): ""})
    return addressed.order_by(model.USERNAME_FIELD)
