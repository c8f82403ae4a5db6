"""Materials that a site sends by itself: with its key, as often as it likes."""

from __future__ import annotations

import hashlib
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from gonets.api.hooks import signature
from gonets.content.arrivals import add_push_source
from gonets.content.models import Fetch, Material, Section, Source, SourceKey
from gonets.content.queries import published_materials
from gonets.content.source_keys import make_key, withdraw_key
from gonets.kernel import clock

pytestmark = pytest.mark.django_db

MATERIALS = "/api/materials"
FERRY = {
    "id": "42",
    "title": "A new ferry & <b>bridge</b>",
    "section": "news",
    "body": '<p onclick="x()">Text<script>alert(1)</script></p>',
    "address": "https://site.example/ferry",
    "tags": ["town"],
    "published_at": "2026-11-20T10:00:00+03:00",
}


@pytest.fixture
def source() -> Source:
    return add_push_source("Site")


@pytest.fixture
def key(source: Source) -> str:
    return make_key(source.pk)


def post(key: str, content: Any, address: str = MATERIALS, **headers: str) -> Any:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Client().post(
        address,
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}", **headers},
    )


@pytest.mark.thorough
def test_what_is_sent_comes_once_however_often_it_is_sent(source, key):
    sent = {"sections": [{"id": "news", "name": "Новости"}], "materials": [FERRY]}

    answers = [post(key, sent).json() for _time in range(3)]

    assert [each["new"] for each in answers] == [1, 0, 0]
    assert [each["unchanged"] for each in answers] == [0, 1, 1]
    (material,) = published_materials()
    assert material.title == FERRY["title"]
    assert "script" not in material.body
    assert "onclick" not in material.body
    assert material.published_at == datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert material.section.name == "Новости"
    assert Fetch.objects.get(source=source).new == 1


def test_a_changed_material_changes_and_a_withdrawn_one_leaves(key):
    post(key, {"materials": [FERRY]})

    changed = post(key, {"materials": [{**FERRY, "title": "Later"}]}).json()
    assert changed["changed"] == 1
    assert published_materials().get().title == "Later"

    withdrawn = post(key, {"withdrawn": ["42", "unknown"]}).json()
    assert withdrawn["withdrawn"] == 1
    assert not published_materials().exists()
    assert Material.objects.count() == 1


def test_what_only_members_see_is_not_taken(key):
    private = {**FERRY, "visibility": "private"}

    assert post(key, {"materials": [private]}).status_code == 200
    assert not Material.objects.exists()


@pytest.mark.parametrize(
    ("flawed", "place"),
    [
        ({"title": ""}, "materials.1.title"),
        ({"title": None}, "materials.1.title"),
        ({"id": "  "}, "materials.1.id"),
        ({"id": "x" * 501}, "materials.1.id"),
        ({"address": "javascript:alert(1)"}, "materials.1.address"),
        ({"published_at": "soon"}, "materials.1.published_at"),
        ({"published_at": "0001-01-01T00:00:00"}, "materials.1.published_at"),
        ({"visibility": "secret"}, "materials.1.visibility"),
        ({"titel": "x"}, "materials.1.titel"),
        ({"tags": "town"}, "materials.1.tags"),
    ],
)
def test_one_flaw_stores_nothing_and_is_named(key, flawed, place):
    answer = post(key, {"materials": [FERRY, {**FERRY, "id": "43", **flawed}]})

    assert answer.status_code == 422
    assert [flaw["place"] for flaw in answer.json()["flaws"]] == [place]
    assert not Material.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 100_000),
        json.dumps({"materials": [FERRY] * 501}).encode(),
    ],
)
def test_nonsense_is_refused_plainly(key, body):
    answer = post(key, body)

    assert answer.status_code in {400, 422}
    assert not Material.objects.exists()


