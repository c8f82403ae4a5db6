"""The clone fence, as far as issues are concerned."""

from __future__ import annotations

from gonets.delivery.fence import keep_fence
from gonets.delivery.lifting import lift_fence
from gonets.delivery.states import RunStatus
from gonets.newsletters.types import Person
from gonets.publishing.actions.freezing import freeze_audience
from gonets.publishing.errors import DatabaseCopied
from gonets.publishing.models import IssueRun


def check_fence() -> None:
    """Make sure that no other copy of this database may be sending the same issues.

    :raises DatabaseCopied: if one may.
    """
    if not keep_fence():
        raise DatabaseCopied


def send_from_here(*, user: Person | None) -> bool:
    """Lift the fence: everybody who is open in an unfinished run becomes uncertain.

    False: there are so many that the worker goes on with it.

    An audience that is still being frozen is completed before, so that nobody whom the
    other copy may have written to is missing from the account.
    """
    unfrozen = IssueRun.objects.filter(frozen_at=None, run__status=RunStatus.PREPARING)
    for run_id in unfrozen.order_by("pk").values_list("run_id", flat=True):
        freeze_audience(run_id)
    return lift_fence(user)
