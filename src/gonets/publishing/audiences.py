"""Who fits an audience rule of an issue, asked of the people and of earlier runs.

What counts for a person is the *newest* account of their address in this issue: refused
in the first run and accepted in the second is accepted.  An uncertain one is what a
person decided about it.
"""

from __future__ import annotations

from django.db.models import (
    Case,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from gonets.audience.models import Subscription
from gonets.audience.queries import confirmed_subscriptions
from gonets.delivery.models import Delivery
from gonets.delivery.states import DeliveryStatus, Resolution
from gonets.newsletters.models import Issue
from gonets.publishing.models import IssueRun
from gonets.publishing.states import AudienceRule
from gonets.publishing.types import AudienceCounts

FAILED_DELIVERIES = (
    DeliveryStatus.REFUSED,
    DeliveryStatus.EXPIRED,
    DeliveryStatus.CANCELLED,
)
_OUTCOME = Case(
    When(resolution=Resolution.SEND_AGAIN, then=Value(DeliveryStatus.CANCELLED.value)),
    When(
        resolution=Resolution.COUNT_AS_ACCEPTED,
        then=Value(DeliveryStatus.ACCEPTED.value),
    ),
    default=F("status"),
)
_NEWCOMERS = Q(newest=None)
_FAILED = Q(newest__in=FAILED_DELIVERIES)
_UNCERTAIN = Q(newest=DeliveryStatus.UNCERTAIN)
_FITTING = {
    AudienceRule.EVERYONE: Q(),
    AudienceRule.NEWCOMERS: _NEWCOMERS,
    AudienceRule.FAILED: _FAILED,
    AudienceRule.FAILED_AND_UNCERTAIN: _FAILED | _UNCERTAIN,
}


def audience_counts(issue_id: int) -> AudienceCounts:
    """Count whom each rule would write to now, in one query."""
    counts = _with_newest_outcome(_runs(issue_id), issue_id).aggregate(
        everyone=Count("pk"),
        newcomers=Count("pk", filter=_NEWCOMERS),
        failed=Count("pk", filter=_FAILED),
        uncertain=Count("pk", filter=_UNCERTAIN),
    )
    return AudienceCounts(**counts)


def audience_size(issue_id: int, rule: AudienceRule) -> int:
    return _fitting(_runs(issue_id), issue_id, rule).count()


def people_to_freeze(issue_run: IssueRun) -> QuerySet[Subscription]:
    """Return who is still to be put into the run, in the order of its cursor.

    Those confirmed only after the run was opened are newcomers of the next one.
    """
    earlier = _runs(issue_run.issue_id).filter(run_id__lt=issue_run.run_id)
    fitting = _fitting(earlier, issue_run.issue_id, AudienceRule(issue_run.audience))
    return fitting.filter(
        pk__gt=issue_run.frozen_up_to, confirmed_at__lte=issue_run.run.created_at
    ).order_by("pk")


def _runs(issue_id: int) -> QuerySet[IssueRun]:
    return IssueRun.objects.filter(issue_id=issue_id)


def _fitting(
    runs: QuerySet[IssueRun], issue_id: int, rule: AudienceRule
) -> QuerySet[Subscription]:
    if rule == AudienceRule.EVERYONE:
        return _confirmed(issue_id)
    return _with_newest_outcome(runs, issue_id).filter(_FITTING[rule])


def _with_newest_outcome(
    runs: QuerySet[IssueRun], issue_id: int
) -> QuerySet[Subscription]:
    # Run ids as a list: the account is then searched by (run, address), its index.
    accounts = Delivery.objects.filter(
        run_id__in=list(runs.values_list("run_id", flat=True)),
        address_key=OuterRef("subscriber__address_key"),
    ).order_by("-run_id")
    return _confirmed(issue_id).annotate(
        newest=Subquery(accounts.annotate(outcome=_OUTCOME).values("outcome")[:1])
    )


def _confirmed(issue_id: int) -> QuerySet[Subscription]:
    issue = Issue.objects.select_related("newsletter").only("newsletter__readership_id")
    return confirmed_subscriptions(issue.get(pk=issue_id).newsletter.readership_id)
