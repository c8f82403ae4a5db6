"""Issues of a database that was copied or restored."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from gonets.delivery.fence import is_fenced
from gonets.delivery.models import CloneFence, Delivery, Run
from gonets.delivery.states import FenceCause, RunStatus
from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Issue
from gonets.publishing import actions
from gonets.publishing.actions import fence, sending
from gonets.publishing.errors import DatabaseCopied
from gonets.publishing.relays import relay_outlook
from gonets.publishing.states import AudienceRule
from gonets.publishing.tasks import COPIED, start_due_issues


def raise_fence() -> None:
    facts = {"raised_at": clock.now(), "cause": FenceCause.BACKUP, "token": "t"}
    CloneFence.objects.update_or_create(pk=1, defaults=facts)


def send(issue: Issue) -> Run:
    return actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)


def test_nothing_is_sent_and_the_refusal_says_who_must_act(issue: Issue) -> None:
    raise_fence()

    with pytest.raises(DatabaseCopied, match="administrator confirms"):
        send(issue)

    assert not Run.objects.exists()
    assert "copied or restored" in relay_outlook().refusal


@pytest.mark.parametrize(
    "steer",
    [
        actions.continue_run,
        actions.cancel_issue_rest,
        actions.stop_waiting,
        lambda run_id: actions.correct_and_resume(run_id, user=None),
    ],
)
def test_a_run_of_before_is_neither_continued_nor_cancelled(issue, steer) -> None:
    run = send(issue)
    actions.pause_issue_run(run.pk)
    raise_fence()

    with pytest.raises(DatabaseCopied):
        steer(run.pk)

    assert Run.objects.get(pk=run.pk).pending == 3


def test_a_schedule_asks_instead_of_sending(issue: Issue) -> None:
    at = clock.now() + timedelta(hours=5)
    newsletters.schedule_issue(issue.pk, at=at, user=None)
    raise_fence()

    with time_machine.travel(at + timedelta(seconds=1)):
        assert start_due_issues() == 0

    issue.refresh_from_db()
    assert issue.schedule_missed
    assert issue.schedule_failure == COPIED
    assert not Run.objects.exists()


def test_an_audience_being_frozen_is_completed_before_it_becomes_uncertain(
    issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FREEZING_SECONDS", 0)
    run = send(issue)
    assert run.status == RunStatus.PREPARING
    raise_fence()

    fence.send_from_here(user=None)

    run.refresh_from_db()
    assert (run.status, run.uncertain) == (RunStatus.FINISHED, 3)
    assert not Delivery.objects.exclude(status="uncertain").exists()
    assert not is_fenced()
