"""The picker over all the site's materials."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonets.kernel import clock
from gonets.newsletters import actions, queries
from gonets.newsletters.queries.picking import PICKER_PAGE_SIZE
from gonets.newsletters.types import PickerWish
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db


def test_the_picker_marks_what_is_in_the_issue_used_and_held():
    news, sport = make_section("News"), make_section("Sport")
    newsletter = make_newsletter(news)
    make_material("sent", section=news)
    sent = make_issue(newsletter)
    actions.mark_released(sent.pk)
    actions.reserve_materials(sent.pk)
    make_material("match", section=sport)
    held = make_material("held", section=sport)
    added = make_material("added", section=sport)
    issue = make_issue(newsletter)
    entries = actions.add_materials(issue.pk, [added.pk, held.pk], user=None)
    actions.hold_for_next(issue.pk, [entries[1].pk], user=None)

    rows = {row.material.title: row for row in queries.picker(issue).rows}

    assert rows["sent"].used_in == sent
    assert rows["added"].in_issue
    assert rows["held"].held
    assert not rows["held"].in_issue
    match = rows["match"]
    assert (match.used_in, match.in_issue, match.held) == (None, False, False)


def test_a_section_stands_for_what_is_below_it():
    town = make_section("Town")
    quay = make_section("Quay", parent=town)
    issue = make_issue(make_newsletter())
    make_material("crane", section=quay)
    make_material("match", section=make_section("Sport"))

    page = queries.picker(issue, PickerWish(section_id=town.pk))

    assert [row.material.title for row in page.rows] == ["crane"]


def test_a_search_finds_cyrillic_in_any_case():
    news = make_section("Новости")
    issue = make_issue(make_newsletter())
    make_material("Новый ПАРОМ на острове", section=news)
    make_material("Мост", section=news)

    page = queries.picker(issue, PickerWish(search="паром новый"))

    assert [row.material.title for row in page.rows] == ["Новый ПАРОМ на острове"]


def test_long_lists_come_in_pages():
    news = make_section("News")
    issue = make_issue(make_newsletter())
    for number in range(PICKER_PAGE_SIZE + 1):
        make_material(f"news {number}", section=news)

    first = queries.picker(issue)
    assert len(first.rows) == PICKER_PAGE_SIZE
    assert first.next_page == 2

    second = queries.picker(issue, page=2)
    assert len(second.rows) == 1
    assert second.next_page is None


def test_a_search_finds_other_forms_of_a_word():
    news = make_section("Новости")
    issue = make_issue(make_newsletter())
    make_material("Новые паромы на островах", section=news)
    make_material("Пароварка", section=news)
    make_material("Ferries to the islands", section=news)

    for search, found in (
        ("паромом", ["Новые паромы на островах"]),
        ("остров", ["Новые паромы на островах"]),
        ("«Паромов»", ["Новые паромы на островах"]),
        ("ferry island", ["Ferries to the islands"]),
        ("вар", []),
    ):
        page = queries.picker(issue, PickerWish(search=search))
        assert [row.material.title for row in page.rows] == found, search


def test_used_and_unused_are_told_apart():
    news = make_section("News")
    newsletter = make_newsletter(news)
    make_material("sent", section=news)
    sent = make_issue(newsletter)
    actions.mark_released(sent.pk)
    actions.reserve_materials(sent.pk)
    make_material("fresh", section=news)
    issue = make_issue(newsletter)

    def titles(**wish):
        rows = queries.picker(issue, PickerWish(**wish)).rows
        return [row.material.title for row in rows]

    assert titles(is_used=True) == ["sent"]
    assert titles(is_used=False) == ["fresh"]
    assert sorted(titles()) == ["fresh", "sent"]


def test_dates_bound_what_the_picker_shows():
    news = make_section("News")
    issue = make_issue(make_newsletter())
    now = clock.now()
    for days in (1, 5, 9):
        make_material(f"{days}", section=news, age=timedelta(days=days))

    wish = PickerWish(since=now - timedelta(days=7), until=now - timedelta(days=3))

    assert [row.material.title for row in queries.picker(issue, wish).rows] == ["5"]
