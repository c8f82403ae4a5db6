"""The index of words follows every change, however it is made."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from gonets.content.actions import delete_material
from gonets.content.models import Material
from gonets.content.queries import published_materials
from gonets.content.search_index import keep_index
from gonets.content.searching import search_terms, searchable
from gonets.kernel import clock
from tests.support.factories import make_material

pytestmark = pytest.mark.django_db


def found(search: str) -> list[str]:
    return [material.title for material in published_materials(search=search)]


def words(text: str) -> str:
    return searchable(title=text, teaser="", body="")


def test_what_is_changed_by_the_dozen_is_found_by_its_new_words():
    materials = [make_material(f"Мост {number}") for number in range(3)]
    Material.objects.filter(pk=materials[0].pk).update(search_text=words("дорога"))
    for material in materials[1:]:
        material.search_text = words("тоннель")
    Material.objects.bulk_update(materials[1:], ["search_text"])

    assert found("мосты") == []
    assert found("дороги") == ["Мост 0"]
    assert sorted(found("тоннеля")) == ["Мост 1", "Мост 2"]


def test_what_is_deleted_is_found_no_more():
    delete_material(make_material("Мост").pk)

    assert found("мост") == []


def test_the_newest_come_first_also_after_a_date_has_changed():
    now = clock.now()
    early = make_material("Мост раньше", published_at=now - timedelta(hours=2))
    make_material("Мост позже", published_at=now - timedelta(hours=1))
    assert found("мост") == ["Мост позже", "Мост раньше"]

    Material.objects.filter(pk=early.pk).update(published_at=now)

    assert found("мост") == ["Мост раньше", "Мост позже"]


def test_dates_before_computers_do_no_harm():
    make_material("Мост", published_at=clock.now() - timedelta(days=365 * 80))

    assert found("мост") == ["Мост"]


def test_more_than_a_few_are_found_in_order():
    now = clock.now()
    for number in range(210):
        make_material(f"Мост {number}", published_at=now - timedelta(minutes=number))

    assert found("мосту") == [f"Мост {number}" for number in range(210)]
    assert found("мост 20") == ["Мост 20", *(f"Мост 20{n}" for n in range(10))]


def test_a_table_that_was_made_anew_gets_its_index_again():
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite makes tables anew")
    make_material("Мост")
    with connection.cursor() as cursor:
        for name in ("come", "go", "change"):
            cursor.execute(f"DROP TRIGGER gonets_content_words_{name}")
    make_material("Дорога")

    keep_index("default")

    assert found("дорогу") == ["Дорога"]
    assert found("мост") == ["Мост"]


def test_a_search_has_as_many_words_as_somebody_types():
    assert len(search_terms("слово " * 10_000)) == 10


def test_a_huge_word_is_no_fault():
    make_material("Ы" * 400)

    assert found("ы" * 400) == ["Ы" * 400]
