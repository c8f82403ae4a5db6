"""Folding old runs into totals: in the end nobody's address is kept for ever.

A run is folded in three steps: its endings are counted (reading only), the totals are
written and the run marked in one transaction, then the rows go, a few at a time.  What
was broken off is carried on; a run that is marked counts by its totals only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from gonets.delivery.folding import Ending, ending_of, summed_up
from gonets.delivery.listing import AccountQuestion, account_portions, undecided
from gonets.delivery.models import Attempt, Decision, Delivery, Run, RunTotal
from gonets.delivery.queries import run_progress
from gonets.delivery.states import (
    ENDED_RUNS,
    UNFINISHED_RUNS,
    DeliveryStatus,
    RunStatus,
)
from gonets.delivery.types import RunProgress
from gonets.kernel import clock

CHUNK = 100
"""Rows per transaction: SQLite's write lock is never held for more than 50 ms.

Fewer than elsewhere, because each row has its place in three indexes."""


def runs_to_fold(*, ended_before: datetime) -> QuerySet[Run]:
    """Return the runs whose addresses are not needed any more, the oldest first.

    All runs of an origin go together: as long as one of them is young, not ended, or
    has somebody uncertain whom nobody has decided about, who got what has to be known.
    """
    of_same_origin = Run.objects.filter(origin_key=OuterRef("origin_key"))
    still_needed = of_same_origin.filter(
        Q(status__in=UNFINISHED_RUNS)
        | Q(ended_at__gte=ended_before)
        | Q(Exists(undecided(OuterRef("pk"))), uncertain__gt=0)
    )
    ended = Run.objects.filter(
        status__in=ENDED_RUNS, folding_at=None, ended_at__lt=ended_before
    )
    return ended.filter(~Exists(still_needed)).order_by("pk")


def fold_runs(*, ended_before: datetime, may_go_on: Callable[[], bool]) -> int:
    """Fold what is to be folded for as long as ``may_go_on``; return how many runs.

    Letters go first: while any are leaving, this waits for the next time.
    """
    folded = 0
    for run_id in list(_half_folded().values_list("pk", flat=True)):
        folded += _remove_addresses(run_id, may_go_on)
    due = runs_to_fold(ended_before=ended_before)
    for run_id in list(due.values_list("pk", flat=True)):
        if not may_go_on() or _letters_are_leaving():
            break
        endings = _endings(run_id, may_go_on)
        if endings is not None and _mark(run_id, ended_before, endings):
            folded += _remove_addresses(run_id, may_go_on)
    return folded


def _half_folded() -> QuerySet[Run]:
    return Run.objects.filter(folded_at=None).exclude(folding_at=None)


def _letters_are_leaving() -> bool:
    waiting = ~Q(pending=0, claimed=0, intent=0)
    return Run.objects.filter(waiting, status=RunStatus.RUNNING).exists()


def _endings(run_id: int, may_go_on: Callable[[], bool]) -> Counter[Ending] | None:
    """Count how the run's deliveries ended; None if there was no time for it."""
    endings: Counter[Ending] = Counter()
    for portion in account_portions(AccountQuestion(run_id=run_id)):
        endings.update(ending_of(delivery) for delivery in portion)
        if len(endings) > 50 * CHUNK:
            endings = summed_up(endings)  # Memory does not grow with the audience.
        if not may_go_on():
            return None
    return summed_up(endings)


@transaction.atomic
def _mark(run_id: int, ended_before: datetime, endings: Counter[Ending]) -> bool:
    """Let the totals count from now on; False if the addresses are needed again."""
    still_due = runs_to_fold(ended_before=ended_before).filter(pk=run_id)
    if not Run.objects.filter(pk__in=still_due.values("pk")).update(
        folding_at=clock.now()
    ):
        return False
    if not _agree(endings, run_progress(run_id)):  # An answer has come in late.
        transaction.set_rollback(True)
        return False
    RunTotal.objects.bulk_create(
        RunTotal(
            run_id=run_id,
            status=ending.status,
            resolution=ending.resolution,
            letter_ref=ending.letter_ref,
            stage=ending.stage,
            code=ending.code,
            enhanced_code=ending.enhanced_code,
            answer=ending.answer,
            addresses=count,
        )
        for ending, count in endings.most_common()
    )
    return True


def _agree(endings: Counter[Ending], progress: RunProgress) -> bool:
    counted: Counter[str] = Counter()
    for ending, addresses in endings.items():
        counted[ending.status] += addresses
    return all(
        counted[status.value] == getattr(progress, status.value)
        for status in DeliveryStatus
    )


def _remove_addresses(run_id: int, may_go_on: Callable[[], bool]) -> bool:
    """Remove the rows of a marked run; False if there was no time for all."""
    rows = Delivery.objects.filter(run_id=run_id).order_by("pk")
    while ids := list(rows.values_list("pk", flat=True)[:CHUNK]):
        if not may_go_on() or _letters_are_leaving():
            return False
        with transaction.atomic():
            Attempt.objects.filter(delivery_id__in=ids).delete()
            Decision.objects.filter(delivery_id__in=ids).delete()
            Delivery.objects.filter(pk__in=ids).delete()
    Run.objects.filter(pk=run_id, folded_at=None).update(folded_at=clock.now())
    return True
