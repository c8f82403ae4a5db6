"""Pausing, continuing, ending and acknowledging a run of an issue."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.db.models import QuerySet

from gonets.delivery import actions as delivery
from gonets.delivery.errors import RunStateWrong
from gonets.delivery.models import Run
from gonets.delivery.states import ENDED_RUNS, UNFINISHED_RUNS, RunStatus
from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.publishing.actions.fence import check_fence
from gonets.publishing.actions.relays import keep_environment_relay
from gonets.publishing.errors import StillRunning
from gonets.publishing.models import IssueRun
from gonets.publishing.relays import check_public_address, relay_list
from gonets.publishing.signing import current_letter_ref


def pause_issue_run(run_id: int) -> None:
    """Let nothing more of the run leave; while it is being frozen, let it not begin.

    :raises delivery.errors.RunStateWrong: if it has ended.
    """
    if not _unfrozen(run_id).update(held=True):
        delivery.pause_run(run_id)


def continue_run(run_id: int) -> None:
    """Go on exactly where the run was paused; for a running one it does nothing.

    Whoever is still waiting gets the letter signed as letters are signed now.

    :raises DatabaseCopied: if another copy of the database may be sending it.
    :raises PublicAddressUnfit: if the relay is real and readers could not unsubscribe.
    :raises delivery.errors.RunStateWrong: if it has ended.
    """
    check_fence()
    run = Run.objects.select_related("relay").get(pk=run_id)
    keep_environment_relay()
    shared = relay_list().filter(is_enabled=True)
    relays = [run.relay] if run.relay is not None else list(shared)
    check_public_address(relay.url for relay in relays)
    if not _unfrozen(run_id).update(held=False):
        _take_up_signing_key(run_id)
        delivery.resume_run(run_id)


def _take_up_signing_key(run_id: int) -> None:
    """A key that was switched, or lost, since then is the likeliest reason to pause."""
    issue_run = IssueRun.objects.select_related("run", "version").get(run_id=run_id)
    letter_ref = current_letter_ref(issue_run.version)
    if letter_ref == issue_run.run.letter_ref:
        return
    # It may have ended, or another press may have continued it, in this very moment.
    with suppress(RunStateWrong):
        delivery.rebind_open(run_id, letter_ref)


def cancel_issue_rest(run_id: int) -> None:
    """Give up on everyone who is still waiting; their letters never leave.

    Somebody who is not in the audience yet is not put into it any more.

    :raises DatabaseCopied: if another copy of the database may have sent it to them.
    :raises delivery.errors.RunStateWrong: if it has ended.
    """
    check_fence()
    if _unfrozen(run_id).update(frozen_at=clock.now()):
        with suppress(RunStateWrong):  # The worker may have ended it already.
            delivery.discard_run(run_id)
    else:
        delivery.cancel_rest(run_id)


def stop_waiting(run_id: int) -> None:
    """Give up on those whom the relay asked to be tried again later.

    :raises DatabaseCopied: if another copy of the database may have sent it to them.
    :raises delivery.errors.RunStateWrong: if it has ended, or was not started yet.
    """
    check_fence()
    delivery.stop_waiting(run_id)


def acknowledge_run(run_id: int) -> None:
    """«Ok»: an editor has seen how it ended; again does nothing.

    :raises StillRunning: if it has not ended.
    """
    ended = IssueRun.objects.filter(run_id=run_id, run__status__in=ENDED_RUNS)
    seen = ended.filter(acknowledged_at=None).update(acknowledged_at=clock.now())
    if not seen and not ended.exists():
        raise StillRunning


@transaction.atomic
def settle_run(run_id: int) -> None:
    """Draw up the end of a run, once: if no run reached anybody, free its materials."""
    ended = IssueRun.objects.filter(
        run_id=run_id, run__status__in=ENDED_RUNS, settled_at=None
    )
    issue_id = ended.values_list("issue_id", flat=True).first()
    if issue_id is None or not ended.update(settled_at=clock.now()):
        return
    runs = Run.objects.filter(issue_run__issue_id=issue_id)
    reached = runs.exclude(accepted=0, uncertain=0)
    under_way = runs.filter(status__in=UNFINISHED_RUNS)
    if not reached.exists() and not under_way.exists():
        newsletters.release_materials(issue_id)


def _unfrozen(run_id: int) -> QuerySet[IssueRun]:
    return IssueRun.objects.filter(
        run_id=run_id, frozen_at=None, run__status=RunStatus.PREPARING
    )
