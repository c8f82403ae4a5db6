"""An issue on its way from draft to release."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonets.kernel import clock
from gonets.newsletters import actions, queries
from gonets.newsletters.errors import BadSchedule, IssueClosed, NewsletterArchived
from gonets.newsletters.models import Issue
from gonets.newsletters.states import IssueState, IssueStep
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(db: None) -> Issue:
    news = make_section("News")
    make_material("A ferry", section=news)
    return make_issue(make_newsletter(news))


def state(issue: Issue) -> str:
    issue.refresh_from_db()
    return issue.state


def test_a_new_issue_proposes_its_first_words(time_machine):
    time_machine.move_to("2026-11-12T09:00:00Z")

    issue = make_issue(make_newsletter(title="The Weekly", language="en"))

    assert issue.subject == "The Weekly: Nov. 12, 2026"
    assert issue.greeting == 'Hello, {{ subscriber.name | default("friends") }}!'
    assert issue.intro == "<p>Here is what is new on our site.</p>"
    assert (issue.state, issue.step) == (IssueState.DRAFT, IssueStep.MATERIALS)


def test_the_newsletters_own_greeting_comes_first():
    issue = make_issue(make_newsletter(greeting="Ahoy!"))

    assert issue.greeting == "Ahoy!"


def test_an_archived_newsletter_makes_no_issue():
    newsletter = make_newsletter(title="Old")
    actions.archive_newsletter(newsletter.pk)

    with pytest.raises(NewsletterArchived, match="“Old” is in the archive"):
        make_issue(newsletter)


def test_the_step_that_was_left_is_remembered(issue):
    actions.set_step(issue.pk, IssueStep.PREVIEW, user=None)
    actions.postpone_issue(issue.pk, user=None)

    issue.refresh_from_db()
    assert (issue.state, issue.step) == (IssueState.POSTPONED, IssueStep.PREVIEW)


def test_going_to_another_step_disturbs_no_second_editor(issue):
    actions.set_step(issue.pk, IssueStep.PREVIEW, user=None)

    issue.refresh_from_db()
    assert issue.edition == 1


def test_a_date_can_be_set_moved_and_taken_back(issue):
    tomorrow = clock.now() + timedelta(days=1)
    actions.schedule_issue(issue.pk, at=tomorrow, user=None)
    assert state(issue) == IssueState.SCHEDULED

    actions.schedule_issue(issue.pk, at=tomorrow + timedelta(days=1), user=None)
    issue.refresh_from_db()
    assert issue.scheduled_at == tomorrow + timedelta(days=1)

    actions.unschedule_issue(issue.pk, user=None)
    assert state(issue) == IssueState.POSTPONED
    assert issue.scheduled_at is None


def test_a_time_that_has_passed_is_refused(issue):
    with pytest.raises(BadSchedule, match="has passed"):
        actions.schedule_issue(issue.pk, at=clock.now(), user=None)

    assert state(issue) == IssueState.DRAFT


def test_taking_back_a_date_that_is_not_there_says_so(issue):
    with pytest.raises(IssueClosed, match="not scheduled"):
        actions.unschedule_issue(issue.pk, user=None)


def test_a_missed_date_is_put_to_the_editor_until_decided(issue):
    at = clock.now() + timedelta(hours=1)
    actions.schedule_issue(issue.pk, at=at, user=None)

    assert actions.miss_schedule(issue.pk, at=at, reason="The server was off.")
    assert not actions.miss_schedule(issue.pk, at=at, reason="again")

    assert state(issue) == IssueState.POSTPONED
    assert issue.schedule_missed
    assert issue.schedule_failure == "The server was off."

    actions.postpone_issue(issue.pk, user=None)
    issue.refresh_from_db()
    assert not issue.schedule_missed


def test_a_draft_can_be_deleted_and_twice_is_the_same(issue):
    actions.freeze_version(issue.pk, user=None)

    actions.delete_draft(issue.pk)
    actions.delete_draft(issue.pk)

    assert not Issue.objects.exists()


def test_a_draft_that_was_only_looked_at_leaves_nothing_behind(issue):
    assert actions.discard_untouched(issue.pk)

    assert not Issue.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda pk: actions.add_materials(pk, [], user=None),
        lambda pk: actions.set_step(pk, IssueStep.PREVIEW, user=None),
        lambda pk: actions.postpone_issue(pk, user=None),
        actions.mark_released,
    ],
)
def test_a_draft_that_anybody_worked_on_is_kept(issue, change):
    change(issue.pk)

    assert not actions.discard_untouched(issue.pk)
    assert Issue.objects.filter(pk=issue.pk).exists()


def test_a_scheduled_issue_is_not_deleted(issue):
    actions.schedule_issue(issue.pk, at=clock.now() + timedelta(days=1), user=None)

    with pytest.raises(IssueClosed):
        actions.delete_draft(issue.pk)


@pytest.mark.parametrize(
    "change",
    [
        lambda pk: actions.postpone_issue(pk, user=None),
        lambda pk: actions.schedule_issue(
            pk, at=clock.now() + timedelta(days=1), user=None
        ),
        lambda pk: actions.unschedule_issue(pk, user=None),
        actions.delete_draft,
    ],
)
def test_a_released_issue_is_past_all_that(issue, change):
    actions.mark_released(issue.pk)

    with pytest.raises(IssueClosed):
        change(issue.pk)

    assert state(issue) == IssueState.RELEASED


def test_a_copy_has_the_same_words_and_starts_at_the_preview(issue, editor):
    actions.save_wording(issue.pk, edition=1, user=None, changes={"subject": "Storm"})
    actions.mark_released(issue.pk)

    copy = actions.copy_issue(issue.pk, user=editor)

    assert (copy.subject, copy.state, copy.step) == ("Storm", "draft", "preview")
    assert copy.created_by == editor
    assert [entry.title for entry in copy.entries.all()] == ["A ferry"]
    assert issue.entries.count() == 1


def test_releasing_twice_keeps_the_first_moment(issue):
    actions.mark_released(issue.pk)
    issue.refresh_from_db()
    first = issue.released_at

    actions.mark_released(issue.pk)

    issue.refresh_from_db()
    assert issue.released_at == first


def test_drafts_are_those_that_can_simply_be_gone_on_with(issue):
    newsletter_id = issue.newsletter_id
    assert list(queries.drafts_of(newsletter_id)) == [issue]

    actions.mark_released(issue.pk)

    assert list(queries.drafts_of(newsletter_id)) == []
