"""Setting a newsletter's rhythm, skipping dates, and what that does to its draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from gonets.kernel import clock
from gonets.newsletters.actions.editing import change_issue
from gonets.newsletters.errors import BadSettings, IssueClosed
from gonets.newsletters.models import Newsletter
from gonets.newsletters.standing import queries
from gonets.newsletters.standing.actions import (
    end_as_ordinary,
    lock_issue,
    lock_rhythm,
    move_on,
    redate,
)
from gonets.newsletters.standing.checking import checked_rhythm, checked_skips
from gonets.newsletters.standing.models import NewsletterRhythm, StandingDraft
from gonets.newsletters.standing.rhythms import NO_SKIPS, Rhythm, Skips
from gonets.newsletters.standing.states import SkipReason, StandingState, WhenDue
from gonets.newsletters.states import IssueState
from gonets.newsletters.types import Person

MOST_SKIPPED = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an editor decides about the dates of a newsletter.

    Of ``skips`` only the pause is taken: single dates are skipped one by one.
    """

    rhythm: Rhythm
    when_due: str = WhenDue.WAIT
    skips: Skips = field(default_factory=lambda: NO_SKIPS)
    told_ids: Sequence[int] = ()


@transaction.atomic
def set_rhythm(newsletter_id: int, plan: Plan, *, user: Person | None) -> None:
    """Let the newsletter come out by this plan; an open draft gets its new date.

    :raises BadSettings: naming every field that is wrong.
    """
    rhythm, skips = checked_rhythm(plan.rhythm), checked_skips(plan.skips)
    if plan.when_due not in WhenDue.values:
        raise BadSettings({"when_due": _("Please choose one of these.")})
    # Of two first presses of Save, one waits for the other.
    newsletter = Newsletter.objects.select_for_update().get(pk=newsletter_id)
    earlier = lock_rhythm(newsletter_id)
    row = earlier or NewsletterRhythm(newsletter=newsletter)
    is_another = earlier is None or not earlier.is_on or earlier.rhythm != rhythm
    _write(row, rhythm, {"when_due": plan.when_due, **_changed_by(user)})
    row.paused_from, row.paused_until = skips.paused_from, skips.paused_until
    if is_another:
        row.in_force_since = clock.now()
    row.is_on = True
    row.save()
    told = {user.pk for user in queries.editors()}.intersection(plan.told_ids)
    row.told.set(told)
    _realign(row)


def _write(row: NewsletterRhythm, rhythm: Rhythm, columns: dict[str, Any]) -> None:
    for name, value in {**asdict(rhythm), **columns}.items():
        setattr(row, name, list(value) if isinstance(value, tuple) else value)


def _changed_by(user: Person | None) -> dict[str, Any]:
    return {"changed_at": clock.now(), "changed_by_id": user.pk if user else None}


@transaction.atomic
def stop_rhythm(newsletter_id: int, *, user: Person | None) -> None:
    """Let nothing come about by itself any more; the open draft becomes ordinary."""
    row = lock_rhythm(newsletter_id)
    if row is None:
        return
    NewsletterRhythm.objects.filter(pk=row.pk).update(is_on=False, **_changed_by(user))
    draft = queries.open_draft(newsletter_id)
    if draft is not None:
        end_as_ordinary(draft, user=user)


@transaction.atomic
def skip_day(newsletter_id: int, day: date, *, user: Person | None) -> None:
    """Let nothing come out on that day; the draft collects for the next date."""
    row = lock_rhythm(newsletter_id)
    if row is None:
        return
    days = {*row.skips.days, day}
    # Whoever skipped what is long past needs no record here; the drafts are one.
    today = clock.now().date()
    kept = sorted(each for each in days if (today - each).days <= 1)[:MOST_SKIPPED]
    _store_skipped(row, kept, user=user)
    draft = queries.open_draft(newsletter_id)
    if draft is not None and draft.day == day and not draft.is_collecting:
        _take_up_again(row, draft, user=user)
    else:
        _realign(row)


@transaction.atomic
def unskip_day(newsletter_id: int, day: date, *, user: Person | None) -> None:
    """Let that day be a date again, if it is still to come."""
    row = lock_rhythm(newsletter_id)
    if row is not None:
        _store_skipped(row, sorted(row.skips.days - {day}), user=user)
        _realign(row)


def skip_issue(issue_id: int, *, user: Person | None) -> None:
    """Skip the date of an open standing draft.

    :raises IssueClosed: if it is none (any more).
    """
    draft = queries.standing_of([issue_id]).get(issue_id)
    if draft is None:
        raise IssueClosed(_("This issue does not collect for a date any more."))
    skip_day(draft.newsletter_id, draft.day, user=user)


def _store_skipped(
    row: NewsletterRhythm, days: Sequence[date], *, user: Person | None
) -> None:
    row.skipped_days = [day.isoformat() for day in days]
    for name, value in _changed_by(user).items():
        setattr(row, name, value)
    row.save(update_fields=["skipped_days", "changed_at", "changed_by"])


def _take_up_again(
    row: NewsletterRhythm, draft: StandingDraft, *, user: Person | None
) -> None:
    """A draft whose date has come collects for the next one."""
    issue = lock_issue(draft)
    if issue is None or issue.state not in queries.COLLECTS_IN:
        raise IssueClosed(_("This issue has a date of its own. Take that off first."))
    change_issue(
        issue.pk,
        user=user,
        state=IssueState.DRAFT,
        scheduled_at=None,
        schedule_missed=False,
        schedule_failure="",
    )
    issue.refresh_from_db()
    move_on(row, draft, issue, reason=SkipReason.BY_PERSON, user=user)


def _realign(row: NewsletterRhythm) -> None:
    """Give a draft that still collects the date that is next now."""
    draft = queries.open_draft(row.newsletter_id)
    if draft is None or not draft.is_collecting or draft.issue_id is None:
        return
    # Its date has come; what happens then is for the chore to do, however late.
    if draft.due_at <= clock.now() and not row.skips.covers(draft.day):
        return
    issue = lock_issue(draft)
    date = queries.next_date(row, now=clock.now())
    if issue is None or date is None or date.at == draft.due_at:
        return
    before = StandingDraft(day=draft.day)
    draft.day, draft.due_at = date.day, date.at
    StandingDraft.objects.filter(pk=draft.pk, state=StandingState.COLLECTING).update(
        day=date.day, due_at=date.at
    )
    redate(draft, issue, before=before)
