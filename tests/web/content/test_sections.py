"""The pages of sections."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gonets.content.models import Material, Section, Source
from gonets.content.queries import section_tree
from gonets.kernel import clock
from tests.support.factories import make_material, make_newsletter, make_section

pytestmark = pytest.mark.django_db


def tree() -> list[str]:
    return ["  " * node.depth + node.section.name for node in section_tree()]


def test_sections_are_made_below_each_other(editor_client):
    address = reverse("gonets:section-create")
    editor_client.post(address, {"name": "Город", "parent_id": ""})
    town = Section.objects.get()

    editor_client.post(address, {"name": "Транспорт", "parent_id": town.pk})

    assert tree() == ["Город", "  Транспорт"]
    assert editor_client.get(reverse("gonets:sections")).status_code == 200


def test_a_section_is_renamed_and_moved_in_one_form(editor_client):
    town, life = make_section("Город"), make_section("Жизнь")

    editor_client.post(
        reverse("gonets:section-edit", args=[life.pk]),
        {"name": "Люди", "parent_id": town.pk},
    )

    assert tree() == ["Город", "  Люди"]


def test_a_section_is_not_offered_itself_as_a_parent(editor_client):
    town = make_section("Город")
    below = make_section("Транспорт", parent=town)
    address = reverse("gonets:section-edit", args=[town.pk])

    answer = editor_client.post(address, {"name": "Город", "parent_id": below.pk})

    assert list(answer.context["form"].errors) == ["parent_id"]
    assert tree() == ["Город", "  Транспорт"]


def test_neighbours_change_places(editor_client):
    make_section("Один")
    two = make_section("Два")
    address = reverse("gonets:section-shift", args=[two.pk])

    editor_client.post(address, {"direction": "up"})
    assert tree() == ["Два", "Один"]
    editor_client.post(address, {"direction": "up"})
    assert tree() == ["Два", "Один"]
    editor_client.post(address, {"direction": "down"})
    assert tree() == ["Один", "Два"]


def test_the_keyboard_stays_on_the_section_that_it_moved(editor_client):
    make_section("Один")
    make_section("Два")
    three = make_section("Три")
    address = reverse("gonets:section-shift", args=[three.pk])

    for focused in ("up", "down"):  # at the top there is only one way left
        page = editor_client.post(address, {"direction": "up"}, follow=True)
        shown = page.content.decode()
        assert shown.count("autofocus") == 1
        assert f'value="{focused}" autofocus' in shown
        assert page.redirect_chain[-1][0].endswith(f"?moved={three.pk}&by=up")


def test_the_question_before_deleting_has_the_counts(editor_client):
    town = make_section("Город")
    below = make_section("Транспорт", parent=town)
    make_material(section=below)
    make_newsletter(below, title="Вестник")

    answer = editor_client.get(reverse("gonets:section-edit", args=[town.pk]))

    assert answer.context["loss"].materials == 1
    assert answer.context["loss"].sections == 1
    assert "Вестник" in answer.content.decode()
    editor_client.post(reverse("gonets:section-delete", args=[town.pk]))
    assert not Section.objects.exists()
    assert not Material.objects.exists()


def test_a_section_of_a_source_cannot_be_deleted(editor_client):
    source = Source.objects.create(kind="feed", name="Feed", created_at=clock.now())
    section = Section.objects.create(source=source, external_id="x", name="Feed")

    editor_client.post(reverse("gonets:section-delete", args=[section.pk]))

    assert tree() == ["Feed"]


def test_a_section_is_hidden_and_shown_again_in_its_form(editor_client):
    town = make_section("Город")
    address = reverse("gonets:section-edit", args=[town.pk])

    editor_client.post(address, {"name": "Город", "parent_id": "", "is_hidden": "on"})
    assert tree() == []
    assert (
        "скрыт"
        in editor_client.get(
            reverse("gonets:sections"), headers={"accept-language": "ru"}
        ).content.decode()
    )

    editor_client.post(address, {"name": "Город", "parent_id": ""})
    assert tree() == ["Город"]


def test_sections_are_merged_and_taken_apart_by_two_presses(editor_client):
    town, life = make_section("Город"), make_section("Жизнь")
    make_material("Каток", section=life)

    merged = editor_client.post(
        reverse("gonets:section-merge", args=[life.pk]),
        {"into_id": town.pk},
        follow=True,
    ).content.decode()

    assert tree() == ["Город"]
    assert town.materials.count() == 1
    assert reverse("gonets:section-separate", args=[life.pk]) in merged
    address = reverse("gonets:section-edit", args=[life.pk])
    assert editor_client.get(address).url == reverse(
        "gonets:section-edit", args=[town.pk]
    )

    editor_client.post(reverse("gonets:section-separate", args=[life.pk]))
    assert tree() == ["Город", "Жизнь"]
    assert life.materials.count() == 1


@pytest.mark.parametrize("into", ["", "x", "0", "99999999999999999999"])
def test_merging_into_nothing_is_a_404(editor_client, into):
    address = reverse("gonets:section-merge", args=[make_section().pk])

    assert editor_client.post(address, {"into_id": into}).status_code == 404


def test_merging_into_what_is_below_says_why_not(editor_client):
    town = make_section("Город")
    below = make_section("Двор", parent=town)
    address = reverse("gonets:section-merge", args=[town.pk])

    page = editor_client.post(address, {"into_id": below.pk}, follow=True)

    assert "merged into itself" in page.content.decode()
