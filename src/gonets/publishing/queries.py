"""Where issues and their runs stand, and which list each belongs to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery

from gonets.delivery.models import Delivery, Run
from gonets.delivery.states import UNFINISHED_RUNS, DeliveryStatus, RunStatus
from gonets.letters.storing import digest_of
from gonets.newsletters.models import Issue, IssueVersion
from gonets.newsletters.queries import letter_content
from gonets.newsletters.states import EDITABLE_STATES
from gonets.newsletters.types import Person
from gonets.publishing.audiences import audience_counts, audience_size
from gonets.publishing.captions import unsent_caption
from gonets.publishing.identities import VersionNumbers
from gonets.publishing.models import IssueRun, PreflightOverride, TestAddresses
from gonets.publishing.relays import is_mailbox
from gonets.publishing.states import AudienceRule
from gonets.publishing.types import IssueRunState

__all__ = [
    "audience_counts",
    "audience_size",
    "history",
    "is_correctable",
    "is_corrected",
    "issue_status_text",
    "last_test_addresses",
    "newest_run",
    "next_try_at",
    "overrides_of",
    "planned_issues",
    "run_state",
    "run_states",
    "sent_issues",
    "version_numbers",
]


def run_states(issue_ids: Collection[int]) -> dict[int, IssueRunState]:
    """Return where the newest run of each issue stands; issues without one are absent.

    One query, however many issues.
    """
    states: dict[int, IssueRunState] = {}
    for issue_run in _issue_runs().filter(issue_id__in=issue_ids).order_by("run_id"):
        earlier = states.get(issue_run.issue_id)
        runs = earlier.runs + 1 if earlier else 1
        states[issue_run.issue_id] = _state(issue_run, runs=runs)
    return states


def history(issue_id: int) -> list[IssueRunState]:
    """Return every run of the issue, the newest first."""
    issue_runs = _issue_runs().filter(issue_id=issue_id).order_by("run_id")
    return [_state(each, runs=n) for n, each in enumerate(issue_runs, 1)][::-1]


def newest_run(issue_id: int) -> IssueRunState | None:
    return run_states([issue_id]).get(issue_id)


def run_state(run_id: int) -> IssueRunState | None:
    """Return where this run stands; None if it is no run of an issue."""
    issue_run = _issue_runs().filter(run_id=run_id).first()
    if issue_run is None:
        return None
    up_to = IssueRun.objects.filter(issue_id=issue_run.issue_id, run_id__lte=run_id)
    return _state(issue_run, runs=up_to.count())


def issue_status_text(issue: Issue, run_state: IssueRunState | None) -> str:
    """Return the caption for the issue and its newest run, in the active language."""
    return unsent_caption(issue) if run_state is None else run_state.status_text


def planned_issues() -> QuerySet[Issue]:
    """Return the issues of «Запланированные»: not sent yet, or not to the end."""
    unsent = Q(state__in=EDITABLE_STATES)
    return _listed().filter(unsent | Q(_unfinished())).order_by("-changed_at", "-pk")


def sent_issues() -> QuerySet[Issue]:
    """Return the issues of «Разосланные», the one that ended last first."""
    ended_at = _runs_of_issue().order_by("-pk").values("ended_at")[:1]
    sent = _listed().filter(Exists(_runs_of_issue())).exclude(_unfinished())
    return sent.annotate(sent_at=Subquery(ended_at)).order_by("-sent_at", "-pk")


def is_correctable(issue_id: int) -> bool:
    """Tell whether the letter's wording may be changed now.

    Before its first run, and while a run is paused: those still waiting can get a
    corrected letter.
    """
    newest = newest_run(issue_id)
    return newest is None or newest.status == RunStatus.PAUSED


def is_corrected(run_id: int) -> bool:
    """Tell whether the letter is worded otherwise now than the run sends it."""
    issue_run = IssueRun.objects.select_related("version").get(run_id=run_id)
    return digest_of(letter_content(issue_run.issue_id)) != issue_run.version.sha256


def version_numbers(issue_id: int) -> VersionNumbers:
    """Return the number of every version of the issue, by how the engine names it."""
    versions = IssueVersion.objects.filter(issue_id=issue_id).defer("content")
    return VersionNumbers(versions)


def overrides_of(run_id: int) -> list[PreflightOverride]:
    """Return what the run's version was sent in spite of, with who said why."""
    issue_run = IssueRun.objects.select_related("version", "run").get(run_id=run_id)
    withdrawn = Q(withdrawn_at__lt=issue_run.run.created_at)
    made = PreflightOverride.objects.filter(
        issue=issue_run.issue_id, sha256=issue_run.version.sha256
    )
    return list(made.exclude(withdrawn).select_related("created_by").order_by("pk"))


def last_test_addresses(user: Person) -> str:
    """Return where this editor sent the last test letter; "" if there was none."""
    last = TestAddresses.objects.filter(user=user.pk).first() if user.pk else None
    return last.addresses if last else ""


def next_try_at(run_id: int) -> datetime | None:
    """Return when the first of those who were asked to wait is tried again."""
    deferred = Delivery.objects.filter(run_id=run_id, status=DeliveryStatus.DEFERRED)
    first: datetime | None = deferred.aggregate(first=Min("not_before"))["first"]
    return first


def _issue_runs() -> QuerySet[IssueRun]:
    related = IssueRun.objects.select_related("run__relay", "version", "started_by")
    return related.defer("version__content")


def _state(issue_run: IssueRun, *, runs: int) -> IssueRunState:
    run = issue_run.run
    return IssueRunState(
        run_id=run.pk,
        issue_id=issue_run.issue_id,
        status=_shown_status(issue_run),
        audience=AudienceRule(issue_run.audience),
        version_number=issue_run.version.number,
        is_freezing=run.status == RunStatus.PREPARING,
        audience_size=run.audience_size,
        accepted=run.accepted,
        refused=run.refused + run.expired,
        waiting=run.pending + run.claimed + run.intent + run.deferred,
        deferred=run.deferred,
        withheld=run.withheld,
        cancelled=run.cancelled,
        uncertain=run.uncertain,
        to_mailbox=is_mailbox(run.relay),
        started_by_name=_name(issue_run),
        created_at=run.created_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        acknowledged_at=issue_run.acknowledged_at,
        folded_at=run.folding_at,
        runs=runs,
    )


def _shown_status(issue_run: IssueRun) -> RunStatus:
    """A run held while it is being frozen is paused, as far as people can see."""
    status = RunStatus(issue_run.run.status)
    if status == RunStatus.PREPARING and issue_run.held:
        return RunStatus.PAUSED
    return status


def _name(issue_run: IssueRun) -> str:
    user = issue_run.started_by
    return (user.get_full_name() or user.get_username()) if user else ""


def _listed() -> QuerySet[Issue]:
    return Issue.objects.select_related("newsletter__rhythm", "changed_by")


def _runs_of_issue() -> QuerySet[Run]:
    return Run.objects.filter(issue_run__issue_id=OuterRef("pk"))


def _unfinished() -> Exists:
    return Exists(_runs_of_issue().filter(status__in=UNFINISHED_RUNS))
