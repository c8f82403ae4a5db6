"""A standing draft collects, keeps what editors did, and ends on its date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gonets.content.models import Material
from gonets.newsletters import actions
from gonets.newsletters.models import Issue, Newsletter
from gonets.newsletters.standing.models import StandingDraft
from gonets.newsletters.standing.planning import set_rhythm, stop_rhythm
from gonets.newsletters.standing.queries import past_drafts
from gonets.newsletters.standing.states import SkipReason, StandingState, WhenDue
from gonets.newsletters.states import IssueState
from tests.newsletters.standing.conftest import (
    MONDAY,
    NEXT_THURSDAY,
    THURSDAY,
    thursdays,
)
from tests.support.factories import make_issue, make_material

MINUTE = timedelta(minutes=1)


def titles(draft: StandingDraft) -> list[str]:
    assert draft.issue is not None
    return [entry.title for entry in draft.issue.entries.all()]


def entry_id(draft: StandingDraft, title: str) -> int:
    assert draft.issue is not None
    return draft.issue.entries.get(title=title).pk


def test_it_opens_for_the_next_date_with_what_is_there(news, tend):
    make_material("A ferry", section=news)

    draft = tend()

    assert (draft.day, draft.due_at) == (date(2026, 11, 26), THURSDAY)
    assert titles(draft) == ["A ferry"]
    assert draft.issue.subject == "The Harbour Weekly: Nov. 26, 2026"
    assert draft.issue.state == IssueState.DRAFT


def test_there_is_one_however_often_the_chore_is_done(tend):
    first = tend()

    assert tend().pk == first.pk
    assert Issue.objects.count() == 1


def test_new_materials_come_in_the_newest_first(news, tend, clock_at):
    make_material("A ferry", section=news)
    tend()
    clock_at(MONDAY + timedelta(hours=5))
    make_material("A bridge", section=news)

    assert titles(tend()) == ["A bridge", "A ferry"]


def test_untouched_it_is_what_the_rule_takes(news, tend, weekly, clock_at):
    Newsletter.objects.filter(pk=weekly.pk).update(
        selection="newest", selection_count=1
    )
    make_material("A ferry", section=news)
    hidden = make_material("A mistake", section=news, age=timedelta(minutes=5))
    assert titles(tend()) == ["A mistake"]
    Material.objects.filter(pk=hidden.pk).update(is_published=False)

    assert titles(tend()) == ["A ferry"]


def test_an_editors_words_and_order_stay_and_the_new_come_after(news, tend, clock_at):
    make_material("A ferry", section=news)
    make_material("A bridge", section=news, age=timedelta(hours=2))
    draft = tend()
    words = {f"entry.{entry_id(draft, 'A bridge')}.title": "The bridge!"}
    actions.save_wording(
        draft.issue.pk, edition=draft.issue.edition, user=None, changes=words
    )
    clock_at(MONDAY + timedelta(hours=5))
    make_material("A harbour", section=news)

    assert titles(tend()) == ["A ferry", "The bridge!", "A harbour"]


def test_it_takes_no_more_of_a_section_than_the_newsletter_says(
    news, tend, weekly, clock_at
):
    Newsletter.objects.filter(pk=weekly.pk).update(section_limit=2)
    for number in range(3):
        make_material(f"Old {number}", section=news, age=timedelta(hours=number + 1))
    assert titles(tend()) == ["Old 0", "Old 1"]
    clock_at(MONDAY + timedelta(hours=5))
    make_material("New", section=news)

    assert titles(tend()) == ["New", "Old 0"]
    assert titles(tend()) == ["New", "Old 0"]


def test_what_an_editor_worked_in_fills_up_only_as_far_as_there_is_room(
    news, tend, clock_at
):
    make_material("A ferry", section=news)
    draft = tend()
    actions.limit_section(draft.issue.pk, news.pk, most=2, user=None)
    clock_at(MONDAY + timedelta(hours=5))
    for number in range(3):
        make_material(f"New {number}", section=news, age=timedelta(minutes=number))

    assert titles(tend()) == ["A ferry", "New 0"]
    assert titles(tend()) == ["A ferry", "New 0"]


def test_what_an_editor_took_out_never_comes_back(news, tend, clock_at):
    make_material("A ferry", section=news)
    draft = tend()
    actions.remove_entries(draft.issue.pk, [entry_id(draft, "A ferry")], user=None)
    clock_at(MONDAY + timedelta(hours=5))
    make_material("A bridge", section=news)

    assert titles(tend()) == ["A bridge"]


def test_what_an_editor_added_and_took_out_at_once_never_comes(news, tend):
    draft = tend()
    ferry = make_material("A ferry", section=news)
    actions.add_materials(draft.issue.pk, [ferry.pk], user=None)
    actions.remove_entries(draft.issue.pk, [entry_id(draft, "A ferry")], user=None)

    assert titles(tend()) == []


def test_what_was_left_for_next_time_comes_next_time(news, tend, weekly, clock_at):
    make_material("A ferry", section=news)
    make_material("A bridge", section=news)
    draft = tend()
    actions.hold_for_next(draft.issue.pk, [entry_id(draft, "A ferry")], user=None)
    assert titles(tend()) == ["A bridge"]

    clock_at(THURSDAY)
    tend()
    release(draft)

    following = tend()
    assert (following.due_at, titles(following)) == (NEXT_THURSDAY, ["A ferry"])


def release(draft: StandingDraft) -> None:
    assert draft.issue is not None
    actions.mark_released(draft.issue.pk)
    actions.reserve_materials(draft.issue.pk)


def test_on_its_date_it_waits_and_the_editor_is_told_once(news, tend, told, clock_at):
    make_material("A ferry", section=news)
    draft = tend()
    clock_at(THURSDAY - MINUTE)
    make_material("A bridge", section=news, age=timedelta())
    clock_at(THURSDAY)

    waiting = tend()
    tend()

    assert waiting.pk == draft.pk
    assert waiting.state == StandingState.WAITING
    assert waiting.issue.state == IssueState.POSTPONED
    assert titles(waiting) == ["A bridge", "A ferry"]
    assert [each.pk for each in told] == [draft.pk]


def test_waiting_it_collects_no_more_and_no_other_opens(news, tend, clock_at):
    make_material("A ferry", section=news)
    draft = tend()
    clock_at(THURSDAY)
    tend()
    clock_at(NEXT_THURSDAY + timedelta(days=1))
    make_material("A bridge", section=news)

    still = tend()

    assert (still.pk, titles(still)) == (draft.pk, ["A ferry"])


def test_released_early_it_does_not_open_for_the_same_date_again(news, tend, clock_at):
    make_material("A ferry", section=news)
    draft = tend()

    release(draft)

    following = tend()
    assert (following.due_at, titles(following)) == (NEXT_THURSDAY, [])
    draft.refresh_from_db()
    assert draft.state == StandingState.RELEASED


def test_too_few_materials_skip_the_date_and_stay_for_the_next(
    news, tend, weekly, told, clock_at
):
    Newsletter.objects.filter(pk=weekly.pk).update(minimum=2)
    make_material("A ferry", section=news)
    draft = tend()
    words = {f"entry.{entry_id(draft, 'A ferry')}.title": "The ferry!"}
    actions.save_wording(
        draft.issue.pk, edition=draft.issue.edition, user=None, changes=words
    )
    clock_at(THURSDAY)

    following = tend()

    (skipped,) = past_drafts(weekly.pk)
    assert (skipped.pk, skipped.state) == (draft.pk, StandingState.SKIPPED)
    assert (skipped.reason, skipped.materials) == (SkipReason.TOO_FEW, 1)
    assert skipped.minimum == 2
    assert (following.due_at, titles(following)) == (NEXT_THURSDAY, ["The ferry!"])
    assert following.issue.subject == "The Harbour Weekly: Dec. 3, 2026"
    assert told == [skipped]


def test_moved_on_it_still_never_brings_back_what_was_taken_out(
    news, tend, weekly, clock_at
):
    make_material("A ferry", section=news)
    draft = tend()
    actions.remove_entries(draft.issue.pk, [entry_id(draft, "A ferry")], user=None)
    clock_at(THURSDAY)

    following = tend()

    assert (following.due_at, titles(following)) == (NEXT_THURSDAY, [])
    assert titles(tend()) == []


def test_it_may_go_out_by_itself(news, tend, weekly, told, clock_at):
    set_rhythm(weekly.pk, thursdays(when_due=WhenDue.SEND), user=None)
    make_material("A ferry", section=news)
    tend()
    clock_at(THURSDAY + MINUTE)

    waiting = tend()

    assert waiting.state == StandingState.WAITING
    assert waiting.issue.state == IssueState.SCHEDULED
    assert waiting.issue.scheduled_at == THURSDAY
    assert not told


def test_a_date_that_an_editor_gave_it_goes_first(news, tend, told, clock_at):
    make_material("A ferry", section=news)
    draft = tend()
    at = THURSDAY + timedelta(days=1)
    actions.schedule_issue(draft.issue.pk, at=at, user=None)
    clock_at(THURSDAY - MINUTE)
    make_material("A bridge", section=news, age=timedelta())
    clock_at(THURSDAY)

    waiting = tend()

    assert (titles(waiting), told) == (["A ferry"], [])
    assert waiting.issue.scheduled_at == at


def test_put_aside_by_its_editor_it_goes_on_collecting(news, tend, clock_at):
    draft = tend()
    actions.postpone_issue(draft.issue.pk, user=None)
    make_material("A ferry", section=news)

    assert titles(tend()) == ["A ferry"]


def test_deleted_it_comes_again_for_the_date_after(news, tend, weekly):
    draft = tend()

    actions.delete_draft(draft.issue.pk)

    assert tend().due_at == NEXT_THURSDAY
    (skipped,) = past_drafts(weekly.pk)
    assert skipped.reason == SkipReason.DELETED


def test_looking_at_it_and_going_back_does_not_discard_it(tend):
    draft = tend()

    assert not actions.discard_untouched(draft.issue.pk)


def test_a_newsletter_in_the_archive_rests(tend, weekly):
    actions.archive_newsletter(weekly.pk)

    with pytest.raises(StandingDraft.DoesNotExist):
        tend()


def test_switched_off_its_draft_is_an_ordinary_one(news, tend, weekly, clock_at):
    draft = tend()
    stop_rhythm(weekly.pk, user=None)
    make_material("A ferry", section=news)

    with pytest.raises(StandingDraft.DoesNotExist):
        tend()

    draft.refresh_from_db()
    assert (draft.state, titles(draft)) == (StandingState.ENDED, [])


def test_switched_on_again_it_goes_on_with_the_same_draft(news, tend, weekly):
    draft = tend()
    stop_rhythm(weekly.pk, user=None)
    make_material("A ferry", section=news)

    set_rhythm(weekly.pk, thursdays(), user=None)

    again = tend()
    assert (again.issue_id, again.due_at) == (draft.issue_id, THURSDAY)
    assert titles(tend()) == ["A ferry"]


def test_other_drafts_are_left_alone(news, tend, weekly):
    other = make_issue(weekly)
    make_material("A ferry", section=news)

    tend()

    assert not other.entries.exists()
