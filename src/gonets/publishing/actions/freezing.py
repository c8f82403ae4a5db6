"""Freezing the audience of a run, piece by piece, each address once.

A piece is one short transaction that moves ``IssueRun.frozen_up_to``; its WHERE names
where it stood.  So a killed freezing goes on where it stopped, and of two processes
that freeze the same run one finds nothing to do.  The people themselves are copied by
the database: they never come here.
"""

from __future__ import annotations

from django.db import transaction

from gonets.delivery import actions as delivery
from gonets.delivery.page_cache import roomy_page_cache
from gonets.kernel import clock
from gonets.publishing.audiences import end_of_piece, readers_to_freeze
from gonets.publishing.models import IssueRun

LEAST, FIRST, MOST = 1_000, 8_000, 20_000
"""Subscribers looked at per piece.  A page of the index of addresses is written anew by
nearly every piece: with 2,000 freezing takes twice as long as with 10,000."""

PIECE_SECONDS = 0.03
"""What a piece should compute: others wait for SQLite's lock, 50 ms at the most."""


def freeze_audience(run_id: int, *, within: float | None = None) -> bool:
    """Put everyone who fits into the run, then start it; complete if repeated.

    False: so many seconds are over, and it is not complete.
    """
    began, size = clock.monotonic(), FIRST
    with roomy_page_cache():
        while within is None or clock.monotonic() - began < within:
            computed = clock.processor()
            if not freeze_piece(run_id, size=size):
                return True
            size = next_size(size, computed=clock.processor() - computed)
    return False


def next_size(size: int, *, computed: float) -> int:
    """Return how large the next piece may be after one that took so many seconds.

    What it waited for does not count: on a slow disk smaller pieces make it worse.
    """
    fitting = size * PIECE_SECONDS / max(computed, PIECE_SECONDS / 2)
    return max(LEAST, min(MOST, int(fitting)))


def freeze_piece(run_id: int, *, size: int = FIRST) -> bool:
    """Put the next people into the run; False once it is frozen and started."""
    issue_run = IssueRun.objects.select_related("run").get(run_id=run_id)
    if issue_run.frozen_at is not None:
        return False
    end = end_of_piece(issue_run, size=size)
    if end is None:
        return not _complete(issue_run)
    _add(issue_run, up_to=end)
    return True


@transaction.atomic
def _add(issue_run: IssueRun, *, up_to: int) -> None:
    moved = IssueRun.objects.filter(
        pk=issue_run.pk, frozen_up_to=issue_run.frozen_up_to, frozen_at=None
    ).update(frozen_up_to=up_to)
    if moved:
        readers = readers_to_freeze(issue_run, up_to=up_to)
        delivery.copy_recipients(issue_run.run_id, readers)


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
