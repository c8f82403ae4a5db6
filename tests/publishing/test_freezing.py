"""Freezing an audience piece by piece, whatever its rule and whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from gonets.audience import actions as audience
from gonets.audience.models import Subscription
from gonets.delivery import actions as delivery_actions
from gonets.delivery.models import Delivery, Run
from gonets.delivery.states import DeliveryStatus, RunStatus
from gonets.newsletters.models import Issue
from gonets.publishing import actions
from gonets.publishing.actions import freezing, sending
from gonets.publishing.models import IssueRun
from gonets.publishing.states import AudienceRule
from gonets.publishing.tasks import freeze_pending_runs
from tests.publishing.conftest import recipients, settle
from tests.support.factories import make_subscriber

ACCEPTED, REFUSED = DeliveryStatus.ACCEPTED, DeliveryStatus.REFUSED
UNCERTAIN = DeliveryStatus.UNCERTAIN
EVERYONE = AudienceRule.EVERYONE


class Killed(BaseException):
    """What SIGKILL is to a process: nothing but the transaction ends."""


@pytest.fixture
def unfrozen(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Return how to press Send so that freezing has not begun."""
    monkeypatch.setattr(sending, "FREEZING_SECONDS", 0)

    def press(
        issue: Issue, rule: AudienceRule = EVERYONE, after: Run | None = None
    ) -> Run:
        previous = after.pk if after else None
        return actions.send_issue(
            issue.pk, audience=rule, user=None, previous_run_id=previous
        )

    return press


def freeze_by(size: int, run: Run) -> int:
    """Freeze in pieces of so many; return how many there were."""
    pieces = 0
    while actions.freeze_piece(run.pk, size=size):
        pieces += 1
    run.refresh_from_db()
    return pieces


@pytest.mark.parametrize(
    ("computed", "size"),
    [
        pytest.param(0.0, 16_000, id="nothing to do: no more than twice as many"),
        pytest.param(0.01, 16_000, id="fast"),
        pytest.param(0.03, 8_000, id="as wanted"),
        pytest.param(0.06, 4_000, id="twice as long as wanted"),
        pytest.param(60.0, 1_000, id="a slow rule"),
    ],
)
def test_pieces_grow_and_shrink_with_what_they_compute(computed, size):
    assert freezing.next_size(8_000, computed=computed) == size
    assert freezing.next_size(freezing.MOST, computed=0.0) == freezing.MOST


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_the_size_of_the_pieces_changes_nothing(issue, unfrozen, size):
    run = unfrozen(issue)

    pieces = freeze_by(size, run)

    assert pieces == -(-3 // size)
    assert run.status == RunStatus.RUNNING
    assert recipients(run) == {"ann", "bob", "eve"}
    assert (run.audience_size, run.pending) == (3, 3)
    people = Subscription.objects.order_by("pk").values_list(
        "subscriber__address", "subscriber__address_key", "subscriber_id"
    )
    rows = Delivery.objects.filter(run=run).order_by("pk")
    assert [
        (address, key, str(subscriber_id)) for address, key, subscriber_id in people
    ] == list(rows.values_list("recipient", "address_key", "person_ref"))


@pytest.mark.parametrize("size", [1, 100])
@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (AudienceRule.EVERYONE, {"ann", "bob", "eve", "zoe"}),
        (AudienceRule.NEWCOMERS, {"zoe"}),
        (AudienceRule.FAILED, {"bob"}),
        (AudienceRule.FAILED_AND_UNCERTAIN, {"bob", "eve"}),
    ],
)
def test_every_rule_is_frozen_in_pieces(issue, newsletter, unfrozen, size, rule, names):
    first = unfrozen(issue)
    freeze_by(size, first)
    settle(first, ann=ACCEPTED, bob=REFUSED, eve=UNCERTAIN)
    make_subscriber("zoe@example.com", newsletter.readership)

    run = unfrozen(issue, rule, after=first)
    freeze_by(size, run)

    assert recipients(run) == names
    assert run.audience_size == run.pending == len(names)


def test_who_is_blocked_left_or_came_later_is_not_put_in(issue, newsletter, unfrozen):
    late = make_subscriber("late@example.com", newsletter.readership)
    run = unfrozen(issue)
    audience.suppress(address="ann@example.com", reason="asked us to")
    Subscription.objects.filter(subscriber__address="bob@example.com").update(
        state="unsubscribed"
    )
    Subscription.objects.filter(subscriber=late).update(
        confirmed_at=run.created_at + timedelta(microseconds=1)
    )

    freeze_by(2, run)

    assert recipients(run) == {"eve"}


def test_a_run_whose_people_have_all_left_meanwhile_ends_at_once(issue, unfrozen):
    run = unfrozen(issue)
    Subscription.objects.update(state="unsubscribed")

    freeze_by(2, run)

    assert (run.status, run.audience_size) == (RunStatus.FINISHED, 0)


def test_wherever_freezing_is_killed_it_goes_on_exactly_there(issue, unfrozen):
    run = unfrozen(issue)
    kills = 0

    for survived in range(100):
        if freeze_until_killed(run, survived=survived):
            break
        kills += 1
        run.refresh_from_db()
        # Whatever is there is counted, and what is counted is there.
        put_in = Delivery.objects.filter(run=run).count()
        cursor = IssueRun.objects.get(run=run).frozen_up_to
        assert put_in == run.audience_size == run.pending
        assert put_in == Subscription.objects.filter(pk__lte=cursor).count()

    run.refresh_from_db()
    assert kills > 10
    assert run.status == RunStatus.RUNNING
    assert recipients(run) == {"ann", "bob", "eve"}


def freeze_until_killed(run: Run, *, survived: int) -> bool:
    """Freeze in pieces of one, killed after so many statements; True if it was not."""
    left = iter(range(survived))

    def kill(execute: Any, sql: str, *arguments: Any) -> Any:
        # What the database takes back by itself is taken back to a savepoint here.
        if not sql.startswith("ROLLBACK") and next(left, None) is None:
            raise Killed
        return execute(sql, *arguments)

    with connection.execute_wrapper(kill):
        try:
            freeze_by(1, run)
        except Killed:
            return False
    return True


def test_a_run_that_was_given_up_in_the_middle_is_ended_by_the_worker(
    issue, unfrozen, monkeypatch
):
    def die(*_args: Any) -> None:
        raise Killed

    run = unfrozen(issue)
    actions.freeze_piece(run.pk, size=1)
    with monkeypatch.context() as broken:
        broken.setattr(delivery_actions, "_settle_chunk", die)
        with pytest.raises(Killed):
            actions.cancel_issue_rest(run.pk)

    freeze_pending_runs()

    run.refresh_from_db()
    assert (run.status, run.started_at) == (RunStatus.CANCELLED, None)
    assert run.cancelled == run.audience_size
