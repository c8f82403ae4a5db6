"""What the worker does now and then: due issues, audiences, ended runs, rehearsals."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_noop

from gonets.delivery.actions import discard_run
from gonets.delivery.errors import RunStateWrong
from gonets.delivery.fence import keep_fence
from gonets.delivery.retention import fold_runs
from gonets.delivery.states import ENDED_RUNS, RunStatus
from gonets.kernel import clock
from gonets.kernel.logs import get_logger
from gonets.newsletters.models import Issue, Newsletter
from gonets.newsletters.standing.actions import tend_standing_draft
from gonets.newsletters.standing.queries import rhythms_on
from gonets.newsletters.states import IssueState
from gonets.publishing.actions import freeze_audience, send_due_issue, settle_run
from gonets.publishing.actions.rehearsals import forget_rehearsals, rehearsals_to_take
from gonets.publishing.confirmations.actions import send_confirmation_letters
from gonets.publishing.errors import (
    LetterChanged,
    LetterUnready,
    PublishingError,
    ScheduleChanged,
)
from gonets.publishing.models import IssueRun
from gonets.publishing.notices.actions import (
    ask_editors,
    send_waiting_notices,
    tell_of_standing,
)
from gonets.publishing.preflight.looking import (
    forget_looks,
    look_at_domains,
    look_at_links,
)
from gonets.publishing.sources.actions import send_source_notices, tell_of_sources

logger = get_logger(__name__)

LATEST = timedelta(hours=1)
"""A schedule missed by more than this asks the editor (DESIGN §5.9)."""

FREEZING_AT_A_TIME = timedelta(seconds=2)
"""The worker's other chores get their turn after this."""

FORGETTING_AT_A_TIME = timedelta(seconds=1)

LOOKS_KEPT = timedelta(days=30)

KEPT_DAYS = 400
"""So a yearly issue still finds the account of the one before."""

TOO_LATE = gettext_noop("The server was not running at the time. Look and send again.")


COPIED = gettext_noop(
    "The database was copied or restored. Make sure that the other copy has not sent "
    "this issue, then send it here."
)
ARCHIVED = gettext_noop("The newsletter is in the archive.")
UNREADY = gettext_noop("Something in the letter must be put right first.")


def start_due_issues() -> int:
    """Send every scheduled issue whose time has come, once; return how many began.

    Where another copy of the database may do the same, the editors are asked instead.
    """
    now = clock.now()
    due = Issue.objects.filter(state=IssueState.SCHEDULED, scheduled_at__lte=now)
    started = 0
    for issue in list(due.select_related("newsletter")):
        if issue.scheduled_at is None:
            continue
        obstacle = _obstacle(issue.newsletter, late_by=now - issue.scheduled_at)
        if obstacle:
            ask_editors(issue.pk, at=issue.scheduled_at, reason=obstacle)
        else:
            started += _start(issue.pk, issue.scheduled_at)
    return started


def _obstacle(newsletter: Newsletter, *, late_by: timedelta) -> str:
    """Return why an issue must not leave by itself, as a source string, if any."""
    if not keep_fence():
        return COPIED
    if newsletter.archived_at is not None:
        return ARCHIVED
    return TOO_LATE if late_by > LATEST else ""


def tend_standing_drafts() -> None:
    """Let every newsletter with a rhythm have its draft, filled and on time."""
    for newsletter_id in list(rhythms_on().values_list("newsletter_id", flat=True)):
        tend_standing_draft(newsletter_id, tell_editor=tell_of_standing)


def send_notices() -> None:
    """Send the mail that waits for readers who signed up, for editors and owners."""
    send_confirmation_letters()
    send_waiting_notices()
    tell_of_sources()
    send_source_notices()


def freeze_pending_runs() -> bool:
    """Go on freezing the audiences that are not complete; True if some still are not.

    Gives the word back after a while, so that a large audience holds nothing else up.
    """
    _discard_given_up_runs()
    within = FREEZING_AT_A_TIME.total_seconds()
    unfrozen = IssueRun.objects.filter(frozen_at=None, run__status=RunStatus.PREPARING)
    run_ids = list(unfrozen.order_by("pk").values_list("run_id", flat=True))
    return not all(freeze_audience(run_id, within=within) for run_id in run_ids)


def _discard_given_up_runs() -> None:
    """End what somebody gave up while it was being frozen, if that was broken off."""
    given_up = IssueRun.objects.exclude(frozen_at=None)
    given_up = given_up.filter(run__status=RunStatus.PREPARING)
    for run_id in list(given_up.values_list("run_id", flat=True)):
        with suppress(RunStateWrong):  # Whoever gave it up was still at it.
            discard_run(run_id)


def fold_old_runs(stopping: Callable[[], bool]) -> int:
    """Fold the accounts of runs that ended long ago into totals; return how many."""
    days = int(getattr(settings, "GONETS_KEEP_ADDRESSES_DAYS", KEPT_DAYS))
    if not days:
        return 0
    return fold_runs(
        ended_before=clock.now() - timedelta(days=days),
        may_go_on=lambda: not stopping(),
    )


def settle_ended_runs() -> None:
    """Draw up ends whose signal was lost, as when the server was killed just then."""
    ended = IssueRun.objects.filter(settled_at=None, run__status__in=ENDED_RUNS)
    for run_id in list(ended.values_list("run_id", flat=True)):
        settle_run(run_id)


def look_around(stopping: Callable[[], bool] = bool) -> None:
    """Look at the links and domains that preflight has been asked about."""
    look_at_domains(stopping)
    look_at_links(stopping=stopping)


def rehearsals_wait() -> bool:
    """Tell whether there is a rehearsal that nobody is at."""
    return rehearsals_to_take().exists()


def forget_old_rehearsals() -> None:
    """Delete what newer rehearsals have replaced, and those of deleted issues."""
    until = clock.monotonic() + FORGETTING_AT_A_TIME.total_seconds()
    while forget_rehearsals():
        if clock.monotonic() > until:
            return


def forget_old_looks() -> None:
    """Forget what was found at addresses that no letter has asked about for long."""
    forget_looks(before=clock.now() - LOOKS_KEPT)


def _start(issue_id: int, at: datetime) -> bool:
    try:
        # In English: the reason is stored as a source string, for editors to come.
        with translation.override("en"):
            send_due_issue(issue_id, scheduled_at=at)
    except (ScheduleChanged, LetterChanged, Issue.DoesNotExist):
        return False  # If it is still due, it leaves at the next look.
    except PublishingError as reason:
        logger.warning("An issue did not leave on time", issue=issue_id, why=reason)
        # What preflight says about one letter is no source string.
        is_about_letter = isinstance(reason, LetterUnready)
        why = UNREADY if is_about_letter else str(reason)
        ask_editors(issue_id, at=at, reason=why)
        return False
    return True
