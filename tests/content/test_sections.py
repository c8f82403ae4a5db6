"""Hiding and merging sections: for editors alone, whatever the source says."""

from __future__ import annotations

import pytest

from gonets.content.actions import (
    delete_section,
    hide_section,
    merge_section,
    separate_section,
    show_section,
)
from gonets.content.connectors.base import MaterialDraft, Reading, SectionDraft
from gonets.content.errors import SectionMisplaced
from gonets.content.intake import take_over
from gonets.content.models import Material, Section, Source
from gonets.content.queries import published_materials, section_tree, with_descendants
from gonets.kernel import clock
from gonets.newsletters import queries
from tests.support.factories import make_material, make_newsletter, make_section

pytestmark = pytest.mark.django_db


def titles() -> set[str]:
    return {material.title for material in published_materials()}


def names() -> list[str]:
    return [node.section.name for node in section_tree()]


def reading(*titles_by_section: tuple[str, str]) -> Reading:
    return Reading(
        sections=(
            SectionDraft(external_id="news", name="News"),
            SectionDraft(external_id="city", name="City"),
        ),
        materials=tuple(
            MaterialDraft(
                external_id=title,
                section_id=section,
                title=title,
                published_at=clock.now(),
            )
            for section, title in titles_by_section
        ),
    )


@pytest.fixture
def source(db: None) -> Source:
    return Source.objects.create(kind="feed", name="Site", created_at=clock.now())


def of(source: Source, external_id: str) -> Section:
    return Section.objects.get(source=source, external_id=external_id)


def test_what_is_below_a_hidden_section_is_offered_to_no_newsletter():
    news = make_section("News")
    below = make_section("Below", parent=news)
    newsletter = make_newsletter(news)
    make_material("Deep", section=below)
    assert [one.material.title for one in queries.candidates(newsletter)] == ["Deep"]

    hide_section(news.pk)

    assert titles() == set()
    assert names() == []
    assert queries.candidates(newsletter) == []

    show_section(news.pk)

    assert titles() == {"Deep"}


def test_what_came_and_comes_to_a_merged_section_stands_in_the_other(source):
    take_over(source, reading(("news", "Old news"), ("city", "Old city")))
    news, city = of(source, "news"), of(source, "city")

    merge_section(city.pk, into_id=news.pk)
    take_over(source, reading(("city", "Old city"), ("city", "New city")))

    assert names() == ["News"]
    assert set(news.materials.values_list("title", flat=True)) == {
        *("Old news", "Old city", "New city"),
    }
    # A newsletter that included the one includes the other.
    assert with_descendants([city.pk]) == {news.pk}


def test_sections_taken_apart_have_again_what_was_theirs(source):
    take_over(source, reading(("news", "Old news"), ("city", "Old city")))
    news, city = of(source, "news"), of(source, "city")
    merge_section(city.pk, into_id=news.pk)
    take_over(source, reading(("city", "New city")))

    separate_section(city.pk)
    take_over(source, reading(("city", "Newest city")))

    assert list(news.materials.values_list("title", flat=True)) == ["Old news"]
    assert city.materials.count() == 3
    assert not Material.objects.exclude(home=None).exists()


def test_a_merger_of_a_merger_ends_in_one_place():
    first, second, third = (make_section(name) for name in ("One", "Two", "Three"))
    below = make_section("Below", parent=first)
    material = make_material("Wandering", section=first)

    merge_section(first.pk, into_id=second.pk)
    merge_section(second.pk, into_id=third.pk)

    material.refresh_from_db()
    below.refresh_from_db()
    assert (material.section_id, below.parent_id) == (third.pk, third.pk)
    separate_section(first.pk)
    material.refresh_from_db()
    assert material.section_id == first.pk


def test_a_section_is_not_merged_into_itself_or_what_is_below_it():
    news = make_section("News")
    below = make_section("Below", parent=news)

    for into in (news, below):
        with pytest.raises(SectionMisplaced):
            merge_section(news.pk, into_id=into.pk)


def test_deleting_a_section_gives_back_what_was_merged_into_it(source):
    take_over(source, reading(("city", "Old city")))
    city, own = of(source, "city"), make_section("Own")
    Section.objects.filter(pk=own.pk).update(source=Source.objects.get(kind="own"))
    merge_section(city.pk, into_id=own.pk)

    delete_section(own.pk)

    assert list(city.materials.values_list("title", flat=True)) == ["Old city"]
    assert "City" in names()
