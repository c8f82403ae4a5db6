"""An issue from its first draft to the moment it is released."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gonets.kernel import clock
from gonets.newsletters import proposals
from gonets.newsletters.actions.editing import change_issue, changed_by, raise_closed
from gonets.newsletters.actions.entries import place_materials
from gonets.newsletters.errors import BadSchedule, NewsletterArchived
from gonets.newsletters.limits import within
from gonets.newsletters.models import Entry, Issue, Newsletter
from gonets.newsletters.queries.candidates import fresh_candidates, limits_of
from gonets.newsletters.standing.ending import end_as_deleted, is_standing
from gonets.newsletters.states import IssueState, IssueStep
from gonets.newsletters.types import Person


@transaction.atomic
def prepare_issue(newsletter_id: int, *, user: Person | None) -> Issue:
    """Start a draft with every fresh candidate, a subject, a greeting and an intro.

    :raises NewsletterArchived: if the newsletter is in the archive.
    """
    newsletter = Newsletter.objects.get(pk=newsletter_id)
    if newsletter.archived_at is not None:
        raise NewsletterArchived(newsletter.title)
    issue = new_draft(newsletter, day=timezone.localdate(clock.now()), user=user)
    found = within(fresh_candidates(newsletter), limits_of(issue))
    place_materials(issue, [each.material for each in found])
    return issue


def new_draft(newsletter: Newsletter, *, day: date, user: Person | None) -> Issue:
    """Make an issue of that day without materials."""
    now = clock.now()
    language = newsletter.language
    return Issue.objects.create(
        newsletter=newsletter,
        subject=proposals.proposed_subject(
            newsletter.title, language=language, day=day
        ),
        greeting=newsletter.greeting or proposals.proposed_greeting(language),
        intro=proposals.proposed_intro(language),
        gathered_at=now,
        created_at=now,
        created_by_id=user.pk if user else None,
        **changed_by(user),
    )


def set_step(issue_id: int, step: IssueStep, *, user: Person | None) -> None:
    """Remember the step the editor went to; it changes no wording, so no edition.

    Setting it on a released issue does nothing: its walk is over.
    """
    Issue.objects.filter(pk=issue_id).exclude(step=step).exclude(
        state=IssueState.RELEASED
    ).update(step=step, **changed_by(user))


def postpone_issue(issue_id: int, *, user: Person | None) -> None:
    """Put the issue aside, ready; a date it had is forgotten.

    :raises IssueClosed: if it has been released.
    """
    change_issue(
        issue_id,
        user=user,
        state=IssueState.POSTPONED,
        scheduled_at=None,
        **_NO_MISSED_SCHEDULE,
    )


def schedule_issue(issue_id: int, *, at: datetime, user: Person | None) -> None:
    """Let the issue leave by itself at ``at``; scheduling again moves it.

    :raises BadSchedule: if ``at`` is not in the future.
    :raises IssueClosed: if it has been released.
    """
    if at <= clock.now():
        raise BadSchedule(_("This time has passed. Choose one in the future."))
    change_issue(
        issue_id,
        user=user,
        state=IssueState.SCHEDULED,
        scheduled_at=at,
        **_NO_MISSED_SCHEDULE,
    )


def unschedule_issue(issue_id: int, *, user: Person | None) -> None:
    """Make a scheduled issue a postponed one.

    :raises IssueClosed: if it is not scheduled (any more).
    """
    scheduled = Issue.objects.filter(pk=issue_id, state=IssueState.SCHEDULED)
    if not scheduled.update(
        state=IssueState.POSTPONED, scheduled_at=None, **changed_by(user)
    ):
        raise_closed(issue_id, _("This issue is not scheduled any more."))


def miss_schedule(issue_id: int, *, at: datetime, reason: str) -> bool:
    """Postpone an issue that could not leave on time; an editor is asked.

    ``reason`` is an English source string, translated where it is shown.  False if the
    issue was not scheduled for ``at`` any more.
    """
    scheduled = Issue.objects.filter(
        pk=issue_id, state=IssueState.SCHEDULED, scheduled_at=at
    )
    return bool(
        scheduled.update(
            state=IssueState.POSTPONED, schedule_missed=True, schedule_failure=reason
        )
    )


@transaction.atomic
def delete_draft(issue_id: int) -> None:
    """Delete an issue that is in preparation or postponed; deleting twice is the same.

    :raises IssueClosed: if it is scheduled or has been released.
    """
    deletable = (IssueState.DRAFT, IssueState.POSTPONED)
    issue = Issue.objects.select_for_update().filter(pk=issue_id).first()
    if issue is None:
        return
    if issue.state not in deletable:
        raise_closed(issue_id, _("Only an issue that nothing was sent of can go."))
    end_as_deleted(issue_id)
    issue.versions.all().delete()
    issue.delete()


def discard_untouched(issue_id: int) -> bool:
    """Delete a draft that nobody has changed since it was prepared; False if one has.

    Whoever only looked at the proposal leaves nothing behind; a standing draft stays.
    """
    untouched = Issue.objects.filter(
        ~is_standing(),
        pk=issue_id,
        state=IssueState.DRAFT,
        step=IssueStep.MATERIALS,
        edition=1,
    )
    deleted, _rows = untouched.delete()
    return bool(deleted)


@transaction.atomic
def copy_issue(issue_id: int, *, user: Person | None) -> Issue:
    """Make a draft with the same wording and entries, open at the preview.

    It looked at the site's materials when the original did, so sending it does not
    hide what was published since.
    """
    original = Issue.objects.get(pk=issue_id)
    now = clock.now()
    copy = Issue.objects.create(
        newsletter_id=original.newsletter_id,
        step=IssueStep.PREVIEW,
        template=original.template,
        subject=original.subject,
        preheader=original.preheader,
        greeting=original.greeting,
        intro=original.intro,
        outro=original.outro,
        own_text=original.own_text,
        own_text_of=original.own_text_of,
        limits=original.limits,
        gathered_at=original.gathered_at,
        created_at=now,
        created_by_id=user.pk if user else None,
        **changed_by(user),
    )
    Entry.objects.bulk_create(_copied(entry, copy) for entry in original.entries.all())
    return copy


def _copied(entry: Entry, copy: Issue) -> Entry:
    entry.pk = None
    entry.issue = copy
    return entry


_NO_MISSED_SCHEDULE = {"schedule_missed": False, "schedule_failure": ""}
