"""Feeds as they really are: each oddity one test."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonets.content.columns import columns_of
from gonets.content.connectors.base import MaterialDraft
from gonets.content.connectors.feed import read_feed
from gonets.content.errors import SourceUnreadable
from gonets.content.markup import with_absolute_links
from gonets.content.states import FetchFailure

SAMPLES = Path(__file__).parent.parent / "samples" / "feeds"
HERE = "https://feed.example/rss.xml"


def read(name: str, **headers: str):
    return read_feed((SAMPLES / name).read_bytes(), address=HERE, **headers)


def refusal(content: bytes) -> FetchFailure:
    with pytest.raises(SourceUnreadable) as error:
        read_feed(content, address=HERE)
    return error.value.failure


def test_rss_gives_titles_teasers_bodies_and_dates():
    reading = read("rss20.xml")
    bridge, pets = reading.materials

    assert reading.name == "Городская газета"
    assert [section.name for section in reading.sections] == ["Городская газета"]
    assert bridge.external_id == "gazeta-101"
    assert bridge.title == "Открылся новый мост"
    assert bridge.address == "https://gazeta.example/most"
    assert bridge.author == "Анна Петрова"
    assert bridge.published_at == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    assert bridge.teaser == "Движение открыли в понедельник утром."
    assert "Мост строили два года." in bridge.body
    assert bridge.original["categories"] == ["Город", "Транспорт"]
    assert pets.title == "Кошки & собаки: выставка"
    assert pets.teaser == "Выставка домашних животных."


def test_atom_says_which_text_is_html():
    reading = read("atom.xml")
    two, one = reading.materials

    assert reading.name == "The Harbour Weekly"
    assert two.title == "Less <List> is more"
    assert two.address == "https://harbour.example/two"
    assert two.published_at == datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    assert two.teaser == "A short summary."
    assert "<em>whole</em>" in two.body
    assert two.picture_address == "https://harbour.example/two.jpg"
    assert two.author == "John Doe"
    assert one.published_at == datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
    assert one.teaser == "Text & more"


def test_rdf_and_the_oldest_rss_are_read_too():
    (book,) = read("rdf.xml").materials
    (first,) = read("rss091.xml").materials

    assert (book.title, book.address) == ("A book", "https://library.example/1")
    assert book.published_at == datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    assert (first.title, first.teaser) == ("First", "Plain words.")


def test_missing_senseless_and_zero_dates_are_unknown():
    dates = [draft.published_at for draft in read("no_dates.xml").materials]

    assert dates == [None, None, None]


def test_future_dates_are_kept_as_they_are():
    tomorrow, impossible = read("future.xml").materials

    assert tomorrow.published_at == datetime(2125, 1, 1, tzinfo=UTC)
    assert impossible.published_at is None


def test_a_guid_that_comes_twice_for_one_address_counts_once():
    reading = read("duplicate_guids.xml")

    assert [draft.title for draft in reading.materials] == [
        *("Corrected", "Constant one", "Constant two"),
    ]
    assert reading.skipped == 1


def test_without_guid_the_address_or_the_content_is_the_identity():
    reading = read("no_ids.xml")
    link, content, untitled = reading.materials

    assert link.external_id == "https://a.example/1"
    assert content.external_id.startswith("sha256:")
    assert untitled.title == ""
    title = columns_of(untitled)["title"]
    assert title.startswith("No title here, only a text")
    assert title.endswith(" its words, as a title…")
    assert reading.skipped == 1  # had neither title nor text
    assert reading == read("no_ids.xml")


def rss(item: str) -> bytes:
    return f"<rss version='2.0'><channel><item>{item}</item></channel></rss>".encode()


def test_an_entry_that_is_a_link_alone_is_called_by_its_address():
    [draft] = read_feed(
        rss("<link>https://a.example/just-a-link</link>"), address=HERE
    ).materials

    assert (draft.title, draft.address) == ("", "https://a.example/just-a-link")
    assert columns_of(draft)["title"] == "https://a.example/just-a-link"


def test_a_guid_that_is_said_to_be_no_link_is_none():
    guid = "<guid isPermaLink='{}'>https://a.example/?p=1</guid><title>T</title>"

    [no_link] = read_feed(rss(guid.format("false")), address=HERE).materials
    [link] = read_feed(rss(guid.format("true")), address=HERE).materials

    assert (no_link.address, link.address) == ("", "https://a.example/?p=1")


def test_links_are_kept_as_they_came_and_stored_fit_for_any_place():
    address = "https://a.example/it's here"

    [draft] = read_feed(
        rss(f"<title>T</title><link>{address}</link>"), address=HERE
    ).materials

    assert draft.address == address
    assert columns_of(draft)["address"] == "https://a.example/it%27s%20here"


def test_a_link_that_is_a_tag_is_none_any_more():
    item = f"<title>T</title><link>{escape('<script>1</script>')}</link>"

    [draft] = read_feed(rss(item), address=HERE).materials

    assert "<" not in draft.address


@pytest.mark.parametrize(
    "tag",
    [
        "<applet code='a'></applet>",
        "<frameset><frame src='http://b.example/'></frameset>",
        "<script>alert(1)</script>",
        "<iframe src='http://b.example/'></iframe>",
        "<object data='http://b.example/'></object>",
        "<style>b{}</style>",
        "<svg onload='alert(1)'></svg>",
    ],
)
def test_nothing_that_runs_is_left_of_a_feed(tag):
    html = escape(f"safe {tag}<b>word</b>")
    item = f"<title>{html}</title><description>{html}</description>"

    [draft] = read_feed(rss(item), address=HERE).materials

    assert draft.title == "safe word"
    assert re.sub(r"</?b>", "", draft.body).split() == ["safe", "word"]


def test_relative_links_are_resolved_by_xml_base():
    (draft,) = read("xml_base.xml").materials

    assert draft.address == "https://base.example/blog/2026/post.html"
    assert 'href="https://base.example/blog/2026/post/more"' in draft.body
    assert draft.picture_address == "https://base.example/blog/2026/post/a.png"
    assert draft.picture_alt == "A"


def test_without_xml_base_links_are_seen_from_the_site():
    one, two = read("relative.xml").materials

    assert one.address == "https://feed.example/one.html"
    assert one.picture_address == "https://feed.example/a.jpg?x=1&y=2"
    assert one.picture_alt == "Кот"
    assert two.address == ""
    assert two.picture_address == "https://cdn.example/b.png"


def test_media_rss_and_enclosures_give_pictures():
    pictures = [draft.picture_address for draft in read("media.xml").materials]

    assert pictures == [
        "https://a.example/1.jpg",
        "https://a.example/2.jpg",
        "https://a.example/3.jpg",
        "",
    ]


@pytest.mark.parametrize("sample", ["cp1251.xml", "utf16.xml", "wrong_charset.xml"])
def test_any_encoding_is_read(sample):
    reading = read(sample)

    assert reading.name == "Районная газета «Заря»"
    assert reading.materials[0].title == "Ёлка на площади"


def test_the_charset_of_the_answer_counts():
    content = (
        "<rss version='2.0'><channel><title>Заря</title>"
        "<item><title>Ёлка</title></item></channel></rss>"
    ).encode("cp1251")

    reading = read_feed(
        content, address=HERE, content_type="application/xml; charset=windows-1251"
    )

    assert reading.materials[0].title == "Ёлка"


def test_harmless_entities_are_read():
    reading = read("entities.xml")

    assert reading.name == "Acme news"
    assert reading.materials[0].title == "«Quoted» at Acme — done"


def test_xml_with_small_faults_is_read():
    reading = read("bad_xml.xml")
    (draft,) = reading.materials

    assert reading.name == "Cats & dogs"
    assert draft.title == "R&D at AT&T"
    assert draft.address == "https://a.example/?a=1&b=2"
    assert draft.teaser == "Fine & dandy"


@pytest.mark.parametrize(
    ("sample", "failure"),
    [
        ("page.html", FetchFailure.WEB_PAGE),
        ("billion_laughs.xml", FetchFailure.DANGEROUS),
        ("external_entity.xml", FetchFailure.DANGEROUS),
    ],
)
def test_a_broken_feed_is_refused_with_its_reason(sample, failure):
    assert refusal((SAMPLES / sample).read_bytes()) == failure


def test_of_a_truncated_feed_the_whole_entries_are_taken_and_the_cut_one_is_not():
    (draft,) = read("truncated.xml").materials

    assert (draft.title, draft.teaser) == ("Whole", "Whole text")


def test_a_feed_without_its_closing_tag_is_read_to_its_end():
    content = (SAMPLES / "rss20.xml").read_bytes().partition(b"</channel>")[0]

    assert len(read_feed(content, address=HERE).materials) == 2


def test_a_feed_cut_in_its_first_entry_is_refused():
    content = b"<rss version='2.0'><channel><item><title>Ha"

    assert refusal(content) == FetchFailure.TRUNCATED


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (b"", FetchFailure.EMPTY),
        (b" \r\n\xef\xbb\xbf \x00 ", FetchFailure.EMPTY),
        (b"Hello, this is text.", FetchFailure.NOT_A_FEED),
        (b'{"version": "x"}', FetchFailure.NOT_A_FEED),
        (b"/etc/passwd", FetchFailure.NOT_A_FEED),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, FetchFailure.NOT_A_FEED),
        (b"<opml version='2.0'><body/></opml>", FetchFailure.NOT_A_FEED),
        (b"<?xml version='1.0'?><!DOCTYPE html><html></html>", FetchFailure.WEB_PAGE),
        (
            b"<rss version='2.0'>" + b"<item><title>x</title></item>" * 700_000,
            FetchFailure.TOO_LARGE,
        ),
        (
            b'<!DOCTYPE a [<!ENTITY a "' + b"x" * 50_000 + b'">]><rss>&a;&a;</rss>',
            FetchFailure.DANGEROUS,
        ),
        (
            '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///x">]><rss/>'.encode("utf-16"),
            FetchFailure.DANGEROUS,
        ),
    ],
    ids=range(11),
)
def test_what_is_no_feed_is_refused_with_its_reason(content, failure):
    assert refusal(content) == failure


def test_a_feed_without_entries_is_a_feed():
    reading = read_feed(
        b"<rss version='2.0'><channel><title>New</title></channel></rss>", address=HERE
    )

    assert (reading.name, reading.materials) == ("New", ())


def test_no_script_comes_through_in_a_plain_field():
    reading = read("hostile.xml")
    (draft,) = reading.materials

    assert reading.name == "Name"
    assert draft.title == "Title"
    assert draft.teaser == "Teaser link"
    assert "\n" not in draft.external_id
    assert "onclick" not in draft.author
    assert draft.picture_address == ""


def test_what_was_escaped_twice_is_no_script_either_but_keeps_its_words():
    about, attack = read("escaped_twice.xml").materials

    assert about.title == "Using the script tag of a List<String>"
    assert about.teaser == "Put script at the end."
    assert (attack.title, attack.author, attack.teaser) == ("Title", "Eve", "Text")
    assert attack.tags == ("Tag",)


@pytest.mark.parametrize(
    "text", ["Word<scr\0ipt>x", "Word<\0img src=x onerror=x>", "Word<scr<script>ipt>x"]
)
def test_no_draft_of_any_kind_has_a_script_in_its_plain_fields(text):
    draft = MaterialDraft(
        external_id="1",
        section_id="s",
        title=text,
        teaser=text,
        author=text,
        picture_alt=text,
        tags=(text,),
        address="https://a.example/<script>",
    )

    for said in (draft, replace(draft, title="", teaser="")):
        stored = columns_of(said)
        plain = [stored[name] for name in ("title", "teaser", "author", "picture_alt")]
        assert not re.search(r"<\W*(script|img)", " ".join([*plain, *stored["tags"]]))
    assert stored["title"] == "https://a.example/%3Cscript%3E"


def test_dates_before_the_web_are_dates_and_the_zeros_of_programs_are_none():
    dates = [draft.published_at for draft in read("old_dates.xml").materials]

    assert dates == [
        datetime(1961, 4, 12, 6, 7, tzinfo=UTC),
        datetime(1972, 12, 14, 5, 55, tzinfo=UTC),
        *(None, None, None, None),
    ]


def test_a_large_feed_is_cut_to_its_newest_entries():
    entries = b"".join(
        b"<item><title>%d</title><guid>%d</guid></item>" % (n, n) for n in range(1500)
    )
    content = b"<rss version='2.0'><channel>" + entries + b"</channel></rss>"
    started = time.perf_counter()

    reading = read_feed(content, address=HERE)

    assert len(reading.materials) == 1000
    assert reading.skipped == 500
    assert time.perf_counter() - started < 10


@settings(suppress_health_check=[HealthCheck.too_slow])  # A busy machine is no fault.
@given(st.data())
def test_no_bytes_crash_the_reader(data):
    sample = data.draw(
        st.sampled_from(["rss20.xml", "atom.xml", "entities.xml", "relative.xml"])
    )
    content = bytearray((SAMPLES / sample).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    kept = data.draw(st.integers(0, len(content)))

    try:
        reading = read_feed(bytes(content[:kept]), address=HERE)
    except SourceUnreadable:
        return
    for draft in reading.materials:
        assert columns_of(draft)["title"]
        assert draft.external_id


@pytest.mark.parametrize(
    ("html", "absolute"),
    [
        ('<a href="b">', '<a href="https://x.example/a/b">'),
        ("<a href='/b?c&amp;d'>", '<a href="https://x.example/b?c&amp;d">'),
        ("<img alt=y src=p.png>", '<img alt=y src="https://x.example/a/p.png">'),
        ('<a href="#top">', '<a href="https://x.example/a/#top">'),
        ('<a href="//y.example/">', '<a href="https://y.example/">'),
        ('<a href="https://y.example/">', '<a href="https://y.example/">'),
        ('<a href="javascript:x">', '<a href="javascript:x">'),  # goes on cleaning
        ('<a href=" mailto:a@y.example">', '<a href=" mailto:a@y.example">'),
        ("a <b href is no tag", "a <b href is no tag"),
        ('<a href="http://[">', '<a href="http://[">'),
        ('<a href="//[">', '<a href="">'),
    ],
)
def test_links_within_a_text_are_seen_from_where_it_stood(html, absolute):
    assert with_absolute_links(html, base="https://x.example/a/") == absolute
