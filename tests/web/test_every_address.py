"""Every address of the desk: who may, by which method, and what nonsense does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse

import gonets.web
from gonets.newsletters import actions
from gonets.web.urls import urlpatterns
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

FOR_EVERYBODY = {
    *("unsubscribe", "browser-page", "readers-letter", "event-calendar", "picture"),
    *("hub", "sign-up", "sign-up-asked", "sign-up-confirm"),
}
FROM_OTHER_SITES = {"unsubscribe", "hub", "sign-up", "sign-up-confirm"}
"""What is posted here comes from mail programs, hubs and strangers' pages."""

NONSENSE = {
    "NUL": "a\x00b",
    "an endless number": "9" * 5000,
    "half a character": '{"subject": "\\ud800", "intro": "\\ud800\\u0000"}',
}
FIELD = re.compile(
    r"""(?:\.get|\.getlist|_number|_ids|FILES\.get)\((?:request, )?["']([a-z_]+)["']"""
    r"""|POST\[["']([a-z_]+)["']|^    ([a-z_]+) = (?:forms\.|_[a-z]+\()""",
    re.MULTILINE,
)
"""Whatever the code of an area asks of a request by name."""


@pytest.fixture
def client() -> Client:
    return Client(headers={"accept-language": "en"}, enforce_csrf_checks=True)


@pytest.fixture
def desk(editor: Any) -> Client:
    return entered(editor)


def entered(person: Any, **options: Any) -> Client:
    client = Client(headers={"accept-language": "en"}, **options)
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def parts() -> dict[str, Any]:
    """What stands in addresses; most of it is there."""
    section = make_section("News")
    material = make_material("A new ferry", section=section)
    newsletter = make_newsletter(section)
    reader = make_subscriber("ann@example.com", newsletter.readership, name="Ann")
    issue = make_issue(newsletter)
    actions.add_block(
        issue.pk, "text", {"teaser": "<p>Hi</p>"}, after=None, edition=1, user=None
    )
    return {
        "issue_id": issue.pk,
        "entry_id": issue.entries.first().pk,
        "newsletter_id": newsletter.pk,
        "section_id": section.pk,
        "material_id": material.pk,
        "source_id": section.source_id,
        "subscriber_id": reader.pk,
        "edition": 2,
        "name": "digest",
        "kind": "feed",
        "token": "x",
        "uid": "x",
    }


def addresses(parts: dict[str, Any]) -> Iterator[tuple[URLPattern, str]]:
    for pattern in urlpatterns:
        named = {name: parts.get(name, 1) for name in pattern.pattern.converters}
        yield pattern, reverse(f"gonets:{pattern.name}", kwargs=named)


def test_only_what_letters_and_forms_lead_to_is_open_to_strangers(client, parts):
    opened = set()
    for pattern, address in addresses(parts):
        answer = client.get(address)
        if not (answer.status_code == 302 and "/login/" in answer.url):
            opened.add(pattern.name)

    assert opened - {
        # These take nothing but a POST, and say so before they ask who it is.
        pattern.name
        for pattern, address in addresses(parts)
        if client.get(address).status_code == 405
    } == FOR_EVERYBODY & {pattern.name for pattern in urlpatterns}


def test_whoever_is_no_editor_is_refused_everywhere(django_user_model, parts):
    nobody = entered(django_user_model.objects.create_user("reader", password="x"))
    for pattern, address in addresses(parts):
        if pattern.name not in FOR_EVERYBODY:
            statuses = {
                nobody.get(address).status_code,
                nobody.post(address).status_code,
            }
            assert statuses <= {403, 405}, pattern.name
            assert 403 in statuses, pattern.name


def test_nothing_is_changed_by_a_page_of_another_site(administrator, parts):
    careful = entered(administrator, enforce_csrf_checks=True)
    for pattern, address in addresses(parts):
        if pattern.name not in FROM_OTHER_SITES:
            assert careful.post(address).status_code in {403, 405}, pattern.name


def test_looking_writes_nothing_down(administrator, parts):
    desk = entered(administrator)
    for pattern, address in addresses(parts):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = desk.get(address)
            if answer.streaming:
                b"".join(answer.streaming_content)
        writing = [
            each["sql"]
            for each in asked.captured_queries
            if re.match(r"(INSERT|UPDATE|DELETE|REPLACE)\b", each["sql"])
            and "django_session" not in each["sql"]
        ]
        assert not writing, (pattern.name, writing)


@pytest.mark.thorough
@pytest.mark.parametrize("value", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_breaks_no_page(administrator, parts, value, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    desk = entered(administrator)
    names = fields()
    for pattern, address in addresses(parts):
        area = pattern.callback.__module__.split(".")[2]
        words = dict.fromkeys(names[area], value)
        for answer in (desk.get(address, words), desk.post(address, words)):
            assert answer.status_code < 500, (pattern.name, value[:9])


def fields() -> dict[str, set[str]]:
    folder = Path(gonets.web.__file__).parent
    return {
        area.name: {
            name
            for file in area.rglob("*.py")
            for found in FIELD.findall(file.read_text())
            for name in found
            if name
        }
        for area in folder.iterdir()
        if area.is_dir()
    }


@pytest.mark.parametrize("number", [0, 10**18 - 1, 10**30])
def test_what_is_not_there_is_not_found(administrator, parts, number):
    desk = entered(administrator)
    for pattern in urlpatterns:
        for name in pattern.pattern.converters:
            if name.endswith("_id"):
                others = {
                    each: parts.get(each, 1) for each in pattern.pattern.converters
                }
                address = reverse(
                    f"gonets:{pattern.name}", kwargs={**others, name: 987654321}
                ).replace("987654321", str(number))
                assert desk.get(address).status_code < 500, address
                assert desk.post(address).status_code < 500, address
