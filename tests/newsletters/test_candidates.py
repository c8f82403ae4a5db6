"""Which materials an issue is offered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonets.content.models import Material
from gonets.newsletters import actions, queries
from gonets.newsletters.models import Newsletter
from gonets.newsletters.states import Selection
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db


def titles(newsletter: Newsletter) -> list[str]:
    return [each.material.title for each in queries.candidates(newsletter)]


def release(newsletter: Newsletter) -> int:
    """Send an issue with everything it was offered."""
    issue = make_issue(newsletter)
    actions.mark_released(issue.pk)
    actions.reserve_materials(issue.pk)
    return issue.pk


def test_the_first_issue_is_offered_the_last_month():
    news = make_section("News")
    make_material("fresh", section=news, age=timedelta(days=29))
    make_material("old", section=news, age=timedelta(days=31))

    assert titles(make_newsletter(news)) == ["fresh"]


def test_sections_below_an_included_one_are_included():
    town = make_section("Town")
    harbour = make_section("Harbour", parent=town)
    quay = make_section("Quay", parent=harbour)
    make_material("a crane", section=quay)

    assert titles(make_newsletter(town)) == ["a crane"]


def test_materials_of_other_sections_are_not_offered():
    make_material("football", section=make_section("Sport"))

    assert titles(make_newsletter(make_section("News"))) == []


def test_what_is_hidden_or_still_to_come_is_not_offered():
    news = make_section("News")
    make_material("tomorrow", section=news, age=timedelta(days=-1))
    make_material("hidden", section=news, is_published=False)

    assert titles(make_newsletter(news)) == []


def test_sections_stand_in_the_sites_order_and_the_newest_material_first():
    news, sport = make_section("News"), make_section("Sport")
    make_material("match", section=sport, age=timedelta(minutes=1))
    make_material("older", section=news, age=timedelta(hours=2))
    make_material("newer", section=news, age=timedelta(hours=1))

    found = queries.candidates(make_newsletter(sport, news))

    assert [(each.heading, each.material.title) for each in found] == [
        ("News", "newer"),
        ("News", "older"),
        ("Sport", "match"),
    ]


def test_what_went_out_is_not_offered_again():
    news = make_section("News")
    newsletter = make_newsletter(news)
    make_material("ferry", section=news)
    release(newsletter)
    make_material("bridge", section=news, age=timedelta())

    assert titles(newsletter) == ["bridge"]


def test_what_was_published_while_an_issue_was_being_written_is_new_for_the_next():
    news = make_section("News")
    newsletter = make_newsletter(news)
    issue = make_issue(newsletter)
    make_material("published meanwhile", section=news, age=timedelta())
    actions.mark_released(issue.pk)

    assert titles(newsletter) == ["published meanwhile"]


def test_a_copy_of_an_old_issue_hides_nothing_that_was_published_since():
    news = make_section("News")
    newsletter = make_newsletter(news)
    first = release(newsletter)
    make_material("since then", section=news, age=timedelta())
    copy = actions.copy_issue(first, user=None)
    actions.mark_released(copy.pk)

    assert titles(newsletter) == ["since then"]


def test_what_a_feed_brings_late_does_not_slip_between_two_issues(time_machine):
    time_machine.move_to("2026-11-12T09:00:00Z")
    news = make_section("News")
    newsletter = make_newsletter(news)
    release(newsletter)
    time_machine.shift(timedelta(hours=2))
    late = make_material("late", section=news, age=timedelta(hours=5))
    Material.objects.filter(pk=late.pk).update(
        created_at=late.published_at + timedelta(hours=4)
    )
    make_material("from the archive", section=news, age=timedelta(days=20))

    assert titles(newsletter) == ["late"]


def test_another_newsletters_use_does_not_matter():
    news = make_section("News")
    make_material("ferry", section=news)
    release(make_newsletter(news))

    assert titles(make_newsletter(news)) == ["ferry"]


def test_an_issue_that_reached_nobody_counts_as_never_sent():
    news = make_section("News")
    newsletter = make_newsletter(news)
    make_material("ferry", section=news)
    issue_id = release(newsletter)
    assert titles(newsletter) == []

    actions.release_materials(issue_id)

    assert titles(newsletter) == ["ferry"]


def test_a_merely_picked_material_is_still_offered():
    news = make_section("News")
    newsletter = make_newsletter(news)
    make_material("ferry", section=news)
    make_issue(newsletter)

    assert titles(newsletter) == ["ferry"]


def test_the_last_days_are_shown_with_a_mark_on_what_was_sent():
    news = make_section("News")
    newsletter = make_newsletter(news, selection=Selection.LAST_DAYS, selection_days=7)
    make_material("sent", section=news, age=timedelta(days=3))
    issue_id = release(newsletter)
    make_material("fresh", section=news, age=timedelta(days=1))
    make_material("old", section=news, age=timedelta(days=8))

    found = {each.material.title: each for each in queries.candidates(newsletter)}

    assert set(found) == {"sent", "fresh"}
    assert found["fresh"].is_fresh
    used_in = found["sent"].used_in
    assert used_in is not None
    assert used_in.pk == issue_id


def test_a_draft_does_not_take_what_was_sent_already():
    news = make_section("News")
    newsletter = make_newsletter(news, selection=Selection.LAST_DAYS)
    make_material("sent", section=news, age=timedelta(days=3))
    release(newsletter)
    make_material("fresh", section=news, age=timedelta(days=1))

    issue = make_issue(newsletter)

    assert [entry.title for entry in issue.entries.all()] == ["fresh"]


def test_the_newest_are_counted_in_each_section():
    news, sport = make_section("News"), make_section("Sport")
    newsletter = make_newsletter(
        news, sport, selection=Selection.NEWEST, selection_count=2
    )
    for days in (1, 2, 3):
        make_material(f"news {days}", section=news, age=timedelta(days=days))
    make_material("match", section=sport, age=timedelta(days=300))

    assert titles(newsletter) == ["news 1", "news 2", "match"]


def test_what_was_left_for_the_next_issue_comes_from_anywhere_and_goes_once():
    news, sport = make_section("News"), make_section("Sport")
    newsletter = make_newsletter(news)
    match = make_material("match", section=sport, age=timedelta(days=90))
    issue = make_issue(newsletter)
    (entry,) = actions.add_materials(issue.pk, [match.pk], user=None)
    actions.hold_for_next(issue.pk, [entry.pk], user=None)
    actions.mark_released(issue.pk)
    actions.reserve_materials(issue.pk)

    (held,) = queries.candidates(newsletter)
    assert held.material == match
    assert held.held

    release(newsletter)
    assert titles(newsletter) == []


def test_no_sections_means_no_candidates():
    make_material("ferry", section=make_section())

    assert titles(make_newsletter()) == []


def test_candidates_take_a_fixed_number_of_queries(django_assert_max_num_queries):
    news = make_section("News")
    newsletter = make_newsletter(news)
    for number in range(30):
        make_material(f"news {number}", section=news)

    with django_assert_max_num_queries(9):
        queries.candidates(newsletter)
