"""Drupal by JSON:API: includes, terms, pages, and sites without the usual fields."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gonets.content.asking import told_plainly
from gonets.content.connectors.base import Wish
from gonets.content.connectors.drupal import connector
from gonets.content.errors import SourceUnreadable
from gonets.content.states import FetchFailure
from tests.content.connectors.recorded import access_to, served
from tests.support.website import website

ARTICLES = "/jsonapi/node/article"
NODE = {
    "type": "node--article",
    "id": "u-1",
    "attributes": {
        "title": "Ferry",
        "drupal_internal__nid": 12,
        "created": "2026-11-20T10:00:00+00:00",
        "changed": "2026-11-21T10:00:00+00:00",
        "langcode": "ru",
        "path": {"alias": "/news/ferry"},
        "body": {"processed": "<p>Text</p>", "summary": "In short"},
    },
    "relationships": {
        "field_image": {
            "data": {"type": "file--file", "id": "f-1", "meta": {"alt": "The ferry"}}
        },
        "field_tags": {
            "data": [
                {"type": "taxonomy_term--tags", "id": "t-1"},
                {"type": "taxonomy_term--tags", "id": "gone"},
            ]
        },
    },
}
INCLUDED = [
    {"type": "file--file", "id": "f-1", "attributes": {"uri": {"url": "/f.jpg"}}},
    {"type": "taxonomy_term--tags", "id": "t-1", "attributes": {"name": "News"}},
]


@pytest.fixture
def site():
    with website() as made:
        yield made


def read(site, wish: Wish | None = None, **asked):
    told = {"picture": "field_image", "terms": "field_tags", **asked}
    return connector.materials(access_to(site, **told), wish or Wish())


def test_an_article_says_everything(site):
    served(site, {ARTICLES: {"data": [NODE], "included": INCLUDED}})

    reading = read(site)
    (draft,) = reading.materials

    assert draft.title == "Ferry"
    assert draft.teaser == "In short"
    assert draft.address == site.address("/news/ferry")
    assert draft.picture_address == site.address("/f.jpg")
    assert draft.picture_alt == "The ferry"
    assert (draft.section_id, draft.tags) == ("term:t-1", ("News",))
    assert draft.language == "ru"
    assert draft.published_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert [section.name for section in reading.sections] == ["News"]


def test_a_site_without_such_fields_is_read_without_them(site):
    def articles(query):
        if "include" in query:
            return {"errors": []}, 400, {}
        return {"data": [NODE]}

    served(site, {ARTICLES: articles})

    (draft,) = read(site).materials

    assert (draft.picture_address, draft.section_id) == ("", "type:article")


def test_the_next_page_is_followed_on_the_same_host_alone(site):
    following = site.address(f"{ARTICLES}?page=2")
    recorded = served(
        site, {ARTICLES: {"data": [NODE], "links": {"next": {"href": following}}}}
    )
    first = read(site)
    read(site, Wish(cursor=first.next_cursor))
    assert recorded.queries[-1][1] == {"page": "2"}

    elsewhere = {"next": {"href": "https://evil.example/"}}
    served(site, {ARTICLES: {"data": [NODE], "links": elsewhere}})
    assert read(site).next_cursor == ""
    assert read(site, Wish(cursor="https://evil.example/")).materials


def test_only_what_changed_is_asked_for(site):
    recorded = served(site, {ARTICLES: {"data": []}})

    read(site, Wish(changed_since=datetime(2026, 11, 1, tzinfo=UTC)))

    asked = recorded.queries[0][1]
    assert asked["filter[since][condition][value]"] == "1793491200"
    assert asked["filter[status]"] == "1"


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"id": "x", "attributes": None, "relationships": []},
        {"id": "x", "attributes": {"body": "text", "path": [], "title": None}},
        {"id": "x", "relationships": {"field_image": {"data": [None, 5]}}},
        {"id": "x", "attributes": {"path": {"alias": "javascript:alert(1)"}}},
    ],
)
def test_oddities_are_no_fault(site, odd):
    served(site, {ARTICLES: {"data": [odd, NODE], "included": [None, *INCLUDED]}})

    drafts = read(site).materials

    assert drafts[-1].external_id == "u-1"
    assert not any(draft.address.startswith("javascript") for draft in drafts)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (({}, 403, {}), FetchFailure.CLOSED),
        (({}, 404, {}), FetchFailure.NOT_FOUND),
        (({"data": None}, 200, {}), FetchFailure.NOT_UNDERSTOOD),
        ((b"", 200, {}), FetchFailure.NOT_UNDERSTOOD),
    ],
)
def test_trouble_is_told_plainly(site, answer, failure):
    served(site, {ARTICLES: answer})

    with pytest.raises(SourceUnreadable) as refused, told_plainly():
        read(site)

    assert refused.value.failure == failure


def test_a_content_type_is_a_name_and_nothing_else(site):
    with pytest.raises(SourceUnreadable) as refused:
        read(replace(site), type="../user/user")

    assert refused.value.failure == FetchFailure.SETTINGS_MISSING
