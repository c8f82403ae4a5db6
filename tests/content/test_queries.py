"""Finding materials and sections."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonets.content.actions import hide_materials
from gonets.content.queries import (
    MaterialFilter,
    materials,
    published_counts,
    published_materials,
    section_tree,
    with_descendants,
)
from gonets.content.states import Visibility
from gonets.kernel import clock
from tests.support.factories import make_material, make_section

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "search",
    [
        *("ёлка", "Елка", "ЁЛКА", "городе", "праздник", "ёлка праздник", "ПЛОЩАДИ"),
        *("100%", "под_черк", "STRASSE", "Straße"),
        # Forms of the words, and the beginning of what is still being typed.
        *(
            "ёлки",
            "города",
            "праздниками",
            "ёлку на площадях",
            "пло",
            "праз",
            "городск",
        ),
        *("streets", "the walker", "CAFE", "café", "walk"),
    ],
)
def test_search_knows_no_case_and_looks_everywhere(search):
    wanted = make_material(
        title="Ёлка в городе 100%",
        teaser="Новогодний ПРАЗДНИК, Straße",
        body="<p>на <b>Площади</b> под_черк. The walkers’ street café, городской</p>",
    )
    make_material(title="Другое 2000 подXчерк")

    assert list(published_materials(search=search)) == [wanted]


@pytest.mark.parametrize(
    "search",
    ["strong", "ёлка слон", "%", "лка", "ёл ", '"', "'", "*", ")", "NEAR(", "😀"],
)
def test_search_finds_words_only(search):
    make_material(title="Ёлка", body="<strong>в городе</strong>")

    assert not published_materials(search=search)


def test_hidden_future_and_private_materials_are_not_published():
    now = clock.now()
    shown = make_material(published_at=now - timedelta(hours=1))
    make_material(published_at=now + timedelta(hours=1))
    hide_materials([make_material().pk])
    make_material(visibility=Visibility.PRIVATE)

    assert list(published_materials()) == [shown]
    assert published_counts() == {shown.section_id: 1}


def test_published_since_and_until_bound_the_dates():
    now = clock.now()
    days = [make_material(published_at=now - timedelta(days=n)) for n in range(1, 5)]

    found = published_materials(
        since=now - timedelta(days=3, hours=1), until=now - timedelta(days=1, hours=1)
    )

    assert list(found) == days[1:3]


def test_a_filter_combines_what_is_asked():
    news = make_section("News")
    town = make_section("Town", parent=news)
    inside = make_material(section=town, title="Мост")
    make_material(section=town, title="Парк")
    make_material(section=make_section("Life"), title="Мост")
    hidden = make_material(section=news, title="Мост", is_published=False)

    wanted = MaterialFilter(section_id=news.pk, search="мост")

    assert set(materials(wanted)) == {inside, hidden}
    shown = MaterialFilter(section_id=news.pk, search="мост", published=True)
    assert list(materials(shown)) == [inside]


def test_descendants_include_every_depth():
    top = make_section("a")
    middle = make_section("b", parent=top)
    bottom = make_section("c", parent=middle)
    make_section("d")

    assert with_descendants([top.pk]) == {top.pk, middle.pk, bottom.pk}
    assert with_descendants([]) == set()


def test_the_tree_counts_what_is_below_too(django_assert_num_queries):
    top = make_section("a")
    below = make_section("b", parent=top)
    make_material(section=top)
    make_material(section=below)
    make_material(section=below, is_published=False)

    with django_assert_num_queries(1):
        nodes = section_tree()

    assert [(node.depth, node.count, node.total) for node in nodes] == [
        (0, 1, 3),
        (1, 2, 2),
    ]
