"""Fetching sources from a real web site on loopback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from gonets.content import actions
from gonets.content.errors import SourceUnreadable
from gonets.content.fetching import add_source, fetch_source, site_guard
from gonets.content.models import Material, Picture, Section, Source
from gonets.content.picture_fetching import fetch_pictures, want_failed_pictures_again
from gonets.content.queries import published_materials
from gonets.content.states import FetchFailure, PictureState
from gonets.kernel import clock
from tests.content.test_pictures import encoded
from tests.support.website import website

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parent.parent / "samples" / "feeds"
RSS = (SAMPLES / "rss20.xml").read_bytes()


@pytest.fixture
def site(settings):
    with website() as running:
        settings.GONETS_FETCH_NETWORKS = ["127.0.0.0/8"]
        settings.GONETS_FETCH_PORTS = [running.port]
        yield running


@pytest.fixture
def source(site):
    source, _report = add_source(kind="feed", address=site.serve("/feed.xml", RSS))
    return source


def titles() -> list[str]:
    return list(Material.objects.order_by("pk").values_list("title", flat=True))


def feed(*items: str) -> bytes:
    return (
        "<rss version='2.0'><channel><title>Feed</title>"
        + "".join(f"<item>{item}</item>" for item in items)
        + "</channel></rss>"
    ).encode()


def test_adding_a_feed_takes_its_materials_over(site):
    source, report = add_source(kind="feed", address=site.serve("/", RSS))

    assert source.name == "Городская газета"
    assert (report.new, report.failure) == (2, None)
    assert titles() == ["Открылся новый мост", "Кошки & собаки: выставка"]
    bridge = Material.objects.get(external_id="gazeta-101")
    assert bridge.body == (
        "<p>Движение <b>открыли</b> в понедельник утром.</p>"
        "<p>Мост строили два года.</p>"
    )
    assert bridge in published_materials(search="МОСТ")


def test_a_feed_from_a_file_needs_no_site():
    source, report = add_source(kind="feed", file=RSS, name="Из файла")

    assert (source.name, source.address, report.new) == ("Из файла", "", 2)
    again = fetch_source(source.pk, file=RSS)
    assert (again.new, again.unchanged) == (0, 2)
    assert fetch_source(source.pk).failure == FetchFailure.NEEDS_A_FILE


def test_the_address_of_a_site_leads_to_the_feed_it_announces(site):
    site.serve("/", (SAMPLES / "page.html").read_bytes())
    site.serve("/feed.xml", RSS)

    source, report = add_source(kind="feed", address=site.address())

    assert source.address == site.address("/feed.xml")
    assert report.new == 2


def test_fetching_again_changes_nothing(source):
    before = list(Material.objects.order_by("pk").values())

    report = fetch_source(source.pk)

    assert (report.new, report.changed, report.is_unchanged) == (0, 0, True)
    assert list(Material.objects.order_by("pk").values()) == before


def test_a_changed_entry_changes_its_material_and_no_other(source, site):
    site.serve("/feed.xml", RSS.replace("новый мост".encode(), "старый мост".encode()))

    report = fetch_source(source.pk)

    assert (report.new, report.changed, report.unchanged) == (0, 1, 1)
    assert titles() == ["Открылся старый мост", "Кошки & собаки: выставка"]
    assert published_materials(search="старый").count() == 1


def test_entries_that_left_the_feed_stay(source, site):
    site.serve("/feed.xml", feed("<title>Новое</title><guid>n</guid>"))

    report = fetch_source(source.pk)

    assert report.new == 1
    assert len(titles()) == 3


def test_what_editors_decided_stays(source):
    material = Material.objects.get(external_id="gazeta-101")
    actions.hide_materials([material.pk])
    section = Section.objects.get()
    actions.rename_section(section.pk, name="Наша газета")

    fetch_source(source.pk)

    material.refresh_from_db()
    section.refresh_from_db()
    assert not material.is_published
    assert section.name == "Наша газета"


def test_a_section_follows_its_sources_name_until_it_is_renamed(source, site):
    site.serve("/feed.xml", RSS.replace("Городская".encode(), "Вечерняя".encode()))

    fetch_source(source.pk)

    assert Section.objects.get().name == "Вечерняя газета"


def test_a_dateless_material_keeps_the_moment_it_first_came(site):
    address = site.serve("/", feed("<title>A</title>", "<title>B</title>"))
    source, _ = add_source(kind="feed", address=address)
    before = dict(Material.objects.values_list("title", "published_at"))

    fetch_source(source.pk)

    assert dict(Material.objects.values_list("title", "published_at")) == before
    assert clock.now() >= before["A"] > before["B"]


def test_future_materials_wait_for_their_date(site):
    address = site.serve("/", (SAMPLES / "future.xml").read_bytes())
    add_source(kind="feed", address=address)

    assert [m.title for m in published_materials()] == ["Impossible"]


@pytest.mark.parametrize(
    ("content", "status", "failure"),
    [
        (b"gone", 404, FetchFailure.NOT_FOUND),
        (b"gone", 410, FetchFailure.GONE),
        (b"slow down", 429, FetchFailure.BUSY),
        (b"no", 403, FetchFailure.CLOSED),
        (b"oops", 500, FetchFailure.SITE_FAULT),
        (b"<html></html>", 200, FetchFailure.WEB_PAGE),
        (b"", 200, FetchFailure.EMPTY),
        (b"text", 200, FetchFailure.NOT_A_FEED),
        (RSS[:700], 200, FetchFailure.TRUNCATED),
        (b"<rss>" + b" " * 20_000_000, 200, FetchFailure.TOO_LARGE),
        (
            (SAMPLES / "billion_laughs.xml").read_bytes(),
            200,
            FetchFailure.DANGEROUS,
        ),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value),
)
def test_a_feed_that_broke_is_reported_and_harms_nothing(
    source, site, content, status, failure
):
    before = list(Material.objects.order_by("pk").values())
    succeeded_at = Source.objects.get().succeeded_at
    site.serve("/feed.xml", content, status=status)

    report = fetch_source(source.pk)

    stored = Source.objects.get()
    assert (report.failure, stored.failure) == (failure, failure)
    assert stored.succeeded_at == succeeded_at
    assert stored.fetched_at > succeeded_at
    assert list(Material.objects.order_by("pk").values()) == before


def test_a_feed_of_20_mb_is_refused_in_clear_words_and_read_again_once_it_is_shorter(
    source, site
):
    entry = b"<item><title>Long</title><guid>%d</guid></item>"
    long = RSS.replace(b"</channel>", entry * 450_000 + b"</channel>")
    assert len(long) > 20_000_000
    before = Material.objects.count()
    site.serve("/feed.xml", long)

    refused = fetch_source(source.pk)
    kept = Material.objects.count()
    site.serve("/feed.xml", RSS.replace(b"</channel>", entry % 1 + b"</channel>"))
    read = fetch_source(source.pk)

    assert refused.failure == FetchFailure.TOO_LARGE
    assert "too large" in str(FetchFailure.TOO_LARGE.label)
    assert kept == before
    assert (read.failure, read.new) == (None, 1)


def test_a_feed_that_recovers_is_no_failure_any_more(source, site):
    site.serve("/feed.xml", b"")
    fetch_source(source.pk)
    site.serve("/feed.xml", RSS)

    fetch_source(source.pk)

    assert Source.objects.get().failure == ""


@pytest.mark.parametrize(
    "address",
    [
        "http://10.0.0.1/feed",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "x",
    ],
)
def test_an_address_that_is_refused_adds_no_source(address):
    with pytest.raises(SourceUnreadable) as error:
        add_source(kind="feed", address=address)

    assert error.value.failure == FetchFailure.ADDRESS_REFUSED
    assert not Source.objects.exists()


def test_a_kind_that_is_not_installed_is_told():
    source = Source.objects.create(kind="gopher", name="x", created_at=clock.now())

    assert fetch_source(source.pk).failure == FetchFailure.NO_CONNECTOR


def test_every_reason_is_a_sentence_in_russian():
    with override("ru"):
        reasons = [str(label) for label in FetchFailure.labels]

    assert all(re.fullmatch(r"[А-ЯЁ][^A-Za-z]+(RSS|Atom)?.*\.", r) for r in reasons)


def test_by_default_only_the_web_is_read():
    guard = site_guard()

    assert (guard.trusted, guard.ports) == ((), {80, 443})


def with_picture(address: str, *, guid: str = "1") -> str:
    return (
        f"<title>Picture {guid}</title><guid isPermaLink='false'>{guid}</guid>"
        f"<enclosure url='{address}' type='image/png' length='1'/>"
    )


def test_pictures_are_fetched_and_kept(site, media_root):
    picture = site.serve("/a.png", encoded("PNG", size=(300, 200)))
    address = site.serve("/", feed(with_picture(picture)))
    source, _ = add_source(kind="feed", address=address)

    report = fetch_pictures(source_id=source.pk)

    material = Material.objects.get()
    assert (report.kept, report.failed, report.waiting) == (1, 0, 0)
    assert (material.picture.width, material.picture_state) == (300, PictureState.KEPT)
    assert (media_root / "pictures" / material.picture.name).exists()


def test_a_kept_picture_is_not_fetched_again_until_its_address_changes(site):
    site.serve("/a.png", encoded("PNG"))
    site.serve("/b.png", encoded("PNG", size=(90, 60)))
    site.serve("/", feed(with_picture(site.address("/a.png"))))
    source, _ = add_source(kind="feed", address=site.address())
    fetch_pictures()

    fetch_source(source.pk)
    assert fetch_pictures().kept == 0

    site.serve("/", feed(with_picture(site.address("/b.png"))))
    fetch_source(source.pk)
    assert fetch_pictures().kept == 1
    assert Material.objects.get().picture.width == 90


def test_pictures_that_cannot_be_had_are_counted_and_harm_nothing(site):
    site.serve("/text.png", b"not a picture")
    site.serve("/slow.png", b"", status=503)
    site.serve(
        "/",
        feed(
            with_picture(site.address("/text.png"), guid="1"),
            with_picture(site.address("/slow.png"), guid="2"),
            with_picture("http://10.0.0.1/a.png", guid="3"),
        ),
    )
    add_source(kind="feed", address=site.address())

    report = fetch_pictures()

    assert (report.kept, report.failed, report.waiting) == (0, 3, 0)
    assert Material.objects.count() == 3
    assert not Picture.objects.exists()
    # Only what may still come is asked for again.
    assert want_failed_pictures_again() == 1
    wanted = Material.objects.filter(picture_state=PictureState.WANTED)
    assert [material.external_id for material in wanted] == ["2"]
