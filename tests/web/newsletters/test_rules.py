"""The rule of a newsletter, and the sentence that says what it would take now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gonets.content.models import Section
from gonets.newsletters import actions
from gonets.newsletters.models import Newsletter
from gonets.newsletters.rules import SelectionRule, TagMatch
from tests.support.factories import make_material, make_newsletter, make_section
from tests.web.newsletters.test_newsletters import settings_of


@pytest.fixture
def desk(editor_client: Any) -> Any:
    editor_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return editor_client


@pytest.fixture
def news(db: None) -> Section:
    section = make_section("News")
    make_material("A ferry", section=section, tags=["Harbour", "Ferries"])
    make_material("A bridge", section=section, tags=["harbour"], age=timedelta(hours=2))
    make_material("A choir", section=section, age=timedelta(hours=3))
    return section


def said(desk: Any, **form: Any) -> str:
    answer = desk.post("/newsletters/rule/", settings_of(**form))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_names_how_many_and_the_first_of_them(desk, news):
    for number in range(4):
        make_material(f"Older {number}", section=news, age=timedelta(hours=9))

    words = said(desk, section_ids=[news.pk])

    assert "Would take 7 materials now: <q>A ferry</q>, <q>A bridge</q>" in words
    assert "and 4 more." in words


@pytest.mark.parametrize(
    ("form", "count"),
    [
        ({"tags": "harbour"}, "2 materials"),
        ({"tags": "HARBOUR,  ferries ", "tags_match": "all"}, "1 material"),
        ({"tags": "harbour, choirs", "tags_match": "any"}, "2 materials"),
        ({"selection": "newest", "selection_count": "1"}, "1 material"),
        ({"selection": "newest", "selection_count": "1", "tags": "harbour"}, "1 mat"),
        ({"selection": "last_days", "selection_days": "1"}, "3 materials"),
        ({"tags": " , ,, "}, "3 materials"),
    ],
)
def test_every_part_of_the_rule_counts(desk, news, form, count):
    assert f"Would take {count}" in said(desk, section_ids=[news.pk], **form)


def test_it_says_if_that_is_too_few(desk, news):
    words = said(desk, section_ids=[news.pk], minimum="5")

    assert "That is fewer than 5" in words


@pytest.mark.parametrize(
    "form",
    [
        {"section_ids": []},
        {"section_ids": ["x", "-1", "9" * 30]},
        {"selection": "nonsense", "tags": "<script>"},
        {"selection_days": "often", "selection_count": "", "minimum": "-3"},
        {"newsletter": "none"},
    ],
)
def test_nonsense_takes_nothing_and_breaks_nothing(desk, news, form):
    assert "Would take" in said(desk, **form)


def test_what_was_sent_in_this_newsletter_is_left_out(desk, news):
    newsletter = make_newsletter(news)
    issue = actions.prepare_issue(newsletter.pk, user=None)
    actions.mark_released(issue.pk)
    actions.reserve_materials(issue.pk)

    words = said(desk, section_ids=[news.pk], newsletter=newsletter.pk)

    assert "Would take nothing now" in words


def test_trying_out_saves_nothing(desk, news):
    newsletter = make_newsletter(news)

    said(desk, newsletter=newsletter.pk, title="Another", tags="x")

    newsletter.refresh_from_db()
    assert (newsletter.title, newsletter.tags) == ("The Harbour Weekly", [])


def test_the_settings_keep_tags_and_minimum(desk, news):
    newsletter = make_newsletter(news)
    form = settings_of(
        section_ids=[news.pk],
        tags=" Harbour ,ferries,, HARBOUR",
        tags_match="any",
        minimum="3",
    )

    desk.post(f"/newsletters/{newsletter.pk}/", form)

    newsletter.refresh_from_db()
    assert newsletter.tags == ["Harbour", "ferries"]
    assert (newsletter.tags_match, newsletter.minimum) == ("any", 3)
    page = desk.get(f"/newsletters/{newsletter.pk}/").content.decode()
    assert 'value="Harbour, ferries"' in page


@pytest.mark.parametrize(
    "form",
    [
        {"tags": ",".join(f"tag{n}" for n in range(30))},
        {"tags": "x" * 101},
        {"tags": "a\x07b"},
        {"minimum": "0"},
        {"minimum": "1001"},
        {"tags_match": "some"},
    ],
)
def test_what_does_not_fit_is_refused(desk, news, form):
    newsletter = make_newsletter(news)

    answer = desk.post(f"/newsletters/{newsletter.pk}/", settings_of(**form))

    assert answer.status_code == 200
    assert "Not saved yet" in answer.content.decode()
    assert Newsletter.objects.get().tags == []


@pytest.mark.parametrize(
    ("wanted", "match", "tags", "suits"),
    [
        ((), TagMatch.ALL, [], True),
        (("A",), TagMatch.ALL, ["a", "b"], True),
        (("A", "B"), TagMatch.ALL, ["a"], False),
        (("A", "B"), TagMatch.ANY, ["a"], True),
        (("Море и  порт",), TagMatch.ALL, [" море  И порт "], True),
        (("a",), TagMatch.ANY, "a", False),
        (("a",), TagMatch.ANY, None, False),
        (("a",), TagMatch.ANY, [1, {"a": 2}, "a"], True),
    ],
)
def test_the_rule_of_tags(wanted, match, tags, suits):
    rule = SelectionRule(section_ids=(), tags=wanted, tags_match=match)

    assert rule.suits(tags) is suits
