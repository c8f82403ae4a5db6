"""What a fetch leaves behind: its history, and when the source is fetched next."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from gonets.content.hosts import host_of
from gonets.content.models import Fetch, Source
from gonets.content.rhythm import Rhythm
from gonets.content.signals import source_failing
from gonets.content.states import FetchFailure
from gonets.content.types import FetchReport
from gonets.kernel import clock

RHYTHM = Rhythm()

TELL_AFTER = 3
"""Failures in a row until the owner is told: sites are down for a moment every day."""

NEEDS_THE_OWNER = {
    *(FetchFailure.GONE, FetchFailure.SECRET_LOST, FetchFailure.SETTINGS_MISSING),
    *(FetchFailure.NO_CONNECTOR, FetchFailure.ADDRESS_REFUSED),
}
"""Waiting does not help against these, so they are told at once."""

KEPT_FETCHES = 100
KEPT_IDLE_FETCHES = 20
"""Fetches that brought nothing say little after a while."""

FORGET_EVERY = 5
"""Looking for old ones costs more than keeping some more of them."""


@transaction.atomic
def begin_fetch(source: Source) -> Fetch:
    """Record that a fetch begins.

    As if it had failed: should it take the whole process with it, the source waits as
    long as for any failure, and everything else goes on.
    """
    now = clock.now()
    was_wanted = source.wanted_at is not None
    source.failures += 1
    source.wanted_at = None
    source.host = host_of(source.address) or f"source:{source.pk}"
    if source.next_fetch_at is not None:
        source.next_fetch_at = _retry_at(source, demanded=None)
    source.save(update_fields=["failures", "wanted_at", "host", "next_fetch_at"])
    return Fetch.objects.create(source=source, began_at=now, was_wanted=was_wanted)


def note_page(fetch: Fetch, report: FetchReport) -> None:
    """Show how far a fetch has come."""
    _count_page(fetch, report)
    fetch.save()


def break_off_fetch(fetch: Fetch) -> None:
    """Record that a fetch was cut by our own end: no failure, and due at once."""
    fetch.ended_at = clock.now()
    fetch.save(update_fields=["ended_at"])
    Source.objects.filter(pk=fetch.source_id, failures__gt=0).update(
        failures=F("failures") - 1
    )
    Source.objects.filter(
        pk=fetch.source_id, next_fetch_at__isnull=False, is_paused=False
    ).update(next_fetch_at=clock.now())


def _count_page(fetch: Fetch, report: FetchReport) -> None:
    fetch.pages += 1
    for name in ("new", "changed", "unchanged", "skipped", "private"):
        setattr(fetch, name, getattr(report, name))


@transaction.atomic
def end_fetch(
    fetch: Fetch, report: FetchReport, *, ask_again_after: timedelta | None
) -> None:
    """Record how a fetch ended, and when the next one is due.

    Unless it failed, what is reported includes a last page.
    """
    source = fetch.source
    fetch.ended_at = clock.now()
    fetch.failure = report.failure or ""
    fetch.failure_detail = report.detail[:2000]
    if report.failure is None:
        _count_page(fetch, report)
    fetch.save()
    if report.failure is None:
        _note_success(source, report, wished=ask_again_after)
    else:
        _note_failure(source, report, demanded=ask_again_after)
    if fetch.pk % FORGET_EVERY == 0:
        _forget_old_fetches(source)


def _note_success(
    source: Source, report: FetchReport, *, wished: timedelta | None
) -> None:
    now = clock.now()
    source.failure, source.failure_detail = "", ""
    source.failures, source.failing_since = 0, None
    source.told_at = source.told_seen_at = None
    source.wait = RHYTHM.next_wait(source.wait, brought_new=report.new > 0)
    if source.next_fetch_at is not None:
        source.next_fetch_at = RHYTHM.next_fetch_at(
            now=now,
            wait=source.every or source.wait,
            wished=None if source.every else wished,
            rng=random.random,
        )
        if report.has_more:
            source.next_fetch_at = now
    _save_standing(source)


def _note_failure(
    source: Source, report: FetchReport, *, demanded: timedelta | None
) -> None:
    assert report.failure is not None
    source.failure, source.failure_detail = report.failure, report.detail[:2000]
    source.fetched_at = clock.now()
    source.failing_since = source.failing_since or clock.now()
    if report.failure == FetchFailure.GONE:
        source.next_fetch_at = None
    elif source.next_fetch_at is not None:
        source.next_fetch_at = _retry_at(source, demanded=demanded)
    has_to_be_told = source.failures >= TELL_AFTER or report.failure in NEEDS_THE_OWNER
    if has_to_be_told and source.told_at is None:
        source.told_at = clock.now()
        source_id = source.pk
        transaction.on_commit(
            lambda: source_failing.send(sender=Source, source_id=source_id)
        )
    _save_standing(source)


def _save_standing(source: Source) -> None:
    source.save(
        update_fields=[
            *("fetched_at", "failure", "failure_detail", "failures", "failing_since"),
            *("told_at", "told_seen_at", "wait", "next_fetch_at"),
        ]
    )


def _retry_at(source: Source, *, demanded: timedelta | None) -> datetime:
    return RHYTHM.retry_at(
        now=clock.now(),
        failures=source.failures,
        demanded=demanded,
        rng=random.random,
    )


def _forget_old_fetches(source: Source) -> None:
    newest = source.fetches.order_by("-began_at", "-pk")
    idle = newest.filter(new=0, changed=0, failure="", ended_at__isnull=False)
    for fetches, kept in ((newest, KEPT_FETCHES), (idle, KEPT_IDLE_FETCHES)):
        old = list(fetches.values_list("pk", flat=True)[kept : kept + 500])
        if old:
            Fetch.objects.filter(pk__in=old).delete()
