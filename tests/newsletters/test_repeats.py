"""The rule against real sites: pages brought twice, odd dates, second thoughts."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from gonets.content.models import Material, Section, Source
from gonets.kernel import clock
from gonets.newsletters import actions, queries
from gonets.newsletters.models import Issue, Newsletter
from gonets.newsletters.queries import issue_parts, shelf
from gonets.newsletters.repeats import page_of
from gonets.newsletters.states import Reason, Selection
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db

PAGE = "https://town.example/ferry/"
DAY = timedelta(days=1)


@pytest.fixture
def feed() -> Section:
    return make_section("Feed")


@pytest.fixture
def wordpress() -> Section:
    section = make_section("WordPress")
    section.source = Source.objects.create(
        kind="wordpress", name="WordPress", created_at=clock.now()
    )
    section.save()
    return section


@pytest.fixture
def newsletter(feed, wordpress) -> Newsletter:
    return make_newsletter(feed, wordpress)


def titles(newsletter: Newsletter) -> list[str]:
    return [each.material.title for each in queries.candidates(newsletter)]


def send(issue: Issue) -> None:
    actions.mark_released(issue.pk)
    actions.reserve_materials(issue.pk)


def beside(issue: Issue) -> dict[str, str]:
    rows = [row for group in shelf(issue).groups for row in group.rows]
    return {row.material.title: row.reason for row in rows}


def inside(issue: Issue) -> dict[str, str | None]:
    rows = [row for part in issue_parts(issue) for row in part.rows]
    return {row.entry.title: row.reason for row in rows}


# Pages


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x/", "http://www.A.example/x"),
        ("https://a.example/x", "https://a.example/x?utm_source=rss&utm_medium=feed"),
        ("https://a.example/x", "https://a.example:443/x#comments"),
        ("https://a.example/?p=7", "https://a.example/?p=7&fbclid=z"),
        ("https://a.example/?a=1&b=2", "https://a.example/?b=2&a=1"),
        (
            "https://a.example/новость",
            "https://a.example/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D1%8C",
        ),
    ],
)
def test_a_page_is_the_same_however_its_address_is_written(one, other):
    assert page_of(one) == page_of(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x", "https://a.example/y"),
        ("https://a.example/?p=7", "https://a.example/?p=8"),
        ("https://a.example/x", "https://b.example/x"),
        ("https://a.example:8443/x", "https://a.example/x"),
    ],
)
def test_other_pages_are_others(one, other):
    assert page_of(one) != page_of(other)


@pytest.mark.parametrize(
    "address",
    [
        *("", "  ", "https://a.example", "https://a.example/", "mailto:a@b.example"),
        *("//a.example/x", "https://[bad/x", "https://a.example:x/y", "\0"),
        "x" * 3000,
    ],
)
def test_what_is_no_page_of_its_own_has_no_name(address):
    assert page_of(address) == ""


def test_a_page_that_two_sources_bring_is_offered_once(newsletter, feed, wordpress):
    make_material("by feed", section=feed, address=PAGE)
    make_material("by wordpress", section=wordpress, address=f"{PAGE}?utm_source=x")

    issue = make_issue(newsletter)

    assert titles(newsletter) == ["by feed"]
    assert inside(issue) == {"by feed": Reason.NEW}
    assert beside(issue) == {"by wordpress": Reason.REPEATED}


@pytest.mark.parametrize("address", ["", "https://town.example/"])
def test_materials_without_a_page_of_their_own_are_not_taken_for_one(
    newsletter, feed, wordpress, address
):
    make_material("one", section=feed, address=address)
    make_material("other", section=wordpress, address=address)

    assert set(titles(newsletter)) == {"one", "other"}


def test_what_one_source_has_at_the_same_address_are_two_things(newsletter, feed):
    make_material("one", section=feed, address=PAGE)
    make_material("other", section=feed, address=PAGE)

    assert set(titles(newsletter)) == {"one", "other"}


def test_what_readers_had_by_one_source_is_not_new_by_another(
    newsletter, feed, wordpress
):
    make_material("by feed", section=feed, address=PAGE)
    first = make_issue(newsletter)
    send(first)
    make_material("by wordpress", section=wordpress, address=PAGE, age=timedelta())

    issue = make_issue(newsletter)

    assert inside(issue) == {}
    assert beside(issue)["by wordpress"] == Reason.SENT
    (row,) = [
        row
        for group in shelf(issue).groups
        for row in group.rows
        if row.material.title == "by wordpress"
    ]
    assert row.used_in == first


def test_in_the_issue_by_hand_it_says_that_readers_had_it(newsletter, feed, wordpress):
    make_material("by feed", section=feed, address=PAGE)
    send(make_issue(newsletter))
    again = make_material("by wordpress", section=wordpress, address=PAGE)
    issue = make_issue(newsletter)

    actions.add_materials(issue.pk, [again.pk], user=None)

    assert inside(issue) == {"by wordpress": Reason.SENT}


def test_if_the_first_one_goes_the_other_takes_its_place(newsletter, feed, wordpress):
    make_material("by feed", section=feed, address=PAGE, is_published=False)
    make_material("by wordpress", section=wordpress, address=PAGE)

    assert titles(newsletter) == ["by wordpress"]


# Dates, and what happens to a material later


def rule(newsletter: Newsletter, **changes: object) -> Newsletter:
    Newsletter.objects.filter(pk=newsletter.pk).update(**changes)
    newsletter.refresh_from_db()
    return newsletter


def test_of_equal_dates_the_same_ones_are_the_newest_each_time(newsletter, feed):
    rule(newsletter, selection=Selection.NEWEST, selection_count=2)
    moment = clock.now() - DAY
    for number in range(4):
        make_material(f"m{number}", section=feed, published_at=moment)

    once = titles(newsletter)

    assert once == titles(newsletter) == ["m3", "m2"]


@pytest.mark.parametrize(
    ("created", "is_new"), [(-1, False), (1, True)], ids=["was there", "came late"]
)
def test_what_is_published_the_very_moment_of_an_issue_is_neither_lost_nor_doubled(
    newsletter, feed, created, is_new
):
    with time_machine.travel(datetime(2026, 3, 28, 23, 59, 59, tzinfo=UTC), tick=False):
        moment = clock.now()
        if created < 0:
            make_material("m", section=feed, published_at=moment, created_at=moment)
        first = make_issue(newsletter)
        send(first)
    # The clocks of Europe change in this night.
    with time_machine.travel(datetime(2026, 3, 29, 22, 30, tzinfo=UTC), tick=False):
        if created > 0:
            late = moment + timedelta(minutes=5)
            make_material("m", section=feed, published_at=moment, created_at=late)

        assert (titles(newsletter) == ["m"]) is is_new
        assert ("m" in inside(first)) is not is_new


@pytest.mark.parametrize(("days", "found"), [(6.99, ["m"]), (7.01, [])])
def test_the_last_days_are_counted_back_from_now_whatever_the_clocks_do(
    newsletter, feed, days, found
):
    rule(newsletter, selection=Selection.LAST_DAYS, selection_days=7)
    with time_machine.travel(datetime(2026, 3, 31, 0, 0, 30, tzinfo=UTC), tick=False):
        make_material("m", section=feed, age=timedelta(days=days))

        assert titles(newsletter) == found


def test_dated_in_the_future_it_comes_when_its_time_has_come(newsletter, feed):
    make_material("coming", section=feed, age=-DAY)
    first = make_issue(newsletter)
    assert beside(first) == {"coming": Reason.UPCOMING}
    send(first)

    with time_machine.travel(clock.now() + 2 * DAY):
        assert inside(make_issue(newsletter)) == {"coming": Reason.NEW}


def test_unpublished_later_it_is_told_in_the_issue_and_not_offered_again(
    newsletter, feed
):
    material = make_material("m", section=feed)
    issue = make_issue(newsletter)
    Material.objects.filter(pk=material.pk).update(is_published=False)

    assert inside(issue) == {"m": Reason.UNPUBLISHED}
    assert titles(newsletter) == []
    assert beside(make_issue(newsletter)) == {"m": Reason.UNPUBLISHED}


def test_what_the_rule_takes_is_new_though_it_is_older_than_the_last_issue(
    newsletter, feed
):
    send(make_issue(newsletter))
    rule(newsletter, selection=Selection.LAST_DAYS, selection_days=60)
    make_material("by rule", section=feed, age=20 * DAY)
    other = make_material("by hand", section=make_section("Other"), age=20 * DAY)
    issue = make_issue(newsletter)

    actions.add_materials(issue.pk, [other.pk], user=None)

    assert inside(issue) == {"by rule": Reason.NEW, "by hand": Reason.OUTSIDE}


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ([], []),
        (None, []),
        (["ЁЛКА "], ["m"]),
        ([unicodedata.normalize("NFD", "ёлка")], ["m"]),
        (["ёлки"], []),
        ("ёлка", []),
    ],
)
def test_only_a_material_that_has_the_tag_is_taken(newsletter, feed, tags, found):
    rule(newsletter, tags=["Ёлка"])
    make_material("m", section=feed, tags=tags if tags is not None else [None, 7])

    assert titles(newsletter) == found
