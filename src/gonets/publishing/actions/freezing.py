"""Freezing the audience of a run, piece by piece, each address once.

A piece is one short transaction that moves ``IssueRun.frozen_up_to``; its WHERE names
where it stood.  So a killed freezing goes on where it stopped, and of two processes
that freeze the same run one finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from gonets.delivery import actions as delivery
from gonets.delivery.types import NewRecipient
from gonets.kernel import clock
from gonets.publishing.audiences import people_to_freeze
from gonets.publishing.models import IssueRun

CHUNK = 2000
"""People per transaction: SQLite's lock is held for some 20 ms on an idle machine."""

_OF_PEOPLE = ("pk", "subscriber_id", "subscriber__address", "subscriber__address_key")
"""What is read of each subscription; whole objects would take several times as long."""

_Person = tuple[int, int, str, str]


def freeze_audience(run_id: int) -> None:
    """Put everyone who fits into the run, then start it; complete if repeated."""
    while freeze_chunk(run_id):
        pass


def freeze_chunk(run_id: int) -> bool:
    """Put the next people into the run; False once it is frozen and started."""
    issue_run = IssueRun.objects.select_related("run").get(run_id=run_id)
    if issue_run.frozen_at is not None:
        return False
    # Read outside the transaction: a rule may have to look at many to find few.
    people = list(people_to_freeze(issue_run).values_list(*_OF_PEOPLE)[:CHUNK])
    if people:
        _add(issue_run, people)
        return True
    return not _complete(issue_run)


@transaction.atomic
def _add(issue_run: IssueRun, people: Sequence[_Person]) -> None:
    moved = IssueRun.objects.filter(
        pk=issue_run.pk, frozen_up_to=issue_run.frozen_up_to, frozen_at=None
    ).update(frozen_up_to=people[-1][0])
    if moved:
        delivery.add_recipients(issue_run.run_id, map(_recipient, people))


def _recipient(person: _Person) -> NewRecipient:
    _subscription_id, subscriber_id, address, address_key = person
    return NewRecipient(
        address=address, address_key=address_key, person_ref=str(subscriber_id)
    )


@transaction.atomic
def _complete(issue_run: IssueRun) -> bool:
    """Start the run; paused at once if a person pressed «Приостановить» meanwhile."""
    completed = IssueRun.objects.filter(
        pk=issue_run.pk, frozen_up_to=issue_run.frozen_up_to, frozen_at=None
    ).update(frozen_at=clock.now())
    if not completed:
        return False
    delivery.start_run(issue_run.run_id)
    if IssueRun.objects.filter(pk=issue_run.pk, held=True).exists():
        delivery.pause_run(issue_run.run_id)
    return True
