"""What stands beside an issue: what it has not taken, and why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonets.content.actions import hide_materials, publish_materials
from gonets.content.models import Material, Picture
from gonets.content.states import Visibility
from gonets.kernel import clock
from gonets.newsletters import actions
from gonets.newsletters.queries import issue_parts, shelf
from gonets.newsletters.states import Reason
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def news():
    return make_section("News")


@pytest.fixture
def newsletter(news):
    return make_newsletter(news)


def reasons(issue):
    return {
        row.material.title: row.reason
        for group in shelf(issue).groups
        for row in group.rows
    }


def sent(issue):
    actions.mark_released(issue.pk)
    actions.reserve_materials(issue.pk)


def test_each_material_that_is_not_taken_has_its_reason(news, newsletter):
    hide_materials([make_material("hidden", section=news).pk])
    make_material("private", section=news, visibility=Visibility.PRIVATE)
    make_material("past", section=news, expires_at=clock.now() - DAY)
    make_material("coming", section=news, age=-DAY)
    make_material("old", section=news, age=40 * DAY)
    make_material("ancient", section=news, age=400 * DAY)
    make_material("elsewhere", section=make_section("Other"))
    make_material("taken", section=news)

    assert reasons(make_issue(newsletter)) == {
        "hidden": Reason.UNPUBLISHED,
        "private": Reason.PRIVATE,
        "past": Reason.EXPIRED,
        "coming": Reason.UPCOMING,
        "old": Reason.OUTSIDE,
    }


def test_what_was_sent_is_told_from_what_was_changed_since(news, newsletter):
    make_material("same", section=news)
    changed = make_material("changed", section=news)
    first = make_issue(newsletter)
    actions.mark_released(first.pk)
    actions.reserve_materials(first.pk)
    Material.objects.filter(pk=changed.pk).update(
        title="changed!", changed_at=clock.now()
    )

    issue = make_issue(newsletter)

    assert reasons(issue) == {"same": Reason.SENT, "changed!": Reason.CHANGED}
    (group,) = shelf(issue).groups
    assert {row.used_in for row in group.rows} == {first}


def make_picture():
    return Picture.objects.create(
        name="a.png", sha256="a", width=2, height=1, size=9, created_at=clock.now()
    )


def other_section(material):
    return {"section": make_section("Elsewhere", parent=material.section)}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _each: {"title": "New words"}, Reason.CHANGED),
        (lambda _each: {"teaser": "New words"}, Reason.CHANGED),
        (lambda _each: {"address": "https://town.ru/new/"}, Reason.CHANGED),
        (lambda _each: {"picture": make_picture()}, Reason.CHANGED),
        (lambda _each: {"body": "<p>New</p>", "tags": ["new"]}, Reason.SENT),
        (lambda each: {"title": f"  {each.title} "}, Reason.SENT),
        (lambda _each: {"author": "New"}, Reason.SENT),
        (other_section, Reason.SENT),
        (lambda _each: {}, Reason.SENT),
    ],
)
def test_changed_is_what_readers_would_see_changed(news, newsletter, change, reason):
    material = make_material("Ferry", section=news, teaser="Tomorrow.")
    sent(make_issue(newsletter))

    Material.objects.filter(pk=material.pk).update(
        changed_at=clock.now() + DAY, **change(material)
    )

    assert list(reasons(make_issue(newsletter)).values()) == [reason]


def test_hidden_and_shown_again_it_is_not_changed(news, newsletter):
    material = make_material("Ferry", section=news)
    sent(make_issue(newsletter))

    hide_materials([material.pk])
    publish_materials([material.pk])

    assert reasons(make_issue(newsletter)) == {"Ferry": Reason.SENT}


def test_what_an_editor_reworded_was_not_changed_by_the_site(news, newsletter):
    make_material("Ferry", section=news)
    issue = make_issue(newsletter)
    issue.entries.update(title="The ferry!")
    sent(issue)

    assert reasons(make_issue(newsletter)) == {"Ferry": Reason.SENT}


def test_what_the_site_changed_before_it_was_sent_readers_have_not_seen(
    news, newsletter
):
    material = make_material("Ferry", section=news)
    issue = make_issue(newsletter)
    Material.objects.filter(pk=material.pk).update(title="No ferry")
    sent(issue)

    assert reasons(make_issue(newsletter)) == {"No ferry": Reason.CHANGED}


def test_an_old_one_that_only_moved_is_not_brought_up_again(news, newsletter):
    material = make_material("Ferry", section=news)
    sent(make_issue(newsletter))
    Material.objects.filter(pk=material.pk).update(
        published_at=clock.now() - 400 * DAY, changed_at=clock.now() + DAY
    )
    assert reasons(make_issue(newsletter)) == {}

    Material.objects.filter(pk=material.pk).update(teaser="It is back.")

    assert reasons(make_issue(newsletter)) == {"Ferry": Reason.CHANGED}


def test_what_was_removed_can_be_taken_again_with_one_press(news, newsletter):
    make_material("wanted", section=news)
    make_material("unwanted", section=news)
    issue = make_issue(newsletter)
    entry = issue.entries.get(title="unwanted")

    actions.remove_entries(issue.pk, [entry.pk], user=None)

    assert reasons(issue) == {"unwanted": Reason.NEW}
    assert shelf(issue).fresh_ids == [entry.material_id]


def test_what_is_left_for_next_time_says_so_from_either_side(news, newsletter):
    make_material("later", section=news)
    issue = make_issue(newsletter)
    entry = issue.entries.get()

    actions.hold_for_next(issue.pk, [entry.pk], user=None)
    following = make_issue(newsletter)

    assert reasons(issue) == {"later": Reason.HELD}
    ((row,),) = [part.rows for part in issue_parts(following)]
    assert row.reason == Reason.HELD


def test_the_newest_come_first_in_each_section_in_the_sites_order(newsletter, news):
    events = make_section("Events", parent=news)
    other = make_section("Later")
    newsletter.sections.add(other)
    for section in (other, events, news):
        for days in (50, 40):
            make_material(f"{section.name} {days}", section=section, age=days * DAY)

    groups = shelf(make_issue(newsletter)).groups

    assert [group.section for group in groups] == [news, events, other]
    for group in groups:
        titles = [row.material.title for row in group.rows]
        assert titles == [f"{group.section.name} 40", f"{group.section.name} 50"]


def test_private_materials_are_not_added_whoever_asks(news, newsletter):
    private = make_material("private", section=news, visibility=Visibility.PRIVATE)
    issue = make_issue(newsletter)

    added = actions.add_materials(issue.pk, [private.pk], user=None)

    assert added == []
    assert not issue.entries.exists()


def test_what_is_over_is_not_proposed(news, newsletter):
    make_material("past", section=news, expires_at=clock.now() - DAY)
    make_material("lasting", section=news, expires_at=clock.now() + DAY)

    assert [entry.title for entry in make_issue(newsletter).entries.all()] == [
        "lasting"
    ]


def test_a_shelf_takes_few_questions_however_much_there_is(
    news, newsletter, django_assert_max_num_queries
):
    for number in range(20):
        make_material(f"{number}", section=news, age=40 * DAY)
    issue = make_issue(newsletter)

    with django_assert_max_num_queries(14):
        assert shelf(issue).count == 20
