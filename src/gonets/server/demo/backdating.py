"""The only rows of the demo that no action writes: times that lie in the past.

Every action says "now", rightly; the demo is to look as if the site had been in use for
months.  Nothing but moments is changed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Least

from gonets.audience.models import Consent, Subscriber, Subscription
from gonets.content.models import Material
from gonets.delivery.models import Attempt, Delivery, Run, Worker
from gonets.kernel import clock
from gonets.newsletters.models import Issue, IssueVersion, MaterialUse, Newsletter
from gonets.publishing.models import IssueRun

LONGEST_READER = timedelta(days=700)


def backdate_materials(now: datetime) -> None:
    """Let every material have been written when it was published."""
    written_at = Least(F("published_at"), now)
    Material.objects.update(created_at=written_at, changed_at=written_at)


def backdate_newsletters() -> None:
    _move_back(Newsletter.objects.all(), LONGEST_READER)


def backdate_people(*, before: datetime) -> None:
    """Let everybody have come one by one, in their order, over two years."""
    ids = list(Subscriber.objects.order_by("pk").values_list("pk", flat=True))
    _spread(ids, start=before - LONGEST_READER, end=before)
    left = Subscription.objects.filter(unsubscribed_at__isnull=False)
    for number, subscription in enumerate(left):
        stayed = (before - subscription.created_at) * (number % 9 + 1) / 10
        _set_left(subscription.pk, subscription.created_at + stayed)


def backdate_newcomers(
    ids: Sequence[int], *, gone: Sequence[int], since: datetime
) -> None:
    """Let people have come, and others left, between the last issue and now."""
    now = clock.now()
    _spread(ids, start=since, end=now)
    for number, subscription_id in enumerate(gone, 1):
        _set_left(subscription_id, since + (now - since) * 0.04 * number**1.5)


def _spread(ids: Sequence[int], *, start: datetime, end: datetime) -> None:
    """Let each have come a little after the one before, and agreed at that moment."""
    step = (end - start) / (len(ids) + 1)
    stored = connection.ops.adapt_datetimefield_value
    moments = [(stored(start + step * n), pk) for n, pk in enumerate(ids, 1)]
    # One statement, for the ORM's own would take seconds for a thousand rows.
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE gonets_audience_subscriber SET created_at = %s WHERE id = %s",
            moments,
        )
    Subscriber.objects.filter(pk__in=ids).update(changed_at=F("created_at"))
    person = Subscriber.objects.filter(pk=OuterRef("subscriber"))
    theirs = Subscription.objects.filter(subscriber_id__in=ids)
    theirs.update(created_at=Subquery(person.values("created_at")))
    confirmed = theirs.filter(confirmed_at__isnull=False)
    confirmed.update(confirmed_at=F("created_at"))
    subscription = Subscription.objects.filter(pk=OuterRef("subscription"))
    # Ids, not a subquery: PostgreSQL has no statistics of rows this young, and may
    # take the square of their number.
    their_ids = list(theirs.values_list("pk", flat=True))
    Consent.objects.filter(subscription_id__in=their_ids).update(
        given_at=Subquery(subscription.values("created_at"))
    )


def _set_left(subscription_id: int, at: datetime) -> None:
    Subscription.objects.filter(pk=subscription_id).update(unsubscribed_at=at)


def backdate_sent_issue(issue_id: int, *, by: timedelta) -> None:
    """Move all that happened to the issue, its run included, into the past."""
    runs = Run.objects.filter(issue_run__issue=issue_id)
    for rows in (
        Issue.objects.filter(pk=issue_id),
        IssueVersion.objects.filter(issue=issue_id),
        MaterialUse.objects.filter(issue=issue_id),
        IssueRun.objects.filter(issue=issue_id),
        Delivery.objects.filter(run__in=runs),
        Attempt.objects.filter(delivery__run__in=runs),
        Worker.objects.filter(place="demo"),
        Run.objects.filter(pk__in=runs.values("pk")),
    ):
        _move_back(rows, by)
    _end_with_last_letter(issue_id)


def _end_with_last_letter(issue_id: int) -> None:
    """Let the run have taken as long as its letters, not as long as we did."""
    of_issue = Delivery.objects.filter(run__issue_run__issue=issue_id)
    last: datetime = of_issue.aggregate(last=Max("settled_at"))["last"]
    Run.objects.filter(issue_run__issue=issue_id).update(ended_at=last)
    IssueRun.objects.filter(issue=issue_id).update(
        settled_at=last, acknowledged_at=last + timedelta(minutes=2)
    )


def backdate_postponed_issue(issue_id: int, *, by: timedelta) -> None:
    _move_back(Issue.objects.filter(pk=issue_id), by)


def _move_back(rows: QuerySet[Any], by: timedelta) -> None:
    moments = [
        field.name
        for field in rows.model._meta.concrete_fields  # noqa: SLF001  # Django's API.
        if isinstance(field, DateTimeField)
    ]
    rows.update(**{name: F(name) - by for name in moments})
