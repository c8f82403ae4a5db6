"""Lists of feeds, whatever wrote them."""

from __future__ import annotations

import pytest

from gonets.content.errors import SourceUnreadable
from gonets.content.feeds.opml import listed_feeds
from gonets.content.listing import export_feeds, import_feeds
from gonets.content.models import Source
from gonets.content.states import FetchFailure


def opml(body: str) -> bytes:
    return (
        f'<?xml version="1.0"?><opml version="2.0"><body>{body}</body></opml>'.encode()
    )


def outline(number: int, **more: str) -> str:
    said = {"text": f"Feed {number}", "xmlUrl": f"https://f{number}.example/", **more}
    attributes = " ".join(f'{name}="{value}"' for name, value in said.items())
    return f"<outline {attributes}/>"


def test_nested_folders_are_read_with_their_names():
    content = opml(
        f'<outline text="News"><outline title="City &amp; land">{outline(1)}</outline>'
        f"{outline(2)}</outline>{outline(3)}"
    )

    found = listed_feeds(content)

    assert [(feed.name, feed.folders) for feed in found] == [
        ("Feed 1", ("News", "City & land")),
        ("Feed 2", ("News",)),
        ("Feed 3", ()),
    ]


def test_attributes_are_read_in_any_case_and_nonsense_is_left_out():
    content = opml(
        '<!-- a comment --><outline TEXT="A" XMLURL="https://a.example/"/>'
        '<outline text="no address"/><outline xmlUrl="javascript:alert(1)"/>'
        '<outline xmlUrl="file:///etc/passwd"/><other><deep/></other>'
    )

    assert [feed.address for feed in listed_feeds(content)] == ["https://a.example/"]


def test_bare_ampersands_in_addresses_are_repaired():
    content = opml('<outline text="A & B" xmlUrl="https://a.example/?a=1&b=2"/>')

    (feed,) = listed_feeds(content)

    assert (feed.name, feed.address) == ("A & B", "https://a.example/?a=1&b=2")


def test_one_address_counts_once():
    assert len(listed_feeds(opml(outline(1) + outline(1, text="Again")))) == 1


def test_hundreds_of_levels_harm_nothing():
    content = opml("<outline text='x'>" * 3000 + outline(1) + "</outline>" * 3000)

    with pytest.raises(SourceUnreadable) as error:
        listed_feeds(content)

    assert error.value.failure == FetchFailure.EMPTY


LAUGHS = b"""<!DOCTYPE opml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
<opml><body><outline text="&b;" xmlUrl="https://a.example/"/></body></opml>"""
OUTSIDE = b"""<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<opml><body><outline text="&a;" xmlUrl="https://a.example/"/></body></opml>"""


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        pytest.param(LAUGHS, FetchFailure.DANGEROUS, id="entities"),
        pytest.param(OUTSIDE, FetchFailure.DANGEROUS, id="a file of ours"),
        pytest.param(b"<opml><body>", FetchFailure.NOT_A_FEED, id="cut"),
        pytest.param(opml(""), FetchFailure.EMPTY, id="empty"),
        pytest.param(b"<opml>" * 1_000_000, FetchFailure.TOO_LARGE, id="large"),
        pytest.param(b"<opml \xff\xfe", FetchFailure.NOT_A_FEED, id="not text"),
    ],
)
def test_what_is_no_list_is_refused_with_its_reason(content, failure):
    with pytest.raises(SourceUnreadable) as error:
        listed_feeds(content)

    assert error.value.failure == failure


@pytest.mark.django_db
def test_hundreds_of_feeds_are_added_once_and_given_away_again():
    content = opml("".join(outline(number) for number in range(400)))

    first, second = import_feeds(content), import_feeds(content)

    assert (first.added, first.known) == (400, 0)
    assert (second.added, second.known) == (0, 400)
    assert Source.objects.filter(next_fetch_at__isnull=False).count() == 400
    given_away = {feed.address for feed in listed_feeds(export_feeds(title="Ours"))}
    assert given_away == {feed.address for feed in listed_feeds(content)}
