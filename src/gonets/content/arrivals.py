"""What comes to a source without being asked for, and being asked to ask."""

from __future__ import annotations

from django.db import transaction

from gonets.content.models import Fetch, Source
from gonets.content.types import FetchReport
from gonets.kernel import clock


@transaction.atomic
def note_arrival(source_id: int, report: FetchReport) -> None:
    """Record in the history of a source what it has sent by itself."""
    now = clock.now()
    Source.objects.filter(pk=source_id).update(
        fetched_at=now, succeeded_at=now, failure="", failure_detail="", failures=0
    )
    if report.new or report.changed or report.private:
        Fetch.objects.create(
            source_id=source_id,
            began_at=now,
            ended_at=now,
            pages=1,
            new=report.new,
            changed=report.changed,
            unchanged=report.unchanged,
            private=report.private,
        )


def want_soon(source_id: int) -> None:
    """Let the source be asked as soon as somebody is free; many calls are one."""
    Source.objects.filter(pk=source_id, wanted_at=None, is_paused=False).update(
        wanted_at=clock.now()
    )


def add_push_source(name: str) -> Source:
    """Add a source that will send its materials by itself."""
    return Source.objects.create(kind="push", name=name, created_at=clock.now())
