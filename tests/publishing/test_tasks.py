"""Issues that leave by themselves, once, on time, or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine

from gonets.delivery.models import Run
from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Issue
from gonets.newsletters.states import IssueState
from gonets.publishing import actions, tasks
from gonets.publishing.actions import sending
from gonets.publishing.errors import ScheduleChanged
from gonets.publishing.models import IssueRun
from gonets.publishing.notices.models import Notice
from gonets.publishing.tasks import start_due_issues
from tests.support.factories import make_issue


@pytest.fixture
def at(issue: Issue) -> datetime:
    at = clock.now() + timedelta(hours=5)
    newsletters.schedule_issue(issue.pk, at=at, user=None)
    return at


def test_a_due_issue_leaves_exactly_once(issue, at):
    with time_machine.travel(at + timedelta(seconds=1)):
        assert start_due_issues() == 1
        assert start_due_issues() == 0

    assert Run.objects.count() == 1


def test_nothing_leaves_before_its_time(issue, at):
    with time_machine.travel(at - timedelta(seconds=1)):
        assert start_due_issues() == 0


def test_a_schedule_missed_by_more_than_an_hour_asks_the_editor(issue, at):
    with time_machine.travel(at + timedelta(hours=1, seconds=1)):
        start_due_issues()

    issue.refresh_from_db()
    assert (issue.state, issue.schedule_missed) == (IssueState.POSTPONED, True)
    assert not Run.objects.exists()


def test_an_issue_that_cannot_leave_says_why(issue, at):
    Issue.objects.filter(pk=issue.pk).update(subject="")

    with time_machine.travel(at + timedelta(seconds=1)):
        start_due_issues()

    issue.refresh_from_db()
    assert issue.state == IssueState.POSTPONED
    assert issue.schedule_failure == "The letter has no subject. Write one, then send."


def test_an_issue_whose_time_was_moved_meanwhile_stays(issue, at):
    later = at + timedelta(days=1)
    newsletters.schedule_issue(issue.pk, at=later, user=None)

    with pytest.raises(ScheduleChanged):
        actions.send_due_issue(issue.pk, scheduled_at=at)


def test_one_issue_that_cannot_leave_holds_no_other_up(issue, newsletter, at):
    from_next = make_issue(newsletter)
    newsletters.schedule_issue(from_next.pk, at=at, user=None)
    Issue.objects.filter(pk=issue.pk).update(subject="{{ subscriber.secret( }}")

    with time_machine.travel(at + timedelta(seconds=1)):
        assert start_due_issues() == 1

    issue.refresh_from_db()
    assert issue.schedule_failure.startswith("Something in the letter")


@pytest.mark.parametrize("is_late", [True, False])
def test_a_time_that_was_moved_in_the_moment_of_leaving_is_not_missed(
    issue, at, monkeypatch, is_late
):
    """Of one that cannot leave, too: an editor has just seen to it."""
    Issue.objects.filter(pk=issue.pk).update(subject="")
    later = at + timedelta(days=1)

    def keep_fence() -> bool:
        newsletters.schedule_issue(issue.pk, at=later, user=None)
        return True

    monkeypatch.setattr(tasks, "keep_fence", keep_fence)
    late_by = timedelta(hours=2 if is_late else 0, seconds=1)
    with time_machine.travel(at + late_by):
        start_due_issues()

    issue.refresh_from_db()
    assert (issue.state, issue.scheduled_at) == (IssueState.SCHEDULED, later)
    assert not Notice.objects.filter(issue=issue).exists()


def test_an_issue_that_is_changed_in_the_moment_of_leaving_leaves_a_little_later(
    issue, at, monkeypatch
):
    def check_ready(issue_id: int) -> None:
        newsletters.save_wording(
            issue_id,
            edition=Issue.objects.get(pk=issue_id).edition,
            user=None,
            changes={"subject": "A word better"},
        )

    with time_machine.travel(at + timedelta(seconds=1)):
        with monkeypatch.context() as patches:
            patches.setattr(sending, "check_ready", check_ready)
            assert start_due_issues() == 0
        assert start_due_issues() == 1

    version = IssueRun.objects.get(issue=issue).version
    assert version.content["subject"] == "A word better"