def test_controls_and_emoji_in_texts_do_no_harm(key):
    odd = {**FERRY, "title": "Ferry\r\nBcc: x\x00 😀", "teaser": "a\x00b\u2028"}

    assert post(key, {"materials": [odd]}).status_code == 200
    title = Material.objects.get().title
    assert "\n" not in title
    assert "\x00" not in title


def test_too_much_at_once_says_to_send_less(key):
    huge = {**FERRY, "teaser": "x" * 6_000_000}

    answer = post(key, {"materials": [huge]})

    assert answer.status_code == 413
    assert "fewer" in answer.json()["message"]


@pytest.mark.parametrize("wrong", ["", "gonets_wrong", "x" * 10_000, "ключ"])
def test_a_wrong_key_opens_nothing(source, key, wrong):
    answer = post(wrong, {"materials": [FERRY]})

    assert answer.status_code == 401
    assert not Material.objects.exists()


def test_a_replaced_key_opens_nothing_any_more(source, key):
    newer = make_key(source.pk)

    assert post(key, {"materials": [FERRY]}).status_code == 401
    assert post(newer, {"materials": [FERRY]}).status_code == 200
    withdraw_key(source.pk)
    assert post(newer, {"materials": [FERRY]}).status_code == 401


def test_a_key_is_not_kept_in_clear(source, key):
    kept = SourceKey.objects.get()

    assert key not in kept.sealed
    assert kept.digest == hashlib.sha256(key.encode()).hexdigest()


def test_one_sources_key_touches_no_other_source(source, key):
    other = add_push_source("Other")
    post(make_key(other.pk), {"materials": [FERRY]})

    post(key, {"materials": [{**FERRY, "title": "Mine"}], "withdrawn": ["43"]})

    titles = dict(Material.objects.values_list("source_id", "title"))
    assert titles == {other.pk: FERRY["title"], source.pk: "Mine"}
    assert Section.objects.filter(external_id="news").count() == 2


def call(source: Source, key: str, content: Any, *, at: int | None = None) -> Any:
    body = json.dumps(content)
    moment = str(int(time.time()) if at is None else at)
    signed = signature(key, f"m1.{moment}.{body}".encode())
    return Client().post(
        f"/api/hooks/{source.pk}",
        body,
        content_type="application/json",
        headers={
            "webhook-id": "m1",
            "webhook-timestamp": moment,
            "webhook-signature": f"v1,AAAA {signed}",
        },
    )


def test_a_signed_call_brings_materials(source, key):
    assert call(source, key, {"materials": [FERRY]}).json()["new"] == 1
    assert call(source, key, {"materials": [FERRY]}).json()["unchanged"] == 1
    assert call(source, key, {"materials": [{}]}).status_code == 422


def test_a_signed_call_lets_a_feed_be_asked_soon():
    feed = Source.objects.create(kind="feed", name="Feed", created_at=clock.now())

    assert call(feed, make_key(feed.pk), {"whatever": 1}).status_code == 202
    feed.refresh_from_db()
    assert feed.wanted_at is not None


@pytest.mark.parametrize("at", [0, 10**15, -5])
def test_an_old_or_odd_call_is_not_listened_to(source, key, at):
    assert call(source, key, {"materials": [FERRY]}, at=at).status_code == 401


def test_a_call_signed_with_another_key_is_not_listened_to(source, key):
    assert call(source, "gonets_other", {"materials": [FERRY]}).status_code == 401
    assert Client().post(f"/api/hooks/{source.pk}").status_code == 401
    for unknown in ("999999", "9" * 20):
        assert Client().post(f"/api/hooks/{unknown}").status_code == 401


def test_the_description_of_the_interface_is_open():
    described = Client().get("/api/openapi.json").json()

    assert set(described["paths"]) == {MATERIALS, "/api/hooks/{source_id}"}


def test_a_calendar_of_no_issue_is_not_found():
    assert Client().get(f"/calendar/{'9' * 20}/{'9' * 20}/x.ics").status_code == 404
