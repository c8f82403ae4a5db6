"""A standing draft from its opening to the moment when its date has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from django.db import transaction

from gonets.kernel import clock
from gonets.newsletters import proposals
from gonets.newsletters.actions.editing import change_issue
from gonets.newsletters.actions.entries import place_materials, put_in_order
from gonets.newsletters.actions.issues import new_draft
from gonets.newsletters.limits import within
from gonets.newsletters.models import Entry, Issue
from gonets.newsletters.queries.candidates import fresh_candidates, limits_of
from gonets.newsletters.queries.composition import materials_by_part
from gonets.newsletters.standing import queries
from gonets.newsletters.standing.decisions import Changes, changes_of
from gonets.newsletters.standing.models import (
    NewsletterRhythm,
    PlacedMaterial,
    StandingDraft,
)
from gonets.newsletters.standing.rhythms import Occurrence
from gonets.newsletters.standing.states import (
    OPEN_STATES,
    SkipReason,
    StandingState,
    WhenDue,
)
from gonets.newsletters.states import IssueState
from gonets.newsletters.types import Candidate, Person


class TellEditor(Protocol):
    """Told once, of however many workers: in the transaction that ends the collecting.

    The draft waits for an editor, or its date was skipped by the rule.
    """

    def __call__(self, draft: StandingDraft) -> None: ...


def tend_standing_draft(newsletter_id: int, *, tell_editor: TellEditor) -> None:
    """Open the newsletter's standing draft, fill it, or end its collecting.

    ``tell_editor`` is called with a draft whose date has come, unless it goes out.
    """
    row = queries.rhythms_on().filter(newsletter=newsletter_id).first()
    if row is None:
        return
    # Looked for outside the transaction: others can write meanwhile.
    found = fresh_candidates(row.newsletter)
    if not _is_anything_to_do(row, found):
        return
    with transaction.atomic():
        ended = _tend(newsletter_id, found)
        if ended is not None:
            tell_editor(ended)


def _is_anything_to_do(row: NewsletterRhythm, found: Sequence[Candidate]) -> bool:
    draft = queries.open_draft(row.newsletter_id)
    if draft is None:
        return queries.next_date(row, now=clock.now()) is not None
    issue = draft.issue
    if issue is None or issue.state == IssueState.RELEASED:
        return True
    if not draft.is_collecting:
        return False
    return draft.due_at <= clock.now() or bool(_changes(draft, issue, found))


def _changes(
    draft: StandingDraft, issue: Issue, found: Sequence[Candidate]
) -> Changes | None:
    if issue.state not in queries.COLLECTS_IN:
        return None
    state, limits = queries.draft_of(draft, issue), limits_of(issue)
    if not state.is_edited:
        return changes_of(state, wanted=_ids(within(found, limits)))
    # What a person works in fills up as far as there is room.
    changes = changes_of(state, wanted=_ids(found))
    new = [each for each in found if each.material.pk in changes.new]
    room = within(new, limits, present=materials_by_part(issue.pk))
    return replace(changes, new=tuple(_ids(room)))


def _ids(found: Iterable[Candidate]) -> list[int]:
    return [each.material.pk for each in found]


def _tend(newsletter_id: int, found: Sequence[Candidate]) -> StandingDraft | None:
    row = lock_rhythm(newsletter_id)
    if row is None or not row.is_on:
        return None
    draft = queries.open_draft(newsletter_id)
    if draft is None:
        _open(row, found)
        return None
    issue = lock_issue(draft)
    if issue is None or issue.state == IssueState.RELEASED:
        _end(draft, StandingState.RELEASED if issue else StandingState.SKIPPED)
        return None
    if not draft.is_collecting:
        return None
    collect(draft, issue, found)
    if draft.due_at > clock.now():
        return None
    return _come_due(row, draft, issue)


def lock_rhythm(newsletter_id: int) -> NewsletterRhythm | None:
    """Return the newsletter's rhythm, locked until the transaction ends."""
    return (
        NewsletterRhythm.objects.select_for_update(of=("self",))
        .select_related("newsletter")
        .filter(newsletter=newsletter_id)
        .first()
    )


def lock_issue(draft: StandingDraft) -> Issue | None:
    """Return the draft's issue, locked until the transaction ends; None if it is gone.

    Always before the draft itself: a release locks the issue first, too.
    """
    return (
        Issue.objects.select_for_update(of=("self",))
        .select_related("newsletter")
        .filter(pk=draft.issue_id or 0)
        .first()
    )


def _open(row: NewsletterRhythm, found: Sequence[Candidate]) -> None:
    date = queries.next_date(row, now=clock.now())
    if date is None:
        return
    before = queries.laid_aside(row.newsletter_id)
    if before is not None and before.issue is not None:
        _take_over(before, before.issue, date)
        return
    # First the row: of two that come at once, its constraint lets one through.
    draft = StandingDraft.objects.create(
        newsletter=row.newsletter,
        day=date.day,
        due_at=date.at,
        opened_at=clock.now(),
    )
    draft.issue = new_draft(row.newsletter, day=date.day, user=None)
    draft.save(update_fields=["issue"])
    placed = within(found, limits_of(draft.issue))
    place_materials(draft.issue, [each.material for each in placed])


