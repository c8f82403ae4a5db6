"""Telling of sources by mail, once when one has failed for long, once when it is well.

The desk tells of it as soon as it is sure; a mail is for who does not look there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from gonets.content.models import Source
from gonets.content.states import FetchFailure
from gonets.kernel import clock
from gonets.newsletters.models import Newsletter
from gonets.newsletters.standing.queries import told_of_sources
from gonets.publishing.notices.posting import Posting, send_waiting
from gonets.publishing.notices.states import NoticeState
from gonets.publishing.sources.composing import envelope_for
from gonets.publishing.sources.models import SourceNotice
from gonets.publishing.sources.states import SourceNews

TELL_AFTER = timedelta(days=1)
"""Sites that are down for a night are well again by themselves."""


def tell_of_sources() -> None:
    """Write what there is to tell; of one failing everybody hears once."""
    _tell_of_failing()
    _tell_of_well()


def send_source_notices() -> int:
    """Send what waits and is due for a try; return how many were accepted."""
    return send_waiting(NOTICES)


def _tell_of_failing() -> None:
    until = clock.now() - TELL_AFTER
    told = SourceNotice.objects.filter(
        source=OuterRef("pk"), failing_since=OuterRef("failing_since")
    )
    failing = Source.objects.filter(
        ~Exists(told),
        Q(failing_since__lte=until) | Q(failure=FetchFailure.GONE),
        told_at__isnull=False,
        failing_since__isnull=False,
        is_paused=False,
    )
    news = [(one, one.failing_since) for one in failing]
    newsletter = _writing_newsletter() if news else None
    if newsletter is None:
        return
    people = list(told_of_sources())
    _write(
        SourceNotice(
            source=source,
            failing_since=since,
            kind=SourceNews.FAILING,
            user_id=user.pk,
            newsletter=newsletter,
            **_from_now(),
        )
        for source, since in news
        if since is not None
        for user in people
    )


def _tell_of_well() -> None:
    """Tell those who heard of the failing: their site's trouble is over."""
    answered = SourceNotice.objects.filter(
        kind=SourceNews.WELL,
        source=OuterRef("source"),
        failing_since=OuterRef("failing_since"),
        user=OuterRef("user"),
    )
    heard = SourceNotice.objects.filter(
        ~Exists(answered),
        kind=SourceNews.FAILING,
        state=NoticeState.ACCEPTED,
        source__failing_since=None,
    )
    _write(
        SourceNotice(
            source_id=one.source_id,
            failing_since=one.failing_since,
            kind=SourceNews.WELL,
            user_id=one.user_id,
            newsletter_id=one.newsletter_id,
            **_from_now(),
        )
        for one in heard
    )


def _write(notices: Iterable[SourceNotice]) -> None:
    SourceNotice.objects.bulk_create(notices, ignore_conflicts=True)


def _from_now() -> dict[str, datetime]:
    now = clock.now()
    return {"next_try_at": now, "created_at": now}


def _writing_newsletter() -> Newsletter | None:
    """Return the newsletter whose sender writes of what is nobody's alone."""
    having = Newsletter.objects.filter(archived_at=None).exclude(sender_address="")
    return having.order_by("pk").first()


def _notices() -> QuerySet[SourceNotice]:
    return SourceNotice.objects.select_related("source", "newsletter", "user")


def _is_moot(notice: Any) -> bool:
    """Nobody needs to hear of a failing that is over, or of a cure that was none."""
    since = notice.source.failing_since
    if notice.kind == SourceNews.WELL:
        return since is not None
    return bool(since != notice.failing_since or notice.source.is_paused)


NOTICES = Posting(rows=_notices, envelope_for=envelope_for, is_moot=_is_moot)
