"""Sending an issue again after its old runs were folded into totals."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonets.audience.models import Subscription
from gonets.delivery.models import Delivery, Run
from gonets.delivery.states import DeliveryStatus
from gonets.kernel import clock
from gonets.newsletters.models import Issue, MaterialUse
from gonets.publishing import actions
from gonets.publishing.queries import audience_counts, newest_run
from gonets.publishing.states import AudienceRule
from gonets.publishing.tasks import fold_old_runs
from tests.publishing.conftest import recipients, settle
from tests.support.factories import make_subscriber


@pytest.fixture
def folded(issue: Issue) -> Run:
    """A run of 401 days ago: Ann accepted, Bob refused, Eve accepted."""
    run = actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)
    accepted = DeliveryStatus.ACCEPTED
    settle(run, ann=accepted, bob=DeliveryStatus.REFUSED, eve=accepted)
    old = clock.now() - timedelta(days=401)
    Run.objects.filter(pk=run.pk).update(created_at=old, started_at=old, ended_at=old)
    Subscription.objects.update(confirmed_at=old - timedelta(days=1))
    fold_old_runs(lambda: False)
    return run


def test_the_run_is_still_told_by_its_totals(issue, folded):
    state = newest_run(issue.pk)

    assert not Delivery.objects.exists()
    assert (state.accepted, state.refused, state.percent) == (2, 1, 100)
    assert state.folded_at is not None


def test_newcomers_are_told_by_the_date_of_their_consent(issue, folded, newsletter):
    make_subscriber("zoe@example.com", newsletter.readership)

    counts = audience_counts(issue.pk)
    run = actions.send_issue(
        issue.pk,
        audience=AudienceRule.NEWCOMERS,
        user=None,
        previous_run_id=folded.pk,
    )

    assert (counts.everyone, counts.newcomers, counts.failed) == (4, 1, 0)
    assert recipients(run) == {"zoe"}


def test_what_was_sent_after_the_folding_counts_by_its_addresses(
    issue, folded, newsletter
):
    make_subscriber("zoe@example.com", newsletter.readership)
    run = actions.send_issue(
        issue.pk,
        audience=AudienceRule.EVERYONE,
        user=None,
        previous_run_id=folded.pk,
    )
    settle(run, **dict.fromkeys(("ann", "bob", "eve"), DeliveryStatus.ACCEPTED))
    settle(run, zoe=DeliveryStatus.REFUSED)
    make_subscriber("kim@example.com", newsletter.readership)

    counts = audience_counts(issue.pk)

    assert (counts.newcomers, counts.failed) == (1, 1)


def test_a_material_stays_used(issue, folded):
    assert MaterialUse.objects.filter(issue=issue).count() == 1


@pytest.mark.parametrize(("days", "kept"), [(0, 3), (500, 3), (30, 0)])
def test_how_long_is_a_setting(issue, settings, days, kept):
    settings.GONETS_KEEP_ADDRESSES_DAYS = days
    run = actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)
    everybody = dict.fromkeys(("ann", "bob", "eve"), DeliveryStatus.ACCEPTED)
    settle(run, **everybody)
    Run.objects.update(ended_at=clock.now() - timedelta(days=401))

    fold_old_runs(lambda: False)

    assert Delivery.objects.count() == kept
