"""Correcting the letter in the middle of a run."""

from __future__ import annotations

from django.db import transaction

from gonets.delivery import actions as delivery
from gonets.delivery.states import RunStatus
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Issue
from gonets.newsletters.types import Person
from gonets.publishing.actions.control import continue_run
from gonets.publishing.actions.fence import check_fence
from gonets.publishing.errors import LetterChanged, NotPaused, WordingUnchanged
from gonets.publishing.models import IssueRun
from gonets.publishing.readiness import check_ready
from gonets.publishing.signing import current_letter_ref


def correct_and_resume(
    run_id: int, *, user: Person | None, edition: int | None = None
) -> None:
    """Continue a paused run: those still waiting get the letter as it is written now.

    Whoever has been written to keeps what they got.  ``edition`` is the wording that
    the editor saw.

    :raises NotPaused: if the run is not paused.
    :raises WordingUnchanged: if the letter is the one that the run sends already.
    :raises LetterChanged: if the wording is not the one that the editor saw.
    :raises SendRefused: if something must be put right first.
    """
    check_fence()
    issue_run = IssueRun.objects.select_related("run").get(run_id=run_id)
    check_ready(issue_run.issue_id)
    prepared = newsletters.prepare_version(issue_run.issue_id)
    with transaction.atomic():
        _replace_version(issue_run, prepared, user=user)
        _check_seen(issue_run.issue_id, edition)
    continue_run(run_id)


def _replace_version(
    issue_run: IssueRun,
    prepared: newsletters.PreparedVersion,
    *,
    user: Person | None,
) -> None:
    if issue_run.run.status != RunStatus.PAUSED:
        raise NotPaused
    version = newsletters.freeze_version(
        issue_run.issue_id, user=user, prepared=prepared
    )
    if version.pk == issue_run.version_id:
        raise WordingUnchanged
    delivery.rebind_open(issue_run.run_id, current_letter_ref(version))
    IssueRun.objects.filter(pk=issue_run.pk).update(version=version)


def _check_seen(issue_id: int, edition: int | None) -> None:
    """Nobody can change it any more: freezing its version has locked the issue."""
    seen = Issue.objects.filter(pk=issue_id)
    if edition is not None and not seen.filter(edition=edition).exists():
        raise LetterChanged
