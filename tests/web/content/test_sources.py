"""The page of sources, with a real site on loopback."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gonets.content.models import Material, Source
from gonets.content.states import FetchFailure
from tests.content.test_fetching import feed, with_picture
from tests.content.test_pictures import encoded
from tests.support.website import website

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parents[2] / "samples" / "feeds"
RSS = (SAMPLES / "rss20.xml").read_bytes()


@pytest.fixture
def site(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with website() as running:
        settings.GONETS_FETCH_NETWORKS = ["127.0.0.0/8"]
        settings.GONETS_FETCH_PORTS = [running.port]
        yield running


@pytest.fixture
def source(editor_client, site):
    address = site.serve("/feed.xml", RSS)
    editor_client.post(reverse("gonets:source-create"), {"address": address})
    return Source.objects.get()


def htmx(client, name, source):
    return client.post(
        reverse(f"gonets:{name}", args=[source.pk]), headers={"HX-Request": "true"}
    )


def test_no_sources_teach_what_a_feed_is(editor_client):
    page = editor_client.get(reverse("gonets:sources")).content.decode()

    assert reverse("gonets:source-create") in page


def test_a_feed_is_added_by_address(editor_client, source):
    assert source.name == "Городская газета"
    assert Material.objects.count() == 2
    page = editor_client.get(reverse("gonets:sources")).content.decode()
    assert "Городская газета" in page


def test_a_feed_is_added_from_a_file(editor_client):
    upload = SimpleUploadedFile("feed.xml", RSS)

    editor_client.post(
        reverse("gonets:source-create"), {"file": upload, "name": "Из файла"}
    )

    assert Source.objects.get().name == "Из файла"
    assert Material.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"address": "http://127.0.0.2:1/"}, "address"),
        ({"address": "http://169.254.169.254/"}, "address"),
        ({"address": "not an address"}, "address"),
        ({}, "address"),
        ({"file": SimpleUploadedFile("a.xml", b"text")}, "file"),
        ({"file": SimpleUploadedFile("a.xml", b"")}, "file"),
    ],
    ids=["closed", "metadata", "nonsense", "nothing", "text", "empty file"],
)
def test_what_cannot_be_read_is_told_at_its_field_and_not_added(
    editor_client, given, field
):
    answer = editor_client.post(reverse("gonets:source-create"), given)

    assert list(answer.context["form"].errors) == [field]
    assert not Source.objects.exists()


def test_fetching_tells_what_came(editor_client, source, site):
    site.serve("/feed.xml", RSS.replace(b"gazeta-100", b"gazeta-102"))

    answer = htmx(editor_client, "source-fetch", source)

    assert answer.context["report_words"]
    assert answer.context["report"].new == 1
    assert answer.context["source"].material_count == 3


def test_a_failure_is_told_in_words_on_the_card(editor_client, source, site):
    site.serve("/feed.xml", b"", status=404)

    page = htmx(editor_client, "source-fetch", source).content.decode()

    assert str(FetchFailure.NOT_FOUND.label) in page
    assert Material.objects.count() == 2


def test_pictures_come_after_the_words(editor_client, site):
    picture = site.serve("/a.png", encoded("PNG"))
    address = site.serve("/", feed(with_picture(picture)))
    editor_client.post(reverse("gonets:source-create"), {"address": address})
    source = Source.objects.get()
    page = editor_client.get(reverse("gonets:sources")).content.decode()
    assert reverse("gonets:source-pictures", args=[source.pk]) in page

    answer = htmx(editor_client, "source-pictures", source)

    assert Material.objects.get().picture is not None
    assert answer.context["source"].waiting_count == 0


def test_a_source_is_renamed_and_moved_to_another_address(editor_client, source, site):
    address = site.serve("/new.xml", RSS)

    editor_client.post(
        reverse("gonets:source-edit", args=[source.pk]),
        {"name": "Газета", "address": address},
    )

    source.refresh_from_db()
    assert (source.name, source.address) == ("Газета", address)
    assert Material.objects.count() == 2


def test_a_wrong_new_address_changes_nothing(editor_client, source):
    before = source.address

    answer = editor_client.post(
        reverse("gonets:source-edit", args=[source.pk]),
        {"name": "Газета", "address": "http://10.0.0.1/"},
    )

    source.refresh_from_db()
    assert list(answer.context["form"].errors) == ["address"]
    assert (source.name, source.address) == ("Городская газета", before)


def test_removing_a_source_asks_with_the_count(editor_client, source):
    answer = editor_client.get(reverse("gonets:source-edit", args=[source.pk]))
    assert answer.context["source"].material_count == 2

    editor_client.post(reverse("gonets:source-delete", args=[source.pk]))

    assert not Source.objects.exists()
    assert not Material.objects.exists()


def test_fetching_is_never_a_get(editor_client, source):
    for name in ("source-fetch", "source-pictures", "source-delete"):
        address = reverse(f"gonets:{name}", args=[source.pk])
        assert editor_client.get(address).status_code == 405
