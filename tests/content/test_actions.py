"""Sections and materials of our own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gonets.content import actions
from gonets.content.errors import NotOurs, SectionMisplaced
from gonets.content.models import Material, Section, Source
from gonets.content.queries import section_path, section_tree
from gonets.content.types import MaterialText
from gonets.kernel import clock
from tests.support.factories import make_material, make_section

pytestmark = pytest.mark.django_db


def tree() -> list[str]:
    return ["  " * node.depth + node.section.name for node in section_tree()]


def make_foreign(name: str = "Feed", **fields: object) -> Section:
    source = Source.objects.create(kind="feed", name=name, created_at=clock.now())
    return Section.objects.create(source=source, external_id="x", name=name, **fields)


def text(section: Section, **changes: object) -> MaterialText:
    plain = MaterialText(
        section_id=section.pk,
        title="Title",
        teaser="Teaser",
        body="<p>Body</p>",
        address="https://example.org/",
        picture_id=None,
        picture_alt="",
        published_at=clock.now(),
        is_published=True,
    )
    return replace(plain, **changes)


def test_the_own_source_is_made_once():
    assert actions.own_source() == actions.own_source()


def test_a_new_section_is_the_last_below_its_parent():
    news = make_section("News")
    make_section("Life")
    make_section("Town", parent=news)
    make_section("Region", parent=news)

    assert tree() == ["News", "  Town", "  Region", "Life"]


def test_a_section_moves_to_a_place_below_another():
    news = make_section("News")
    town = make_section("Town", parent=news)
    life = make_section("Life")

    actions.move_section(life.pk, parent_id=news.pk, place=0)
    assert tree() == ["News", "  Life", "  Town"]

    actions.move_section(town.pk, parent_id=None, place=0)
    assert tree() == ["Town", "News", "  Life"]


def test_a_section_cannot_be_put_below_itself():
    news = make_section("News")
    town = make_section("Town", parent=news)

    for parent in (news, town):
        with pytest.raises(SectionMisplaced):
            actions.move_section(news.pk, parent_id=parent.pk, place=0)
    assert tree() == ["News", "  Town"]


def test_a_section_is_renamed_to_one_clean_line():
    news = make_section("News")

    actions.rename_section(news.pk, name="  Новости\n города ")

    assert tree() == ["Новости города"]


def test_deleting_a_section_takes_what_is_below_it_and_no_more():
    news = make_section("News")
    town = make_section("Town", parent=news)
    kept = make_material(section=make_section("Life"))
    make_material(section=town)
    make_foreign("Feed", parent=town)

    actions.delete_section(news.pk)

    assert tree() == ["Life", "Feed"]
    assert list(Material.objects.all()) == [kept]


def test_a_section_of_a_source_cannot_be_deleted_alone():
    with pytest.raises(NotOurs):
        actions.delete_section(make_foreign().pk)


def test_deleting_a_source_takes_its_sections_but_not_ours_below_them():
    foreign = make_foreign("Feed")
    ours = make_section("Ours", parent=foreign)

    actions.delete_source(foreign.source_id)

    assert tree() == ["Ours"]
    assert section_path(Section.objects.get(pk=ours.pk)) == [ours]


def test_what_is_written_here_cannot_be_deleted_as_a_whole():
    with pytest.raises(NotOurs):
        actions.delete_source(actions.own_source().pk)


def test_a_material_is_stored_clean():
    section = make_section()

    material = actions.create_material(
        text(
            section,
            title=" A\n title ",
            teaser="Teaser\x00",
            body="<p onclick=x>a<script>b</script></p>",
        )
    )

    assert (material.title, material.teaser, material.body) == (
        "A title",
        "Teaser",
        "<p>a</p>",
    )


def test_editing_replaces_what_a_material_says():
    material = make_material(title="Before")

    actions.edit_material(material.pk, text(material.section, title="After"))

    material.refresh_from_db()
    assert material.title == "After"
    assert "after" in material.search_text


def test_a_material_of_a_source_is_not_edited_or_deleted():
    section = make_foreign()
    theirs = make_material(section=make_section())
    Material.objects.update(source=section.source, section=section)

    with pytest.raises(NotOurs):
        actions.edit_material(theirs.pk, text(section))
    with pytest.raises(NotOurs):
        actions.delete_material(theirs.pk)


def test_materials_are_hidden_and_published_again():
    ids = [make_material().pk, make_material().pk]

    assert actions.hide_materials(ids) == 2
    assert actions.hide_materials(ids) == 0
    assert not Material.objects.filter(is_published=True).exists()
    assert actions.publish_materials(ids[:1]) == 1


def test_a_material_is_deleted():
    material = make_material()

    actions.delete_material(material.pk)

    assert not Material.objects.exists()
