"""Ghost by its Content API: what members only see stays out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gonets.content.asking import told_plainly
from gonets.content.connectors.base import Wish
from gonets.content.connectors.ghost import connector
from gonets.content.errors import SourceUnreadable
from gonets.content.states import FetchFailure, Visibility
from tests.content.connectors.recorded import access_to, served
from tests.support.website import website

POSTS = "/ghost/api/content/posts/"
POST = {
    "id": "5f",
    "title": "A ferry & a bridge",
    "html": "<p>Text</p>",
    "custom_excerpt": None,
    "excerpt": "In short",
    "url": "https://ghost.example/ferry/",
    "feature_image": "https://ghost.example/ferry.jpg",
    "feature_image_alt": "The ferry",
    "visibility": "public",
    "published_at": "2026-11-20T10:00:00.000+00:00",
    "updated_at": "2026-11-21T10:00:00.000Z",
    "primary_tag": {"slug": "news", "name": "News", "visibility": "public"},
    "tags": [
        {"slug": "news", "name": "News", "visibility": "public"},
        {"slug": "hash-feature", "name": "#feature", "visibility": "internal"},
    ],
    "authors": [{"name": "Anna"}, {"name": "Boris"}],
}


@pytest.fixture
def site():
    with website() as made:
        yield made


def listing(*pages: list[object]):
    def page(query: dict[str, str]):
        number = int(query.get("page", "1"))
        pagination = {"page": number, "pages": len(pages)}
        return {"posts": pages[number - 1], "meta": {"pagination": pagination}}

    return page


def test_a_post_says_everything(site):
    recorded = served(site, {POSTS: listing([POST])})

    reading = connector.materials(access_to(site, key="abc"), Wish())
    (draft,) = reading.materials

    assert recorded.queries[0][1]["key"] == "abc"
    assert draft.title == "A ferry & a bridge"
    assert draft.teaser == "In short"
    assert draft.section_id == "tag:news"
    assert draft.author == "Anna, Boris"
    assert draft.tags == ("News",)
    assert draft.picture_alt == "The ferry"
    assert draft.published_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert draft.changed_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert draft.visibility == Visibility.PUBLIC
    assert [section.name for section in reading.sections] == ["News"]


@pytest.mark.parametrize("who", ["members", "paid", "tiers", "nonsense"])
def test_what_members_see_is_private(site, who):
    served(site, {POSTS: listing([{**POST, "visibility": who}])})

    (draft,) = connector.materials(access_to(site, key="abc"), Wish()).materials

    assert draft.visibility == Visibility.PRIVATE


def test_pages_follow_each_other_and_only_changes_are_asked_for(site):
    recorded = served(site, {POSTS: listing([POST], [{**POST, "id": "60"}])})
    wish = Wish(changed_since=datetime(2026, 11, 1, tzinfo=UTC))
    access = access_to(site, key="abc")

    first = connector.materials(access, wish)
    second = connector.materials(access, replace(wish, cursor=first.next_cursor))

    assert [draft.external_id for draft in second.materials] == ["60"]
    assert second.next_cursor == ""
    assert recorded.queries[0][1]["filter"] == "updated_at:>'2026-11-01 00:00:00'"


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"id": None, "title": None, "tags": None, "authors": "x"},
        {"id": [], "title": {}, "primary_tag": [], "published_at": 5},
        {"id": "1", "url": "javascript:alert(1)", "feature_image": 7},
        {"id": "1", "published_at": "soon", "visibility": {}},
    ],
)
def test_oddities_are_no_fault(site, odd):
    served(site, {POSTS: listing([odd, POST])})

    reading = connector.materials(access_to(site, key="abc"), Wish())

    assert reading.materials[-1].external_id == "5f"
    assert not any(d.address.startswith("javascript") for d in reading.materials)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (({"errors": []}, 401, {}), FetchFailure.CLOSED),
        (({"posts": "none"}, 200, {}), FetchFailure.NOT_UNDERSTOOD),
        (([], 200, {}), FetchFailure.NOT_UNDERSTOOD),
        ((b"<html>", 200, {}), FetchFailure.NOT_UNDERSTOOD),
        (({}, 503, {}), FetchFailure.SITE_FAULT),
    ],
)
def test_trouble_is_told_plainly_and_without_the_key(site, answer, failure):
    served(site, {POSTS: answer})

    with pytest.raises(SourceUnreadable) as refused, told_plainly():
        connector.materials(access_to(site, key="topsecret"), Wish())

    assert refused.value.failure == failure
    assert "topsecret" not in refused.value.detail
