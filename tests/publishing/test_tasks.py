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
from gonets.publishing import actions
from gonets.publishing.errors import ScheduleChanged
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
