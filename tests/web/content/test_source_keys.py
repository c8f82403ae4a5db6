"""The page of a source's key."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gonets.content.models import Source, SourceKey

pytestmark = pytest.mark.django_db


def test_a_source_that_sends_by_itself_gets_a_key_that_is_shown_once(editor_client):
    added = editor_client.post(reverse("gonets:source-push"), {"name": "Наш сайт"})
    source = Source.objects.get(kind="push")
    assert added.url == reverse("gonets:source-key", args=[source.pk])

    made = editor_client.post(added.url).content.decode()
    again = editor_client.get(added.url).content.decode()

    assert made.count("gonets_") == 2
    assert "gonets_…" in again
    assert again.count("gonets_") == 1

    editor_client.post(reverse("gonets:source-key-withdraw", args=[source.pk]))
    assert not SourceKey.objects.exists()


def test_a_source_that_sends_by_itself_has_a_page_and_can_be_renamed(editor_client):
    editor_client.post(reverse("gonets:source-push"), {"name": "Наш сайт"})
    source = Source.objects.get(kind="push")
    address = reverse("gonets:source-edit", args=[source.pk])

    page = editor_client.get(address)
    saved = editor_client.post(address, {"name": "Портал"})

    assert page.status_code == 200
    assert saved.url == reverse("gonets:sources")
    source.refresh_from_db()
    assert source.name == "Портал"
    card = editor_client.get(saved.url).content.decode()
    assert reverse("gonets:source-key", args=[source.pk]) in card
