"""What the feed connector makes of feeds and of what their servers say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gonets.content.columns import columns_of
from gonets.content.connectors.base import Access, Look, Wish
from gonets.content.connectors.feed import connector, read_feed
from gonets.content.feeds.discovery import feeds_in
from gonets.content.feeds.wishes import ask_again_after
from gonets.content.fetching import add_source, fetch_source
from gonets.content.models import Material, Section, Source
from tests.support.website import Visit

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parents[1] / "samples" / "feeds"
RSS = (SAMPLES / "rss20.xml").read_bytes()
HERE = "https://notes.example/feed"


@pytest.fixture
def open_site(site, settings):
    settings.GONETS_FETCH_NETWORKS = ["127.0.0.0/8"]
    settings.GONETS_FETCH_PORTS = [site.port]
    return site


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def read(name: str, **how: bool):
    return read_feed(sample(name), address=HERE, **how)


def page_of(*titles: str, links: str = "") -> bytes:
    entries = "".join(
        f"<entry><id>urn:{title}</id><title>{title}</title></entry>" for title in titles
    )
    return (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title>"
        f"{links}{entries}</feed>"
    ).encode()


def test_a_json_feed_is_a_feed():
    reading = read("json_feed.json")
    second, first = reading.materials

    assert reading.name == "Заметки"
    assert second.external_id == second.address == "https://notes.example/2"
    assert second.title == "Вторая заметка"
    assert second.teaser == "Коротко"
    assert second.picture_address == "https://notes.example/2.jpg"
    assert second.published_at == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    assert second.changed_at == datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
    assert second.author == "Анна, Пётр"
    assert second.language == "ru"
    assert second.tags == ("Город", "Мост")
    assert columns_of(second)["body"] == "<p>Текст заметки</p>"
    assert (first.external_id, first.published_at) == ("1", None)
    assert first.address == "https://elsewhere.example/1"
    assert first.teaser == "Только текст, <без> разметки"
    assert first.author == "Редакция"
    assert reading.skipped == 1


def test_categories_are_tags_or_sections_as_the_owner_likes():
    as_tags = read("rss20.xml")
    as_sections = read("rss20.xml", categories_are_sections=True)

    assert as_tags.materials[0].tags == ("Город", "Транспорт")
    assert [section.name for section in as_tags.sections] == ["Городская газета"]
    city = as_sections.materials[0].section_id
    assert [(s.name, s.parent_id) for s in as_sections.sections] == [
        ("Городская газета", ""),
        ("Город", "feed"),
    ]
    assert as_sections.sections[1].external_id == city
    assert as_sections.materials[1].section_id == "feed"


def test_the_label_of_an_atom_category_is_what_people_read():
    assert read("archived.xml").materials[0].tags == ("Sport",)


def test_language_and_both_dates_of_an_entry_are_told():
    (draft,) = read("archived.xml").materials

    assert draft.language == "en-GB"
    assert draft.published_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert draft.changed_at == datetime(2026, 11, 23, 10, tzinfo=UTC)


def test_the_largest_picture_of_a_media_group_is_taken_and_never_a_film():
    sizes, podcast = read("media_group.xml").materials

    assert sizes.picture_address == "https://m.example/large.jpg"
    assert podcast.picture_address == "https://m.example/cover.jpg"
    assert podcast.original["enclosures"] == [
        {"href": "https://m.example/2.mp3", "type": "audio/mpeg"}
    ]


def test_html_in_cdata_is_read_and_nothing_of_it_can_run():
    reading = read("cdata_html.xml")
    (draft,) = reading.materials
    stored = columns_of(draft)

    assert reading.name == "CDATA & friends"
    assert draft.title == "Prices rise & fall"
    assert draft.address == "https://c.example/?a=1&b=2"
    assert (draft.tags, stored["author"]) == (("Money",), "Ann")
    assert stored["body"] == (
        '<p>Now click  or <a href="https://c.example/">read</a>.</p>'
    )


def test_an_address_holds_no_markup():
    (draft,) = read("hostile.xml").materials

    stored = columns_of(draft)["address"]
    assert stored == "https://a.example/%22%3E%3Cscript%3E"


def test_a_teaser_is_made_from_the_body_where_there_is_none():
    (draft,) = read("archived.xml").materials

    assert draft.teaser == "Body"


def test_ttl_period_hours_and_days_are_respected():
    content = sample("wishes.xml")
    about = {"ttl": "180", "sy_updateperiod": "hourly", "sy_updatefrequency": "2"}

    def wait(now: datetime, **headers: str) -> datetime:
        return now + ask_again_after(about, content=content, headers=headers, now=now)

    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
    assert wait(noon) == noon + timedelta(hours=3)
    late = datetime(2026, 11, 25, 21, 30, tzinfo=UTC)
    assert wait(late) == datetime(2026, 11, 26, 3, tzinfo=UTC)
    friday = datetime(2026, 11, 27, 22, tzinfo=UTC)
    assert wait(friday) == datetime(2026, 11, 30, 3, tzinfo=UTC)
    fresh = wait(noon, **{"cache-control": "max-age=18000"})
    assert fresh == noon + timedelta(hours=5)


def test_a_feed_that_did_not_change_costs_nothing(open_site):
    def answer(visit: Visit) -> None:
        if visit.headers.get("If-None-Match") == '"1"':
            visit.answer(b"", status=304)
        else:
            visit.answer(RSS, ETag='"1"', Last_Modified="Mon, 23 Nov 2026 10:00:00 GMT")

    open_site.pages["/feed"] = answer
    source, _ = add_source(kind="feed", address=open_site.address("/feed"))

    report = fetch_source(source.pk)

    assert report.is_unchanged
    asked = open_site.visits[-1][1]
    assert asked["If-None-Match"] == '"1"'
    assert asked["If-Modified-Since"] == "Mon, 23 Nov 2026 10:00:00 GMT"


def test_the_same_bytes_are_not_read_twice_where_a_server_knows_no_conditions(
    open_site,
):
    source, _ = add_source(kind="feed", address=open_site.serve("/feed", RSS))
    Material.objects.update(title="Read again?")

    assert fetch_source(source.pk).is_unchanged
    assert {m.title for m in Material.objects.all()} == {"Read again?"}


def test_another_reading_of_the_same_bytes_is_a_new_one(open_site):
    source, _ = add_source(kind="feed", address=open_site.serve("/feed", RSS))
    Source.objects.update(settings={"categories": "sections"})

    report = fetch_source(source.pk)

    assert report.changed == 1
    assert Section.objects.filter(name="Город").exists()


def test_a_feed_that_came_in_part_is_asked_for_again_as_a_whole(open_site):
    cut = RSS[: RSS.rindex(b"<pubDate>")]
    source, report = add_source(kind="feed", address=open_site.serve("/feed", cut))
    assert report.new == 1

    assert not fetch_source(source.pk).is_unchanged


def test_a_feed_that_moved_for_good_is_asked_there_from_now_on(open_site):
    source, _ = add_source(kind="feed", address=open_site.serve("/old", RSS))
    new = open_site.serve("/new", RSS)
    open_site.pages["/old"] = lambda visit: visit.answer(b"", status=301, Location=new)

    fetch_source(source.pk)

    assert Source.objects.get().address == new


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_feed_that_moved_for_a_while_keeps_its_address(open_site, status):
    old = open_site.serve("/old", RSS)
    source, _ = add_source(kind="feed", address=old)
    new = open_site.serve("/new", RSS)
    open_site.pages["/old"] = lambda visit: visit.answer(
        b"", status=status, Location=new
    )

    fetch_source(source.pk)

    assert Source.objects.get().address == old


def test_a_move_for_good_to_a_page_that_is_no_feed_is_not_followed(open_site):
    old = open_site.serve("/old", RSS)
    source, _ = add_source(kind="feed", address=old)
    new = open_site.serve("/new", b"<html>Parked</html>")
    open_site.pages["/old"] = lambda visit: visit.answer(b"", status=301, Location=new)

    assert fetch_source(source.pk).failure

    assert Source.objects.get().address == old


def archive(site, *, pages: int) -> str:
    for number in range(2, pages + 1):
        link = f"<link rel='prev-archive' href='/{number + 1}'/>"
        site.serve(f"/{number}", page_of(f"Entry {number}", links=link))
    return site.serve("/1", page_of("Entry 1", links="<link rel='next' href='/2'/>"))


def test_the_history_of_a_feed_is_read_once_and_page_by_page(open_site):
    source, report = add_source(kind="feed", address=archive(open_site, pages=4))
    assert report.new == 1

    assert fetch_source(source.pk).new == 3

    open_site.visits.clear()
    fetch_source(source.pk)
    assert [path for path, _headers in open_site.visits] == ["/1"]


def test_an_endless_history_ends(open_site):
    loop = "<link rel='next' href='/2'/>"
    open_site.serve("/2", page_of("Two", links="<link rel='next' href='/3'/>"))
    open_site.serve("/3", page_of("Three", links=loop))
    source, _ = add_source(
        kind="feed", address=open_site.serve("/1", page_of("One", links=loop))
    )

    report = fetch_source(source.pk)

    assert not report.has_more
    assert len(open_site.visits) < 30


def test_a_broken_history_does_not_hold_the_newest_up(open_site):
    address = archive(open_site, pages=2)
    open_site.serve("/2", b"", status=500)
    source, _ = add_source(kind="feed", address=address)

    assert fetch_source(source.pk).failure is None

    open_site.serve("/1", page_of("Newest"))
    assert fetch_source(source.pk).new == 1


def test_the_history_is_left_alone_where_the_owner_does_not_want_it(open_site):
    source, _ = add_source(
        kind="feed",
        address=archive(open_site, pages=3),
        settings={"history": False},
    )

    fetch_source(source.pk)

    assert Material.objects.count() == 1


def test_a_page_tells_of_its_feeds_those_of_comments_last():
    found = feeds_in(
        sample("site_with_feeds.html").decode(), address="https://s.example/x"
    )

    assert [(feed.address, feed.title) for feed in found] == [
        ("https://s.example/blog/atom.xml", "News & more"),
        ("https://other.example/feed.json", ""),
        ("https://s.example/rss.xml", ""),
        ("https://s.example/blog/comments/feed.xml", "Comments feed"),
    ]


def look_at(site, path: str = "/") -> Look:
    access = Access(address=site.address(path), guard=site.guard)
    answer = access.get()
    return Look(address=answer.address, answer=answer, access=access)


def test_the_address_of_a_feed_is_recognised(open_site):
    open_site.serve("/feed", RSS)

    (found,) = connector.recognise(look_at(open_site, "/feed"))

    assert (found.name, found.address) == (
        "Городская газета",
        open_site.address("/feed"),
    )


def test_several_feeds_of_a_page_are_a_choice(open_site):
    open_site.serve("/", sample("site_with_feeds.html"))

    found = list(connector.recognise(look_at(open_site)))

    assert len(found) == 4
    assert [one.certainty for one in found] == sorted(
        (one.certainty for one in found), reverse=True
    )


def test_a_page_that_tells_of_none_is_asked_where_feeds_usually_are(open_site):
    open_site.serve("/", b"<html>Hello</html>")
    open_site.serve("/feed/", b"<html>Not here</html>")
    open_site.serve("/atom.xml", sample("atom.xml"))

    (found,) = connector.recognise(look_at(open_site))

    assert found.address == open_site.address("/atom.xml")


def test_a_site_without_a_feed_has_none(open_site):
    open_site.serve("/", b"<html>Hello</html>")

    assert list(connector.recognise(look_at(open_site))) == []


def test_a_hub_is_remembered_by_feed_and_by_header(open_site):
    open_site.serve("/a", sample("archived.xml"))
    by_feed = connector.materials(look_at(open_site, "/a").access, Wish())
    open_site.serve(
        "/b", RSS, Link='<https://h.example/>; rel="hub", </b2>; rel=self; x="y"'
    )
    by_header = connector.materials(look_at(open_site, "/b").access, Wish())

    assert by_feed.memory["hub"] == "https://hub.example/"
    assert by_feed.memory["topic"] == "https://long.example/feed.xml"
    assert by_header.memory["hub"] == "https://h.example/"
    assert by_header.memory["topic"] == open_site.address("/b2")
