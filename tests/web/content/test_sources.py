"""The page of sources, with a real site on loopback."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gonets.content.carrying import carry_out_fetches, due_sources
from gonets.content.fetching import Fetching, fetch_source
from gonets.content.hosts import claim_host
from gonets.content.models import Fetch, Material, Section, Source
from gonets.content.states import FetchFailure
from gonets.kernel import clock
from gonets.newsletters.models import HeldMaterial
from tests.content.test_fetching import feed, with_picture
from tests.content.test_pictures import encoded
from tests.support.factories import make_issue, make_newsletter
from tests.support.website import website

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parents[2] / "samples" / "feeds"
RSS = (SAMPLES / "rss20.xml").read_bytes()
UNTOUCHED = {"every": "0", "need-categories": "tags", "need-history": "on"}


@pytest.fixture
def site(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with website() as running:
        settings.GONETS_FETCH_NETWORKS = ["127.0.0.0/8"]
        settings.GONETS_FETCH_PORTS = [running.port]
        yield running


@pytest.fixture
def source(editor_client, site):
    return added(editor_client, site.serve("/feed.xml", RSS))


def added(client, address: str, **settings: str) -> Source:
    client.post(
        reverse("gonets:source-create"),
        {"kind": f"feed {address}", "need-history": "on", **settings},
    )
    return Source.objects.order_by("-pk").first()


def fetch_all() -> None:
    """Do what a worker does."""
    carry_out_fetches(lambda seconds: seconds > 0 and not due_sources().exists())


def card(client, source, **query: str):
    return client.get(reverse("gonets:source-card", args=[source.pk]), query)


def htmx(client, name, source):
    return client.post(
        reverse(f"gonets:{name}", args=[source.pk]), headers={"HX-Request": "true"}
    )


def test_no_sources_teach_what_a_feed_is(editor_client):
    page = editor_client.get(reverse("gonets:sources")).content.decode()

    assert reverse("gonets:source-create") in page


def test_an_address_shows_what_is_there_before_anything_is_added(editor_client, site):
    address = site.serve("/feed.xml", RSS)

    answer = editor_client.post(reverse("gonets:source-create"), {"address": address})

    page = answer.content.decode()
    assert "Открылся новый мост" in page
    assert f'value="feed {address}"' in page
    assert not Source.objects.exists()


def test_several_feeds_of_a_site_are_a_choice_with_a_preview_of_each(
    editor_client, site
):
    site.serve("/", (SAMPLES / "site_with_feeds.html").read_bytes())
    atom = site.serve("/blog/atom.xml", (SAMPLES / "atom.xml").read_bytes())
    other = site.serve("/rss.xml", RSS)

    answer = editor_client.post(
        reverse("gonets:source-create"), {"address": site.address()}
    )

    kinds = [f"{c.kind} {c.address}" for c, _ in answer.context["candidates"]]
    assert kinds[0] == f"feed {atom}"
    assert "Harbour" in answer.content.decode()
    preview = editor_client.post(
        reverse("gonets:source-preview"), {"kind": f"feed {other}"}
    ).content.decode()
    assert "Открылся новый мост" in preview
    assert not Source.objects.exists()


def test_a_source_that_is_there_already_is_told(editor_client, source, site):
    answer = editor_client.post(
        reverse("gonets:source-create"), {"address": source.address}
    )

    ((candidate, _connector),) = answer.context["candidates"]
    assert candidate.is_known


def test_the_settings_of_a_kind_are_asked_for_and_kept(editor_client, site):
    address = site.serve("/feed.xml", RSS)

    source = added(
        editor_client, address, **{"need-categories": "sections", "name": "Газета"}
    )

    assert source.settings == {"categories": "sections", "history": True}
    assert source.name == "Газета"
    assert Section.objects.filter(source=source, name="Город").exists()


@pytest.mark.parametrize("kind", ["own", "page", "gopher x", "", "feed file:///etc"])
def test_nonsense_adds_nothing(editor_client, kind):
    editor_client.post(reverse("gonets:source-create"), {"kind": kind})

    assert not Source.objects.exists()


def test_a_feed_is_added_by_address(editor_client, source):
    assert source.name == "Городская газета"
    assert Material.objects.count() == 2
    page = editor_client.get(reverse("gonets:sources")).content.decode()
    assert "Городская газета" in page


def test_a_feed_is_added_from_a_file(editor_client):
    upload = SimpleUploadedFile("feed.xml", RSS)

    editor_client.post(reverse("gonets:source-create"), {"file": upload})

    assert Source.objects.get().name == "Городская газета"
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


def test_a_list_of_feeds_is_imported_and_given_away(editor_client, source):
    content = f"""<opml version="2.0"><body><outline text="News">
      <outline text="Known" xmlUrl="{source.address}"/>
      <outline text="New" xmlUrl="https://new.example/feed"/>
    </outline></body></opml>"""
    upload = SimpleUploadedFile("list.opml", content.encode())

    answer = editor_client.post(
        reverse("gonets:source-create"), {"file": upload}, follow=True
    )

    assert Source.objects.get(name="New").next_fetch_at is not None
    told = " ".join(str(message) for message in answer.context["messages"])
    assert "1 feed is added" in told
    assert "1 was here already" in told
    exported = editor_client.get(reverse("gonets:source-export"))
    assert b"https://new.example/feed" in exported.content


def test_fetching_shows_how_far_it_is_and_then_what_came(editor_client, source, site):
    site.serve("/feed.xml", RSS.replace(b"gazeta-100", b"gazeta-102"))

    asked = htmx(editor_client, "source-fetch", source)
    assert asked.context["card"].standing.is_busy
    assert b"every 1s" in asked.content

    fetch_all()
    answer = card(editor_client, source, busy="1")
    assert not answer.context["card"].standing.is_busy
    assert answer.context["card"].brought == "1 new material."
    assert b"every 1s" not in answer.content
    assert answer.context["card"].source.material_count == 3


def test_a_fetch_under_way_is_told_with_its_numbers(editor_client, source):
    claim_host(source.host)
    fetch = Fetching(Source.objects.get())
    fetch.take(fetch.ask())
    Fetch.objects.filter(source=source).update(
        ended_at=None, pages=1, new=2, unchanged=5
    )

    words = card(editor_client, source).context["card"].standing.words

    assert words == "Fetching: 7 materials read, 2 new materials…"


def test_a_failure_is_told_in_words_on_the_card(editor_client, source, site):
    site.serve("/feed.xml", b"", status=404)
    htmx(editor_client, "source-fetch", source)
    fetch_all()

    page = card(editor_client, source).content.decode()

    assert str(FetchFailure.NOT_FOUND.label) in page
    assert Material.objects.count() == 2


def test_a_lasting_trouble_is_in_the_menu_until_somebody_has_read_of_it(
    editor_client, source, site
):
    site.serve("/feed.xml", b"", status=410)
    fetch_source(source.pk)
    everywhere = reverse("gonets:newsletters")
    assert b"1 does not work" in editor_client.get(everywhere).content

    htmx(editor_client, "source-seen", source)

    assert b"1 does not work" not in editor_client.get(everywhere).content
    shown = card(editor_client, source).context["card"].standing
    assert (shown.tone, shown.words) == ("bad", "Closed by the site")


def test_a_source_is_paused_and_resumed(editor_client, source):
    paused = htmx(editor_client, "source-pause", source)
    assert paused.context["card"].standing.words == "Paused"
    assert not due_sources().exists()

    htmx(editor_client, "source-resume", source)

    assert due_sources().exists()


def test_the_owner_sets_the_rhythm(editor_client, source):
    address = reverse("gonets:source-edit", args=[source.pk])
    given = {"name": "G", "address": source.address, "need-categories": "tags"}
    editor_client.post(address, {**given, "need-history": "on", "every": "60"})

    source.refresh_from_db()
    assert source.every == timedelta(hours=1)
    editor_client.post(address, {**given, "need-history": "on", "every": "0"})
    source.refresh_from_db()
    assert source.every is None


def test_the_history_says_what_came_and_what_failed(editor_client, source, site):
    site.serve("/feed.xml", b"", status=500)
    fetch_source(source.pk)

    page = editor_client.get(
        reverse("gonets:source-edit", args=[source.pk])
    ).content.decode()

    assert "2 new materials." in page
    assert str(FetchFailure.SITE_FAULT.label) in page


def test_pictures_come_after_the_words(editor_client, site):
    picture = site.serve("/a.png", encoded("PNG"))
    address = site.serve("/", feed(with_picture(picture)))
    source = added(editor_client, address)
    page = editor_client.get(reverse("gonets:sources")).content.decode()
    assert reverse("gonets:source-pictures", args=[source.pk]) in page

    answer = htmx(editor_client, "source-pictures", source)

    assert Material.objects.get().picture is not None
    assert answer.context["card"].source.waiting_count == 0


def test_a_source_is_renamed_and_moved_to_another_address(editor_client, source, site):
    address = site.serve("/new.xml", RSS)

    editor_client.post(
        reverse("gonets:source-edit", args=[source.pk]),
        {"name": "Газета", "address": address, **UNTOUCHED},
    )

    source.refresh_from_db()
    assert (source.name, source.address) == ("Газета", address)
    assert Material.objects.count() == 2


def test_a_wrong_new_address_changes_nothing(editor_client, source):
    before = source.address

    answer = editor_client.post(
        reverse("gonets:source-edit", args=[source.pk]),
        {"name": "Газета", "address": "http://10.0.0.1/", **UNTOUCHED},
    )

    source.refresh_from_db()
    assert list(answer.context["form"].errors) == ["address"]
    assert (source.name, source.address) == ("Городская газета", before)


def test_a_new_name_alone_asks_the_site_nothing(editor_client, source, site):
    site.visits.clear()

    editor_client.post(
        reverse("gonets:source-edit", args=[source.pk]),
        {"name": "Другое имя", "address": source.address, **UNTOUCHED},
    )

    source.refresh_from_db()
    assert (source.name, site.visits) == ("Другое имя", [])


def test_removing_a_source_asks_with_the_count(editor_client, source):
    answer = editor_client.get(reverse("gonets:source-edit", args=[source.pk]))
    assert answer.context["loss"].deleted == 2

    editor_client.post(reverse("gonets:source-delete", args=[source.pk]))

    assert not Source.objects.filter(kind="feed").exists()
    assert not Material.objects.exists()


def test_what_issues_hold_stays_when_its_source_is_removed(editor_client, source):
    used, unused = Material.objects.filter(source=source).order_by("pk")
    newsletter = make_newsletter()
    HeldMaterial.objects.create(
        newsletter=newsletter,
        material=used,
        held_in=make_issue(newsletter),
        created_at=clock.now(),
    )
    answer = editor_client.get(reverse("gonets:source-edit", args=[source.pk]))
    assert (answer.context["loss"].deleted, answer.context["loss"].kept) == (1, 1)

    editor_client.post(reverse("gonets:source-delete", args=[source.pk]))

    used.refresh_from_db()
    assert used.source.is_own
    assert used.section.source.is_own
    assert not Material.objects.filter(pk=unused.pk).exists()
    assert HeldMaterial.objects.count() == 1


def test_fetching_is_never_a_get(editor_client, source):
    for name in (
        *("source-fetch", "source-pictures", "source-delete", "source-pause"),
        *("source-resume", "source-seen"),
    ):
        address = reverse(f"gonets:{name}", args=[source.pk])
        assert editor_client.get(address).status_code == 405
