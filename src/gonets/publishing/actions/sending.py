"""From an issue as its editor left it to a run that is under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from gonets.delivery import actions as delivery
from gonets.delivery.disk import database_folders, missing_room
from gonets.delivery.models import Run
from gonets.delivery.states import UNFINISHED_RUNS
from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Issue
from gonets.newsletters.states import IssueState
from gonets.newsletters.types import Person
from gonets.publishing.actions.fence import check_fence
from gonets.publishing.actions.freezing import freeze_audience
from gonets.publishing.actions.relays import keep_environment_relay, relay_row
from gonets.publishing.audiences import has_audience
from gonets.publishing.errors import (
    AlreadyRunning,
    DiskFull,
    LetterChanged,
    NobodyToSendTo,
    ScheduleChanged,
)
from gonets.publishing.models import IssueRun
from gonets.publishing.readiness import check_ready
from gonets.publishing.relays import check_public_address, relays_in_use
from gonets.publishing.signing import current_letter_ref
from gonets.publishing.states import AudienceRule
from gonets.publishing.types import RelayInUse

FREEZING_SECONDS = 0.75
"""So long the editor's press may take for freezing; the worker does the rest.  That is
enough for some hundred thousand people, who need not wait for the worker's look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was ordered, and how the issue stood for whoever ordered it."""

    issue_id: int
    audience: AudienceRule
    user: Person | None
    edition: int
    previous_run_id: int | None = None
    scheduled_at: datetime | None = None  # only if the schedule gives the order


def send_issue(
    issue_id: int,
    *,
    audience: AudienceRule,
    user: Person | None,
    previous_run_id: int | None = None,
    edition: int | None = None,
) -> Run:
    """Start a run of the issue, or return the one that another press has started.

    ``previous_run_id`` is the newest run that the editor knew of, ``edition`` the
    wording they saw: however often and late one page is submitted, it makes one run.

    :raises SendRefused: if something must be put right first; nothing was changed.
    :raises AlreadyRunning: if a run to another audience is under way.
    :raises LetterChanged: if the wording is not the one that the editor saw.
    """
    issue = Issue.objects.get(pk=issue_id)
    order = Order(
        issue_id=issue_id,
        audience=audience,
        user=user,
        edition=issue.edition if edition is None else edition,
        previous_run_id=previous_run_id,
    )
    return _carry_out(order)


def send_due_issue(issue_id: int, *, scheduled_at: datetime) -> Run:
    """Start the run of an issue whose time has come.

    :raises ScheduleChanged: if it is not scheduled for that moment any more.
    :raises SendRefused: as ``send_issue``.
    """
    issue = Issue.objects.select_related("changed_by").get(pk=issue_id)
    order = Order(
        issue_id=issue_id,
        audience=AudienceRule.EVERYONE,
        user=issue.changed_by,
        edition=issue.edition,
        scheduled_at=scheduled_at,
    )
    return _carry_out(order)


def _carry_out(order: Order) -> Run:
    earlier = _already_started(order)
    if earlier is not None:
        return earlier
    check_fence()
    check_ready(order.issue_id)
    relays = relays_in_use()
    check_public_address(relay.url for relay in relays)
    check_room()
    if not has_audience(order.issue_id, order.audience):
        # Another press may have put them all into its run in this very moment.
        earlier = _already_started(order)
        if earlier is None:
            raise NobodyToSendTo
        return earlier
    prepared = newsletters.prepare_version(order.issue_id)
    run = _open_issue_run(order, relays, prepared)
    freeze_audience(run.pk, within=FREEZING_SECONDS)
    run.refresh_from_db()
    return run


def check_room() -> None:
    """Refuse to begin what the disk has no room for.

    :raises DiskFull: if it is almost full.
    """
    if missing_room(database_folders()) is not None:
        raise DiskFull


@transaction.atomic
def _open_issue_run(
    order: Order, relays: list[RelayInUse], prepared: newsletters.PreparedVersion
) -> Run:
    issue = (
        Issue.objects.select_for_update(of=("self",))
        .select_related("newsletter__readership")
        .get(pk=order.issue_id)
    )
    earlier = _already_started(order)
    if earlier is not None:
        return earlier
    _check_unchanged(order, issue)
    keep_environment_relay()
    version = newsletters.freeze_version(issue.pk, user=order.user, prepared=prepared)
    run = delivery.open_run(
        origin_key=f"issue:{issue.pk}",
        letter_ref=current_letter_ref(version),
        stop_scope=issue.newsletter.readership.key,
        relay=relay_row(relays),
        now=clock.now(),
    )
    IssueRun.objects.create(
        issue=issue,
        version=version,
        run=run,
        audience=order.audience,
        started_by_id=order.user.pk if order.user else None,
    )
    newsletters.mark_released(issue.pk)
    newsletters.reserve_materials(issue.pk)
    return run


def _already_started(order: Order) -> Run | None:
    """Return the run that an earlier press of the same button has started.

    A finished one counts too: a second press may come after a small run has ended.
    """
    newest = (
        IssueRun.objects.filter(issue_id=order.issue_id)
        .select_related("run")
        .order_by("-run_id")
        .first()
    )
    if newest is None:
        return None
    is_known = newest.run_id == order.previous_run_id
    if newest.audience == order.audience and not is_known:
        return newest.run
    if not is_known or newest.run.status in UNFINISHED_RUNS:
        raise AlreadyRunning(newest.run_id)
    return None


def _check_unchanged(order: Order, issue: Issue) -> None:
    due = issue.scheduled_at if issue.state == IssueState.SCHEDULED else None
    if order.scheduled_at is not None and order.scheduled_at != due:
        raise ScheduleChanged
    if order.edition != issue.edition:
        raise LetterChanged
