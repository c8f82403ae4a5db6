"""Telling editors, once for each event, however often the mail server is away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Issue
from gonets.newsletters.standing.models import StandingDraft
from gonets.newsletters.standing.queries import told_people
from gonets.newsletters.standing.states import StandingState
from gonets.newsletters.states import EDITABLE_STATES
from gonets.publishing.notices.composing import envelope_for
from gonets.publishing.notices.models import Notice
from gonets.publishing.notices.posting import Posting, send_waiting
from gonets.publishing.notices.states import NoticeKind

BETWEEN_SKIPS = timedelta(days=6)
"""Of a weekly newsletter's skipped dates all are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What editors are told about an issue; ``name`` is the same for the same event."""

    name: str
    kind: NoticeKind
    issue: Issue
    due_at: datetime
    reason: str = ""


def tell_of_standing(draft: StandingDraft) -> None:
    """Tell that the draft waits for an editor, or that its date was skipped."""
    is_skipped = draft.state == StandingState.SKIPPED
    if draft.issue is None or (is_skipped and _was_told_lately(draft.newsletter_id)):
        return
    kind = NoticeKind.SKIPPED if is_skipped else NoticeKind.READY
    tell(
        Event(
            name=f"{kind.value}:{draft.pk}",
            kind=kind,
            issue=draft.issue,
            due_at=draft.due_at,
        )
    )


def _was_told_lately(newsletter_id: int) -> bool:
    """Whether editors heard of a skipped date so lately that it would be a nuisance.

    Of a daily newsletter nobody wants to hear every morning that there was no news.
    """
    return Notice.objects.filter(
        issue__newsletter=newsletter_id,
        kind=NoticeKind.SKIPPED,
        created_at__gt=clock.now() - BETWEEN_SKIPS,
    ).exists()


@transaction.atomic
def ask_editors(issue_id: int, *, at: datetime, reason: str) -> bool:
    """Postpone an issue that could not leave on time, and tell so; False if it is not
    scheduled for that moment any more.

    ``reason`` is an English source string, translated for whoever reads it.
    """
    if not newsletters.miss_schedule(issue_id, at=at, reason=reason):
        return False
    issue = Issue.objects.select_related("newsletter").get(pk=issue_id)
    tell(
        Event(
            name=f"missed:{issue.pk}:{at:%Y%m%d%H%M%S}",
            kind=NoticeKind.MISSED,
            issue=issue,
            due_at=at,
            reason=reason,
        )
    )
    return True


def tell(event: Event) -> None:
    """Write a notice for everybody who is told of the newsletter; twice is once."""
    now = clock.now()
    Notice.objects.bulk_create(
        (
            Notice(
                event=event.name,
                kind=event.kind,
                issue=event.issue,
                user_id=user.pk,
                due_at=event.due_at,
                reason=event.reason,
                next_try_at=now,
                created_at=now,
            )
            for user in told_people(event.issue.newsletter)
        ),
        ignore_conflicts=True,
    )


def send_waiting_notices() -> int:
    """Send what waits and is due for a try; return how many were accepted."""
    return send_waiting(NOTICES)


def _notices() -> QuerySet[Notice]:
    return Notice.objects.select_related("issue__newsletter__readership", "user")


def _is_moot(notice: Notice) -> bool:
    return notice.issue.state not in EDITABLE_STATES


NOTICES = Posting(rows=_notices, envelope_for=envelope_for, is_moot=_is_moot)
