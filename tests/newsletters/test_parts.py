"""The parts of an issue: called, joined, sorted, shortened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonets.letters.kinds import EntryKind
from gonets.newsletters import actions, queries
from gonets.newsletters.errors import BadWording, IssueClosed, PartMissing
from gonets.newsletters.models import Entry
from gonets.newsletters.queries.composition import entries_over_limit
from gonets.newsletters.states import IssueState
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sections():
    return [make_section("News"), make_section("Sport")]


@pytest.fixture
def issue(sections):
    for section in sections:
        for hours in (1, 2, 3):
            name = f"{section.name} {hours}"
            make_material(name, section=section, age=timedelta(hours=hours))
    return make_issue(make_newsletter(*sections))


def shape(issue):
    return {
        part.heading: [row.entry.title for row in part.rows]
        for part in queries.issue_parts(issue)
    }


def test_a_part_is_renamed_in_this_issue_only(issue, sections):
    actions.rename_part(issue.pk, sections[0].pk, heading=" Town  ", user=None)

    assert list(shape(issue)) == ["Town", "Sport"]
    sections[0].refresh_from_db()
    assert sections[0].name == "News"


@pytest.mark.parametrize("heading", ["x" * 201, "two\nlines", "a\0b"])
def test_what_cannot_be_a_heading_changes_nothing(issue, sections, heading):
    with pytest.raises(BadWording):
        actions.rename_part(issue.pk, sections[0].pk, heading=heading, user=None)

    issue.refresh_from_db()
    assert issue.edition == 1


def test_joined_parts_stand_under_one_heading(issue, sections):
    news, sport = sections

    actions.join_parts(issue.pk, news.pk, into=sport.pk, user=None)

    assert shape(issue) == {
        "Sport": ["Sport 1", "Sport 2", "Sport 3", "News 1", "News 2", "News 3"]
    }


def test_what_is_added_to_a_joined_section_later_gets_its_own_part(issue, sections):
    news, sport = sections
    actions.join_parts(issue.pk, news.pk, into=sport.pk, user=None)

    late = make_material("Late", section=news)
    actions.add_materials(issue.pk, [late.pk], user=None)

    assert shape(issue)["News"] == ["Late"]


@pytest.mark.parametrize("gone", ["from", "into"])
def test_a_part_that_is_gone_is_not_joined(issue, sections, gone):
    news, sport = sections
    lost = news if gone == "from" else sport
    Entry.objects.filter(part=lost.pk).delete()

    with pytest.raises(PartMissing):
        actions.join_parts(issue.pk, news.pk, into=sport.pk, user=None)


def test_sorting_by_date_keeps_the_parts_and_what_has_no_date_in_place(issue, sections):
    block = Entry.objects.create(
        issue=issue,
        kind=EntryKind.DIVIDER,
        title="—",
        position=1,
        part=sections[0].pk,
        heading="News",
    )
    last = issue.entries.exclude(pk=block.pk).order_by("-position")
    for position, entry in enumerate([*last][::-1]):
        entry.position = position + (position > 0)
        entry.save()

    actions.sort_by_date(issue.pk, newest_first=False, user=None)

    assert shape(issue) == {
        "News": ["News 3", "—", "News 2", "News 1"],
        "Sport": ["Sport 3", "Sport 2", "Sport 1"],
    }


def test_one_part_can_be_sorted_alone(issue, sections):
    actions.sort_by_date(issue.pk, newest_first=False, part=sections[1].pk, user=None)

    assert shape(issue) == {
        "News": ["News 1", "News 2", "News 3"],
        "Sport": ["Sport 3", "Sport 2", "Sport 1"],
    }


def test_the_sections_stand_as_on_the_site_again(issue):
    entries = list(issue.entries.all())
    for entry, position in zip(entries, (3, 4, 5, 0, 1, 2), strict=True):
        entry.position = position
        entry.save()
    assert list(shape(issue)) == ["Sport", "News"]

    actions.sort_as_on_the_site(issue.pk, user=None)

    assert list(shape(issue)) == ["News", "Sport"]


def test_what_is_over_the_limit_is_what_comes_last_in_its_part(issue, sections):
    over = entries_over_limit(issue.pk, 2)
    of_one = entries_over_limit(issue.pk, 1, part=sections[1].pk)

    titles = dict(issue.entries.values_list("pk", "title"))
    assert [titles[pk] for pk in over] == ["News 3", "Sport 3"]
    assert [titles[pk] for pk in of_one] == ["Sport 2", "Sport 3"]


def test_a_sent_issue_keeps_its_parts(issue, sections):
    issue.state = IssueState.RELEASED
    issue.save()

    for change in (
        lambda: actions.rename_part(issue.pk, sections[0].pk, heading="x", user=None),
        lambda: actions.join_parts(
            issue.pk, sections[0].pk, into=sections[1].pk, user=None
        ),
        lambda: actions.sort_by_date(issue.pk, user=None),
        lambda: actions.sort_as_on_the_site(issue.pk, user=None),
    ):
        with pytest.raises(IssueClosed):
            change()


@pytest.mark.parametrize("again", [False, True])
def test_every_change_of_parts_can_be_undone_and_done_again(issue, sections, again):
    news, sport = (section.pk for section in sections)
    for change in (
        lambda: actions.rename_part(issue.pk, news, heading="Town", user=None),
        lambda: actions.join_parts(issue.pk, news, into=sport, user=None),
        lambda: actions.sort_by_date(issue.pk, newest_first=False, user=None),
    ):
        before = shape(issue)
        change()
        after = shape(issue)
        assert after != before

        issue.refresh_from_db()
        actions.undo(issue.pk, edition=issue.edition, user=None)
        assert shape(issue) == before
        if again:
            issue.refresh_from_db()
            actions.redo(issue.pk, edition=issue.edition, user=None)
            assert shape(issue) == after
            issue.refresh_from_db()
            actions.undo(issue.pk, edition=issue.edition, user=None)
