"""Sections follow their source: names, places, and their end; editors' words stay."""

from __future__ import annotations

import pytest

from gonets.content.actions import (
    hide_section,
    merge_section,
    move_section,
    rename_section,
    separate_section,
)
from gonets.content.connectors.base import MaterialDraft, Reading, SectionDraft
from gonets.content.intake import take_over
from gonets.content.models import Section, Source
from gonets.content.queries import section_tree
from gonets.content.sectioning import follow_sections
from gonets.kernel import clock
from tests.support.factories import make_section

pytestmark = pytest.mark.django_db

Told = tuple[str, str]  # id, id of its parent


@pytest.fixture
def source(db: None) -> Source:
    return Source.objects.create(kind="wordpress", name="Site", created_at=clock.now())


def listed(source: Source, *told: Told) -> None:
    """Let the source list all its sections."""
    take_over(source, Reading(sections=drafts(*told), lists_sections=True))


def drafts(*told: Told) -> tuple[SectionDraft, ...]:
    return tuple(
        SectionDraft(external_id=own, name=own.title(), parent_id=parent)
        for own, parent in told
    )


def of(name: str) -> Section:
    return Section.objects.get(external_id=name)


def tree() -> list[str]:
    return [f"{'-' * node.depth}{node.section.name}" for node in section_tree()]


def test_a_section_moves_with_its_source_and_takes_along_what_is_below(source):
    listed(source, ("news", ""), ("city", ""), ("roads", "city"))

    listed(source, ("news", ""), ("city", "news"), ("roads", "city"))

    assert tree() == ["News", "-City", "--Roads"]


def test_a_section_moves_below_one_that_is_new(source):
    listed(source, ("news", ""), ("city", "news"))

    listed(source, ("news", ""), ("region", "news"), ("city", "region"))

    assert tree() == ["News", "-Region", "--City"]


def test_a_section_that_comes_to_the_top_of_its_source_does_so_here(source):
    listed(source, ("news", ""), ("city", "news"))

    listed(source, ("news", ""), ("city", ""))

    assert tree() == ["News", "City"]


@pytest.mark.parametrize("order", [1, -1])
def test_sections_change_places_in_whichever_order_they_are_told(source, order):
    listed(source, ("news", ""), ("city", "news"))

    listed(source, *[("city", ""), ("news", "city")][::order])

    assert tree() == ["City", "-News"]


def test_what_an_editor_put_elsewhere_stays_there(source):
    own = make_section("Ours")
    listed(source, ("news", ""), ("city", ""))
    move_section(of("city").pk, parent_id=own.pk, place=0)

    listed(source, ("news", ""), ("city", "news"))

    assert tree() == ["Ours", "-City", "News"]


def test_put_back_where_its_source_has_it_it_follows_again(source):
    own = make_section("Ours")
    listed(source, ("news", ""), ("city", ""), ("roads", ""))
    move_section(of("city").pk, parent_id=own.pk, place=0)
    listed(source, ("news", ""), ("city", "news"), ("roads", ""))
    move_section(of("city").pk, parent_id=of("news").pk, place=0)

    listed(source, ("news", ""), ("city", "roads"), ("roads", ""))

    assert tree() == ["Ours", "News", "Roads", "-City"]


def test_another_order_among_neighbours_is_no_other_place(source):
    listed(source, ("news", ""), ("city", ""))
    move_section(of("city").pk, parent_id=None, place=0)

    listed(source, ("news", ""), ("city", "news"))

    assert tree() == ["News", "-City"]


def test_an_editors_name_and_hiding_travel_with_the_section(source):
    listed(source, ("news", ""), ("city", ""))
    rename_section(of("city").pk, name="Our town")
    hide_section(of("city").pk)

    listed(source, ("news", ""), ("city", "news"))

    assert of("city").name == "Our town"
    assert of("city").is_hidden
    assert of("city").parent == of("news")


def test_what_moves_below_a_merged_section_stands_where_that_one_stands(source):
    listed(source, ("news", ""), ("city", ""), ("roads", ""))
    merge_section(of("city").pk, into_id=of("news").pk)

    listed(source, ("news", ""), ("city", ""), ("roads", "city"))

    assert tree() == ["News", "-Roads"]
    separate_section(of("city").pk)
    listed(source, ("news", ""), ("city", ""), ("roads", "city"))
    assert tree() == ["News", "City", "-Roads"]


def test_a_merged_section_stays_merged_wherever_its_source_moves_it(source):
    listed(source, ("news", ""), ("city", ""))
    merge_section(of("city").pk, into_id=of("news").pk)

    listed(source, ("news", ""), ("city", "news"))

    assert tree() == ["News"]
    assert of("city").merged_into == of("news")


def test_what_editors_put_below_the_section_does_not_make_a_circle(source):
    listed(source, ("news", ""), ("city", ""))
    move_section(of("news").pk, parent_id=of("city").pk, place=0)

    listed(source, ("news", ""), ("city", "news"))

    assert tree() == ["City", "-News"]


def test_a_section_that_a_material_merely_names_does_not_move(source):
    listed(source, ("news", ""), ("city", "news"))

    take_over(source, Reading(sections=drafts(("city", ""))))

    assert tree() == ["News", "-City"]


def test_a_section_that_its_source_lists_no_more_is_marked_and_keeps_all(source):
    listed(source, ("news", ""), ("city", ""))
    draft = MaterialDraft(external_id="1", section_id="city", title="A ferry")
    take_over(source, Reading(materials=(draft,)))

    listed(source, ("news", ""))

    assert of("city").gone_at is not None
    assert of("news").gone_at is None
    assert [each.title for each in of("city").materials.all()] == ["A ferry"]
    assert tree() == ["News", "City"]


def test_a_section_that_is_there_again_is_not_marked_any_more(source):
    listed(source, ("news", ""), ("city", ""))
    listed(source, ("news", ""))

    listed(source, ("news", ""), ("city", ""))

    assert of("city").gone_at is None


def test_what_was_never_listed_or_is_named_by_a_page_is_not_gone(source):
    take_over(source, Reading(sections=drafts(("tag", ""))))
    listed(source, ("news", ""))
    listed(source, ("news", ""))
    take_over(source, Reading(sections=drafts(("other", ""))))

    assert not Section.objects.exclude(gone_at=None).exists()


def test_a_source_that_lists_nothing_marks_nothing(source):
    listed(source, ("news", ""))

    take_over(source, Reading())

    assert of("news").gone_at is None


def test_nothing_is_written_while_nothing_has_changed(
    source, django_assert_num_queries
):
    listed(source, ("news", ""), ("city", "news"))

    with django_assert_num_queries(1):
        follow_sections(source, drafts(("news", ""), ("city", "news")), are_all=True)
