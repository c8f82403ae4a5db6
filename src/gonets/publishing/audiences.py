"""Who fits an audience rule of an issue, asked of the people and of earlier runs.

What counts for a person is the *newest* account of their address in this issue: refused
in the first run and accepted in the second is accepted.  An uncertain one is what a
person decided about it.

Runs that were folded into totals have no addresses any more.  Whom they failed for is
not known then; who is a newcomer still is, by the date of the consent: a run was for
everybody confirmed when it was opened.
"""

from __future__ import annotations

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast

from gonets.audience.models import Subscription
from gonets.audience.queries import confirmed_subscriptions, subscribed
from gonets.delivery.models import Delivery
from gonets.delivery.states import DeliveryStatus, Resolution
from gonets.delivery.types import NewReader
from gonets.newsletters.models import Issue
from gonets.publishing.models import IssueRun
from gonets.publishing.states import AudienceRule
from gonets.publishing.types import AudienceCounts

FAILED_DELIVERIES = (
    DeliveryStatus.REFUSED,
    DeliveryStatus.EXPIRED,
    DeliveryStatus.CANCELLED,
)
_TO_GET_IT_AGAIN = "again"
_OUTCOME = Case(
    # A definite answer that came after the decision counts more.
    When(~Q(status=DeliveryStatus.UNCERTAIN), then=F("status")),
    When(
        resolution__in=(Resolution.SEND_AGAIN, Resolution.NOT_ACCEPTED),
        then=Value(_TO_GET_IT_AGAIN),
    ),
    When(
        resolution=Resolution.COUNT_AS_ACCEPTED,
        then=Value(DeliveryStatus.ACCEPTED.value),
    ),
    default=F("status"),
)
_DECIDED = Q(newest=_TO_GET_IT_AGAIN)
_FAILED = Q(newest__in=FAILED_DELIVERIES) | _DECIDED
_UNCERTAIN = Q(newest=DeliveryStatus.UNCERTAIN)
# Whose audience was everybody confirmed at the time, less those of earlier runs.
_FOR_ALL = (AudienceRule.EVERYONE, AudienceRule.NEWCOMERS)


def audience_counts(issue_id: int) -> AudienceCounts:
    """Count whom each rule would write to now, in one query."""
    runs = _runs(issue_id)
    counts = _with_newest_outcome(runs, issue_id).aggregate(
        everyone=Count("pk"),
        newcomers=Count("pk", filter=_newcomers(runs)),
        failed=Count("pk", filter=_FAILED),
        uncertain=Count("pk", filter=_UNCERTAIN),
        decided=Count("pk", filter=_DECIDED),
    )
    return AudienceCounts(**counts)


def audience_size(issue_id: int, rule: AudienceRule) -> int:
    return _fitting(_runs(issue_id), issue_id, rule).count()


def has_audience(issue_id: int, rule: AudienceRule) -> bool:
    return _fitting(_runs(issue_id), issue_id, rule).exists()


def end_of_piece(issue_run: IssueRun, *, size: int) -> int | None:
    """Return how far the cursor moves past so many subscribers; None at their end.

    Whether they fit does not matter: looking at them takes its time all the same.
    """
    readership_id = _readership_id(issue_run.issue_id)
    behind = subscribed(readership_id).filter(pk__gt=issue_run.frozen_up_to)
    last: int | None = behind.order_by("pk")[:size].aggregate(at=Max("pk"))["at"]
    return last


def readers_to_freeze(
    issue_run: IssueRun, *, up_to: int
) -> QuerySet[Subscription, NewReader]:
    """Return who between the run's cursor and there is to be put into it.

    Those confirmed only after the run was opened are newcomers of the next one.
    """
    earlier = _runs(issue_run.issue_id).filter(run_id__lt=issue_run.run_id)
    fitting = _fitting(earlier, issue_run.issue_id, AudienceRule(issue_run.audience))
    return fitting.filter(
        pk__gt=issue_run.frozen_up_to,
        pk__lte=up_to,
        confirmed_at__lte=issue_run.run.created_at,
    ).values_list(
        "pk",
        "subscriber__address_key",
        "subscriber__address",
        Cast("subscriber_id", CharField()),
    )


def _runs(issue_id: int) -> QuerySet[IssueRun]:
    return IssueRun.objects.filter(issue_id=issue_id)


def _fitting(
    runs: QuerySet[IssueRun], issue_id: int, rule: AudienceRule
) -> QuerySet[Subscription]:
    if rule == AudienceRule.EVERYONE:
        return _confirmed(issue_id)
    fitting = {
        AudienceRule.NEWCOMERS: _newcomers(runs),
        AudienceRule.FAILED: _FAILED,
        AudienceRule.FAILED_AND_UNCERTAIN: _FAILED | _UNCERTAIN,
        AudienceRule.DECIDED: _DECIDED,
    }
    return _with_newest_outcome(runs, issue_id).filter(fitting[rule])


def _newcomers(runs: QuerySet[IssueRun]) -> Q:
    """Return who is in no account that is left, and came after those that are not."""
    folded = runs.exclude(run__folding_at=None).exclude(run__started_at=None)
    opened = folded.filter(audience__in=_FOR_ALL).aggregate(at=Max("run__created_at"))
    newest = opened["at"] or folded.aggregate(at=Max("run__created_at"))["at"]
    return Q(newest=None, confirmed_at__gt=newest) if newest else Q(newest=None)


def _with_newest_outcome(
    runs: QuerySet[IssueRun], issue_id: int
) -> QuerySet[Subscription]:
    # Run ids as a list: the account is then searched by (run, address), its index.
    kept = runs.filter(run__folding_at=None).values_list("run_id", flat=True)
    accounts = Delivery.objects.filter(
        # An empty list would be a contradiction, and NULL no longer found by "is null".
        run_id__in=list(kept) or [0],
        address_key=OuterRef("subscriber__address_key"),
    ).order_by("-run_id")
    return _confirmed(issue_id).annotate(
        newest=Subquery(accounts.annotate(outcome=_OUTCOME).values("outcome")[:1])
    )


def _confirmed(issue_id: int) -> QuerySet[Subscription]:
    return confirmed_subscriptions(_readership_id(issue_id))


def _readership_id(issue_id: int) -> int:
    of_issue = Issue.objects.values_list("newsletter__readership_id", flat=True)
    return int(of_issue.get(pk=issue_id))
