"""Adding, removing, ordering: whatever editors do, the issue stays in order."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonets.content.models import Material, Section
from gonets.newsletters import actions, queries
from gonets.newsletters.errors import IssueClosed, IssueMissing
from gonets.newsletters.models import Entry, HeldMaterial, Issue
from gonets.newsletters.ordering import numbered
from gonets.newsletters.types import Place
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db


def titles(issue: Issue) -> list[str]:
    return [entry.title for entry in issue.entries.all()]


def entry(issue: Issue, title: str) -> Entry:
    return issue.entries.get(title=title)


def undo(issue: Issue) -> None:
    edition = Issue.objects.get(pk=issue.pk).edition
    actions.undo(issue.pk, edition=edition, user=None)


@pytest.fixture
def sections() -> list[Section]:
    return [make_section("News"), make_section("Sport")]


@pytest.fixture
def issue(sections: list[Section]) -> Issue:
    """Return an issue with ``a`` and ``b`` in News, ``x`` and ``y`` in Sport."""
    news, sport = sections
    for hours, title in enumerate("ab", start=1):
        make_material(title, section=news, age=timedelta(hours=hours))
    for hours, title in enumerate("xy", start=1):
        make_material(title, section=sport, age=timedelta(hours=hours))
    return make_issue(make_newsletter(*sections))


def test_a_new_issue_has_its_candidates_by_section(issue):
    assert titles(issue) == ["a", "b", "x", "y"]
    assert entry(issue, "a").heading == "News"


def test_an_entry_has_the_materials_teaser_as_safe_html(sections):
    make_material("a", section=sections[0], teaser="Tea & <b>milk</b>\n\nTwo")

    issue = make_issue(make_newsletter(sections[0]))

    assert entry(issue, "a").teaser == (
        "<p>Tea &amp; &lt;b&gt;milk&lt;/b&gt;</p><p>Two</p>"
    )


def test_an_added_material_comes_last_in_its_section(issue, sections):
    material = make_material("c", section=sections[0])

    actions.add_materials(issue.pk, [material.pk], user=None)

    assert titles(issue) == ["a", "b", "c", "x", "y"]


def test_an_added_material_goes_under_the_heading_as_it_was_renamed(issue, sections):
    part = entry(issue, "a").part
    actions.save_wording(
        issue.pk,
        edition=issue.edition,
        user=None,
        changes={f"section.{part}.heading": "On the quay"},
    )
    material = make_material("c", section=sections[0])

    actions.add_materials(issue.pk, [material.pk], user=None)

    assert entry(issue, "c").heading == "On the quay"


def test_adding_twice_and_adding_what_is_gone_does_nothing(issue):
    material = Material.objects.get(title="a")

    added = actions.add_materials(issue.pk, [material.pk, 999_999], user=None)

    assert added == []
    assert titles(issue) == ["a", "b", "x", "y"]


def test_a_material_deleted_from_the_site_leaves_its_entry_as_worded(issue):
    Material.objects.filter(title="b").delete()

    assert titles(issue) == ["a", "b", "x", "y"]
    assert entry(issue, "b").is_gone_from_site


def test_an_entry_moved_among_another_section_takes_its_heading(issue):
    ids = {each.title: each.pk for each in issue.entries.all()}
    sport = entry(issue, "x").part
    order = [
        Place(entry_id=ids["b"]),
        Place(entry_id=ids["x"]),
        Place(entry_id=ids["a"], part=sport),
        Place(entry_id=ids["y"]),
    ]

    actions.reorder_entries(issue.pk, order, user=None)

    assert titles(issue) == ["b", "x", "a", "y"]
    assert entry(issue, "a").heading == "Sport"


def test_an_order_made_before_another_editors_changes_loses_nothing(issue, sections):
    ids = [each.pk for each in issue.entries.all()]
    actions.remove_entries(issue.pk, [ids[0]], user=None)
    added = make_material("c", section=sections[0])
    actions.add_materials(issue.pk, [added.pk], user=None)

    places = [Place(entry_id=each) for each in reversed(ids)]
    actions.reorder_entries(issue.pk, places, user=None)

    assert titles(issue) == ["y", "x", "b", "c"]


def test_leaving_for_the_next_issue_can_be_undone(issue):
    held = entry(issue, "b")

    actions.hold_for_next(issue.pk, [held.pk], user=None)
    assert [each.material.title for each in queries.held_materials(issue.pk)] == ["b"]
    undo(issue)

    assert not HeldMaterial.objects.exists()
    assert titles(issue) == ["a", "b", "x", "y"]


def test_adding_back_what_was_left_for_the_next_issue_takes_it_back(issue):
    held = entry(issue, "b")
    actions.hold_for_next(issue.pk, [held.pk], user=None)

    actions.add_materials(issue.pk, [held.material_id], user=None)

    assert not HeldMaterial.objects.exists()


def test_removing_what_an_earlier_issue_left_settles_it_until_undone(issue):
    actions.hold_for_next(issue.pk, [entry(issue, "b").pk], user=None)
    actions.mark_released(issue.pk)
    actions.reserve_materials(issue.pk)
    following = make_issue(issue.newsletter)
    assert titles(following) == ["b"]

    actions.remove_entries(following.pk, [entry(following, "b").pk], user=None)
    assert not HeldMaterial.objects.exists()
    undo(following)

    assert HeldMaterial.objects.get().held_in == issue


def test_a_released_issue_keeps_its_entries(issue):
    actions.mark_released(issue.pk)

    with pytest.raises(IssueClosed):
        actions.remove_entries(issue.pk, [entry(issue, "a").pk], user=None)

    assert titles(issue) == ["a", "b", "x", "y"]


def test_changing_a_deleted_issue_says_so(issue):
    actions.delete_draft(issue.pk)

    with pytest.raises(IssueMissing):
        actions.add_materials(issue.pk, [], user=None)


def test_every_change_of_entries_makes_a_new_edition(issue):
    actions.remove_entries(issue.pk, [entry(issue, "a").pk], user=None)

    issue.refresh_from_db()
    assert issue.edition == 2


@pytest.mark.thorough
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10_000), steps=st.integers(1, 8))
def test_any_changes_leave_whole_parts_and_positions_without_gaps(
    issue, sections, seed, steps
):
    chance = random.Random(seed)
    for _ in range(steps):
        _any_change(issue, sections, chance)

    actions.reorder_entries(issue.pk, [], user=None)
    entries = list(issue.entries.all())
    assert [each.position for each in entries] == list(range(len(entries)))
    assert entries == numbered(entries)
    for part in {each.part for each in entries}:
        assert len({each.heading for each in entries if each.part == part}) == 1
    materials = [each.material_id for each in entries]
    assert len(materials) == len(set(materials))


def _any_change(issue: Issue, sections: list[Section], chance: random.Random) -> None:
    entries = list(issue.entries.all())
    some = chance.sample(entries, chance.randint(0, len(entries)))
    ids = [each.pk for each in some]
    kind = chance.choice(["add", "remove", "undo", "hold", "reorder"])
    if kind == "add":
        materials = list(Material.objects.values_list("pk", flat=True))
        actions.add_materials(issue.pk, chance.sample(materials, 2), user=None)
    elif kind == "remove":
        actions.remove_entries(issue.pk, ids, user=None)
    elif kind == "undo":
        actions.remove_entries(issue.pk, ids, user=None)
        if ids:
            undo(issue)
        assert [each.pk for each in issue.entries.all()] == [e.pk for e in entries]
    elif kind == "hold":
        actions.hold_for_next(issue.pk, ids, user=None)
    else:
        parts = [None, *(each.part for each in entries)]
        places = [Place(entry_id=each, part=chance.choice(parts)) for each in ids]
        actions.reorder_entries(issue.pk, places, user=None)
        assert issue.entries.count() == len(entries)
