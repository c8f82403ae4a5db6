"""What people and the layers above may ask about runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, F, Max, QuerySet, Sum

from gonets.delivery.models import CloneFence, Run, RunTotal, Worker
from gonets.delivery.states import (
    UNFINISHED_RUNS,
    DeliveryStatus,
    FenceCause,
    PauseCause,
    RunStatus,
)
from gonets.delivery.types import Fenced, RunProgress
from gonets.kernel import clock

RATE_IS_RECENT_FOR = timedelta(seconds=15)


def run_progress(run_id: int) -> RunProgress:
    """Return where the run stands.

    :raises Run.DoesNotExist: if there is no such run.
    """
    run = Run.objects.get(pk=run_id)
    counters = {status.value: getattr(run, status.value) for status in DeliveryStatus}
    return RunProgress(
        run_id=run.pk,
        status=RunStatus(run.status),
        audience_size=run.audience_size,
        rate=_recent_rate(run),
        pause_cause=PauseCause(run.pause_cause) if run.pause_cause else None,
        pause_answer=run.pause_answer,
        started_at=run.started_at,
        ended_at=run.ended_at,
        **counters,
    )


def _recent_rate(run: Run) -> float | None:
    if run.status != RunStatus.RUNNING or run.rated_at is None:
        return None
    if clock.now() - run.rated_at > RATE_IS_RECENT_FOR:
        return None
    return run.rate


def unfinished_runs() -> QuerySet[Run]:
    return Run.objects.filter(status__in=UNFINISHED_RUNS).order_by("pk")


def worker_last_seen() -> datetime | None:
    """Return when a worker last gave a sign of life; None: none ever has."""
    last: datetime | None = Worker.objects.aggregate(last=Max("seen_at"))["last"]
    return last


def fenced() -> Fenced | None:
    """Return what the clone fence holds back; None while it is down."""
    fence = CloneFence.objects.exclude(raised_at=None).first()
    if fence is None or fence.raised_at is None:
        return None
    waiting = F("pending") + F("claimed") + F("intent") + F("deferred")
    held = unfinished_runs().aggregate(runs=Count("pk"), addresses=Sum(waiting))
    return Fenced(
        cause=FenceCause(fence.cause),
        since=fence.raised_at,
        is_being_lifted=fence.lifted_at is not None,
        runs=held["runs"],
        addresses=held["addresses"] or 0,
    )


def run_totals(run_id: int) -> list[RunTotal]:
    """Return how the addresses of a folded run ended, the most frequent first."""
    return list(RunTotal.objects.filter(run_id=run_id).order_by("-addresses", "pk"))
