"""Choosing dates, skipping them, pausing, and what the open draft does then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from gonets.newsletters import actions
from gonets.newsletters.errors import BadSettings, IssueClosed
from gonets.newsletters.standing.models import NewsletterRhythm
from gonets.newsletters.standing.planning import (
    Plan,
    set_rhythm,
    skip_day,
    skip_issue,
    unskip_day,
)
from gonets.newsletters.standing.queries import past_drafts, told_people
from gonets.newsletters.standing.rhythms import Skips
from gonets.newsletters.standing.states import SkipReason, StandingState
from gonets.newsletters.states import IssueState
from tests.newsletters.standing.conftest import NEXT_THURSDAY, THURSDAY, thursdays
from tests.support.factories import make_material, make_newsletter

THAT_DAY = date(2026, 11, 26)


def test_another_time_moves_the_open_draft(tend, weekly):
    tend()
    fridays = replace(thursdays().rhythm, at=time(18), weekdays=(4,))

    set_rhythm(weekly.pk, Plan(rhythm=fridays), user=None)

    draft = tend()
    assert draft.due_at == datetime(2026, 11, 27, 15, tzinfo=UTC)
    assert draft.issue.subject == "The Harbour Weekly: Nov. 27, 2026"


def test_a_subject_of_ones_own_is_not_touched(tend, weekly):
    draft = tend()
    actions.save_wording(
        draft.issue.pk, edition=1, user=None, changes={"subject": "All about ferries"}
    )

    skip_day(weekly.pk, THAT_DAY, user=None)

    assert tend().issue.subject == "All about ferries"


def test_a_skipped_date_can_be_put_back(tend, weekly):
    tend()
    skip_day(weekly.pk, THAT_DAY, user=None)
    assert tend().due_at == NEXT_THURSDAY

    unskip_day(weekly.pk, THAT_DAY, user=None)

    assert tend().due_at == THURSDAY


def test_a_pause_moves_the_open_draft_behind_it(tend, weekly):
    tend()
    pause = Skips(paused_from=date(2026, 11, 24), paused_until=date(2026, 12, 9))

    set_rhythm(weekly.pk, thursdays(skips=pause), user=None)

    assert tend().day == date(2026, 12, 10)


def test_skipping_one_that_waits_lets_it_collect_again(news, tend, weekly, clock_at):
    make_material("A ferry", section=news)
    draft = tend()
    clock_at(THURSDAY)
    tend()

    skip_issue(draft.issue.pk, user=None)

    following = tend()
    assert following.state == StandingState.COLLECTING
    assert (following.issue_id, following.due_at) == (draft.issue_id, NEXT_THURSDAY)
    assert following.issue.state == IssueState.DRAFT
    (skipped,) = past_drafts(weekly.pk)
    assert skipped.reason == SkipReason.BY_PERSON


def test_skipping_an_ordinary_issue_is_refused(weekly):
    issue = actions.prepare_issue(weekly.pk, user=None)

    with pytest.raises(IssueClosed):
        skip_issue(issue.pk, user=None)


def test_skipping_while_it_goes_out_by_itself_is_refused(news, tend, clock_at):
    make_material("A ferry", section=news)
    draft = tend()
    clock_at(THURSDAY)
    tend()
    actions.schedule_issue(draft.issue.pk, at=NEXT_THURSDAY, user=None)

    with pytest.raises(IssueClosed):
        skip_issue(draft.issue.pk, user=None)

    draft.refresh_from_db()
    assert draft.state == StandingState.WAITING


def test_a_wrong_plan_changes_nothing(weekly):
    plan = thursdays()

    with pytest.raises(BadSettings):
        set_rhythm(weekly.pk, Plan(rhythm=replace(plan.rhythm, weekdays=())), user=None)

    assert NewsletterRhythm.objects.get(newsletter=weekly).weekdays == [3]


@pytest.fixture
def people(django_user_model):
    make = django_user_model.objects.create_user
    return {
        "anna": make("anna", "anna@example.com", is_staff=True),
        "boris": make("boris", "boris@example.com", is_staff=True),
        "chief": make("chief", "chief@example.com", is_staff=True, is_superuser=True),
        "gone": make("gone", "gone@example.com", is_staff=True, is_active=False),
        "mute": make("mute", "", is_staff=True),
        "reader": make("reader", "reader@example.com"),
    }


def named(newsletter) -> list[str]:
    return [user.get_username() for user in told_people(newsletter)]


def test_who_is_told_is_chosen_among_editors_with_an_address(weekly, people):
    everybody = [user.pk for user in people.values()]

    set_rhythm(weekly.pk, thursdays(told_ids=everybody), user=None)

    assert named(weekly) == ["anna", "boris", "chief"]


def test_without_a_choice_its_maker_is_told(news, people):
    mine = make_newsletter(news)
    mine.created_by = people["anna"]
    mine.save()

    assert named(mine) == ["anna"]


@pytest.mark.parametrize("maker", [None, "gone", "mute", "reader"])
def test_without_a_maker_who_can_be_told_administrators_are(news, people, maker):
    theirs = make_newsletter(news)
    theirs.created_by = people[maker] if maker else None
    theirs.save()

    assert named(theirs) == ["chief"]
