"""At most so many of a section: by the rule, for one issue, and what stays beside."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from gonets.kernel import clock
from gonets.newsletters import actions, queries
from gonets.newsletters.errors import BadSettings, PartMissing
from gonets.newsletters.limits import Limits, with_limit
from gonets.newsletters.models import HeldMaterial, Issue, Newsletter
from gonets.newsletters.queries.composition import entries_over_limit
from gonets.newsletters.queries.refreshing import offered_materials
from gonets.newsletters.settings import checked_settings
from gonets.newsletters.states import Reason
from gonets.newsletters.types import NewsletterSettings
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
def newsletter(sections):
    for section in sections:
        for hours in (1, 2, 3):
            name = f"{section.name} {hours}"
            make_material(name, section=section, age=timedelta(hours=hours))
    return make_newsletter(*sections)


def titles(issue: Issue) -> list[str]:
    return [entry.title for entry in issue.entries.all()]


def beside(issue: Issue) -> dict[str, str]:
    issue = Issue.objects.get(pk=issue.pk)
    return {
        row.material.title: row.reason
        for group in queries.shelf(issue).groups
        for row in group.rows
    }


def limit(newsletter: Newsletter, most: int | None) -> None:
    Newsletter.objects.filter(pk=newsletter.pk).update(section_limit=most)


@pytest.mark.parametrize(
    ("stored", "usual", "part", "most"),
    [
        ({}, None, 1, None),
        ({}, 3, 1, 3),
        ({"every": 5}, 3, 1, 5),
        ({"every": 0}, 3, 1, None),
        ({"every": 5, "1": 2}, 3, 1, 2),
        ({"every": 5, "1": 2}, 3, 2, 5),
        ({"1": 0}, 3, 1, None),
    ],
)
def test_the_nearest_limit_counts(stored, usual, part, most):
    assert Limits.of_issue(stored, usual=usual).of(part) == most


def test_a_limit_of_all_sections_takes_the_place_of_those_of_single_ones():
    assert with_limit({"1": 2}, part=None, most=4) == {"every": 4}
    assert with_limit({"every": 4}, part=1, most=None) == {"every": 4, "1": 0}


def test_an_issue_begins_with_the_newest_of_each_section(newsletter):
    limit(newsletter, 2)

    issue = make_issue(newsletter)

    assert titles(issue) == ["News 1", "News 2", "Sport 1", "Sport 2"]
    assert beside(issue) == {
        "News 3": Reason.OVER_LIMIT,
        "Sport 3": Reason.OVER_LIMIT,
    }
    assert {part.limit for part in queries.issue_parts(issue)} == {2}


def test_what_was_left_for_this_issue_goes_before_what_is_newer(newsletter):
    earlier = make_issue(newsletter)
    oldest = earlier.entries.get(title="News 3")
    actions.hold_for_next(earlier.pk, [oldest.pk], user=None)
    limit(newsletter, 1)

    issue = make_issue(newsletter)

    assert titles(issue) == ["News 3", "Sport 1"]


def test_a_limit_of_one_section_is_kept_with_the_issue(newsletter, sections):
    issue = make_issue(newsletter)
    news = sections[0].pk
    over = entries_over_limit(issue.pk, 1, part=news)

    actions.limit_section(issue.pk, news, most=1, over=over, user=None)

    issue.refresh_from_db()
    assert titles(issue) == ["News 1", "Sport 1", "Sport 2", "Sport 3"]
    assert beside(issue) == dict.fromkeys(["News 2", "News 3"], Reason.OVER_LIMIT)
    limits = {part.key: part.limit for part in queries.issue_parts(issue)}
    assert limits == {news: 1, sections[1].pk: None}
    assert actions.copy_issue(issue.pk, user=None).limits == issue.limits


def test_a_section_that_is_gone_gets_no_limit(newsletter):
    issue = make_issue(newsletter)

    with pytest.raises(PartMissing):
        actions.limit_section(issue.pk, 999_999, most=1, user=None)

    issue.refresh_from_db()
    assert issue.limits == {}


def test_more_can_be_added_by_hand_and_is_told(newsletter, sections):
    limit(newsletter, 1)
    issue = make_issue(newsletter)
    material = sections[0].materials.get(title="News 2")

    actions.add_materials(issue.pk, [material.pk], user=None)

    parts = queries.issue_parts(Issue.objects.get(pk=issue.pk))
    assert [part.is_over_limit for part in parts] == [True, False]
    assert "News 2" not in beside(issue)


def test_the_site_offers_only_what_there_is_room_for(newsletter, sections):
    limit(newsletter, 4)
    issue = make_issue(newsletter)
    for number in range(3):
        make_material(f"New {number}", section=sections[0], age=timedelta(seconds=-1))
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        issue = Issue.objects.get(pk=issue.pk)
        offered = [each.material.title for each in offered_materials(issue)]
        shown = beside(issue)

    assert offered == ["New 2"]
    assert shown["New 0"] == Reason.NEW  # there is room for one


def test_when_something_goes_the_others_are_not_over_the_limit_any_more(newsletter):
    limit(newsletter, 1)
    issue = make_issue(newsletter)
    gone = issue.entries.get(title="News 1")

    actions.remove_entries(issue.pk, [gone.pk], user=None)

    assert beside(issue)["News 2"] == Reason.NEW
    assert beside(issue)["Sport 2"] == Reason.OVER_LIMIT


@pytest.mark.parametrize("holds", [False, True])
def test_the_limit_and_what_it_took_out_are_one_step(newsletter, holds):
    issue = make_issue(newsletter)
    over = entries_over_limit(issue.pk, 1)
    actions.limit_section(issue.pk, None, most=1, over=over, holds=holds, user=None)
    assert HeldMaterial.objects.count() == (4 if holds else 0)

    actions.undo(issue.pk, edition=2, user=None)

    issue.refresh_from_db()
    assert len(titles(issue)) == 6
    assert issue.limits == {}
    assert not HeldMaterial.objects.exists()
    actions.redo(issue.pk, edition=3, user=None)
    issue.refresh_from_db()
    assert titles(issue) == ["News 1", "Sport 1"]
    assert issue.limits == {"every": 1}


@pytest.mark.parametrize("most", [0, -1, 101])
def test_a_limit_is_a_sensible_number(most):
    with pytest.raises(BadSettings) as error:
        checked_settings(
            NewsletterSettings(
                title="t",
                sender_name="s",
                sender_address="s@example.org",
                postal_address="p",
                section_limit=most,
            )
        )

    assert set(error.value.problems) == {"section_limit"}