def _take_over(before: StandingDraft, issue: Issue, date: Occurrence) -> None:
    """Let an issue that collected for an earlier date collect for this one."""
    draft = StandingDraft.objects.create(
        newsletter=issue.newsletter,
        issue=issue,
        day=date.day,
        due_at=date.at,
        own_edition=before.own_edition,
        is_edited=before.is_edited or issue.edition != before.own_edition,
        opened_at=clock.now(),
    )
    redate(draft, issue, before=before)


def collect(draft: StandingDraft, issue: Issue, found: Sequence[Candidate]) -> None:
    """Bring the issue up to what the rule takes now, and nothing that a person did."""
    changes = _changes(draft, issue, found)
    if not changes:
        return
    is_edited = draft.is_edited or issue.edition != draft.own_edition
    change_issue(issue.pk, user=None, gathered_at=clock.now())
    outdated = {"issue": issue, "material__in": changes.outdated}
    Entry.objects.filter(**outdated).delete()
    PlacedMaterial.objects.filter(**outdated).delete()
    new = set(changes.new)
    place_materials(issue, [each.material for each in found if each.material.pk in new])
    if not is_edited:
        put_in_order(issue, _ids(found))
    _remember_edition(draft, issue, is_edited=is_edited)


def _remember_edition(draft: StandingDraft, issue: Issue, *, is_edited: bool) -> None:
    issue.refresh_from_db()
    draft.own_edition, draft.is_edited = issue.edition, is_edited
    draft.save(update_fields=["own_edition", "is_edited"])


def _come_due(
    row: NewsletterRhythm, draft: StandingDraft, issue: Issue
) -> StandingDraft | None:
    count = queries.material_count(issue.pk)
    # Whoever gave it a date of its own has decided already.
    if issue.state == IssueState.SCHEDULED:
        _set_waiting(draft)
        return None
    if count < row.newsletter.minimum:
        move_on(row, draft, issue, reason=SkipReason.TOO_FEW)
        draft.refresh_from_db()
        return draft
    _set_waiting(draft)
    Issue.objects.filter(pk=issue.pk).update(gathered_at=clock.now())
    if row.when_due == WhenDue.SEND:
        _schedule(issue.pk, at=draft.due_at)
        return None
    issue_in_draft = Issue.objects.filter(pk=issue.pk, state=IssueState.DRAFT)
    issue_in_draft.update(state=IssueState.POSTPONED)
    return draft


def _set_waiting(draft: StandingDraft) -> None:
    collecting = StandingDraft.objects.filter(
        pk=draft.pk, state=StandingState.COLLECTING
    )
    collecting.update(state=StandingState.WAITING)
    draft.state = StandingState.WAITING


def _schedule(issue_id: int, *, at: datetime) -> None:
    """Give the issue to those who send what is due; late ones ask the editor there."""
    Issue.objects.filter(pk=issue_id, state__in=queries.COLLECTS_IN).update(
        state=IssueState.SCHEDULED,
        scheduled_at=at,
        schedule_missed=False,
        schedule_failure="",
    )


def move_on(
    row: NewsletterRhythm,
    draft: StandingDraft,
    issue: Issue,
    *,
    reason: SkipReason,
    user: Person | None = None,
) -> None:
    """Skip the draft's date: the issue, as it is, collects for the next one."""
    count = queries.material_count(issue.pk)
    _end(draft, StandingState.SKIPPED, reason=reason, count=count, user=user)
    date = queries.next_date(row, now=clock.now())
    if date is not None:
        _take_over(draft, issue, date)


def redate(draft: StandingDraft, issue: Issue, *, before: StandingDraft) -> None:
    """Let the subject name the new day, if it still is the one that was proposed."""
    newsletter = issue.newsletter
    old, new = (
        proposals.proposed_subject(
            newsletter.title, language=newsletter.language, day=day
        )
        for day in (before.day, draft.day)
    )
    if issue.subject == old and old != new:
        change_issue(issue.pk, user=None, subject=new)
        is_edited = draft.is_edited or issue.edition != draft.own_edition
        _remember_edition(draft, issue, is_edited=is_edited)


def _end(
    draft: StandingDraft,
    state: StandingState,
    *,
    reason: SkipReason = SkipReason.NONE,
    count: int | None = None,
    user: Person | None = None,
) -> None:
    if state == StandingState.SKIPPED and not reason:
        reason = SkipReason.DELETED
    still_open = StandingDraft.objects.filter(pk=draft.pk, state__in=OPEN_STATES)
    still_open.update(
        state=state,
        reason=reason,
        materials=count,
        minimum=draft.newsletter.minimum,
        ended_at=clock.now(),
        ended_by_id=user.pk if user else None,
    )


def end_as_ordinary(draft: StandingDraft, *, user: Person | None) -> None:
    """Let the issue be a draft like any other; nothing of it is lost."""
    _end(draft, StandingState.ENDED, user=user)
