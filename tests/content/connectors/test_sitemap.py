"""Sitemaps: of every form, with pages that say something of themselves."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gonets.content.asking import told_plainly
from gonets.content.connectors.base import Wish
from gonets.content.connectors.sitemap import connector
from gonets.content.errors import SourceUnreadable
from gonets.content.sitemaps import NotASitemap, read_sitemap
from gonets.content.states import FetchFailure
from tests.content.connectors.recorded import access_to
from tests.support.website import website

PAGE = """<html lang="ru"><head><title>{title}</title>
<meta property="og:description" content="Коротко">
<meta property="og:image" content="/pic.jpg">
<meta property="article:published_time" content="2026-11-20T10:00:00Z">
{more}</head><body>Text</body></html>"""


@pytest.fixture
def site():
    with website() as made:
        yield made


def sitemap(*entries: str, root: str = "urlset") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
        f"{''.join(entries)}</{root}>"
    ).encode()


def entry(address: str, *, changed: str = "2026-11-21", more: str = "") -> str:
    return f"<url><loc>{address}</loc><lastmod>{changed}</lastmod>{more}</url>"


def page(
    site, path: str, *, title: str = "Паром", more: str = "", **headers: str
) -> str:
    html = PAGE.format(title=title, more=more).encode()
    return site.serve(path, html, Content_Type="text/html; charset=utf-8", **headers)


def read_all(site, access=None):
    access = access or access_to(site, "/sitemap.xml")
    wish, drafts = Wish(), []
    while True:
        reading = connector.materials(access, wish)
        drafts += reading.materials
        access = replace(access, memory=reading.memory)
        if not reading.next_cursor:
            return drafts, access
        wish = replace(wish, cursor=reading.next_cursor)


def test_a_page_says_what_it_is(site):
    site.serve("/sitemap.xml", sitemap(entry(page(site, "/news/ferry"))))

    (draft,), _access = read_all(site)

    assert (draft.title, draft.teaser) == ("Паром", "Коротко")
    assert draft.picture_address == site.address("/pic.jpg")
    assert draft.published_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert (draft.section_id, draft.language) == ("/news/", "ru")


def test_only_new_and_changed_pages_are_read_again(site):
    addresses = [page(site, f"/a/{n}", title=f"T{n}") for n in range(25)]
    site.serve("/sitemap.xml", sitemap(*map(entry, addresses)))
    first, access = read_all(site)
    site.asked.clear()
    changed = entry(addresses[3], changed="2026-11-24T10:00:00+03:00")
    new = entry(page(site, "/a/new", title="New"))
    rest = map(entry, addresses[4:])
    site.serve("/sitemap.xml", sitemap(changed, new, *rest))

    second, _access = read_all(site, access)

    assert len(first) == 25
    assert [draft.title for draft in second] == ["T3", "New"]
    assert len(site.asked) == 3


def test_an_index_leads_to_packed_sitemaps_and_robots_to_the_index(site):
    inner = gzip.compress(sitemap(entry(page(site, "/x/one"))))
    site.serve("/maps/1.xml.gz", inner)
    index = f"<sitemap><loc>{site.address('/maps/1.xml.gz')}</loc></sitemap>"
    loop = f"<sitemap><loc>{site.address('/index.xml')}</loc></sitemap>"
    site.serve("/index.xml", sitemap(index, loop, root="sitemapindex"))
    site.serve("/robots.txt", b"User-agent: *\nSitemap: /index.xml\n")

    drafts, _access = read_all(site, access_to(site, "/"))

    assert [draft.address for draft in drafts] == [site.address("/x/one")]


def test_news_tell_title_and_date_themselves(site):
    news = (
        "<news:news><news:publication><news:name>X</news:name></news:publication>"
        "<news:publication_date>2026-11-22T08:00:00Z</news:publication_date>"
        "<news:title>Told &amp; true</news:title></news:news>"
        "<image:image><image:loc>https://i.example/x.jpg</image:loc></image:image>"
    )
    listed = read_sitemap(sitemap(entry("https://x.example/1", more=news))).pages[0]

    assert listed.address == "https://x.example/1"
    assert listed.title == "Told & true"
    assert listed.published_at == datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_pages_that_do_not_want_to_be_found_are_left_out(site):
    robots = '<meta name="robots" content="noindex, follow">'
    site.serve(
        "/sitemap.xml",
        sitemap(
            entry(page(site, "/a/meta", more=robots)),
            entry(page(site, "/a/header", X_Robots_Tag="noindex")),
            entry(site.serve("/a/pic", b"\x89PNG", Content_Type="image/png")),
            entry(site.address("/a/gone")),
            entry("https://elsewhere.example/page"),
            entry(page(site, "/a/shown", title="Shown")),
        ),
    )

    drafts, _access = read_all(site)

    assert [draft.title for draft in drafts] == ["Shown"]


def test_only_what_is_below_a_path_is_read(site):
    entries = [entry(page(site, path, title=path)) for path in ("/news/a", "/shop/b")]
    site.serve("/sitemap.xml", sitemap(*entries))

    drafts, _access = read_all(site, access_to(site, "/sitemap.xml", only="/news/"))

    assert [draft.title for draft in drafts] == ["/news/a"]


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"<", b"<html><body>x</body></html>", b"just words", b"\x1f\x8bx"),
        b'<!DOCTYPE x [<!ENTITY a "b">]><urlset><url><loc>&a;</loc></url></urlset>',
        b"<urlset><url><loc>https://x.example/</loc></url>",
        sitemap(),
        b"\xff\xfe\x00<",
    ],
)
def test_what_is_no_sitemap_is_said_so(site, content):
    with pytest.raises(NotASitemap):
        read_sitemap(content)
    site.serve("/sitemap.xml", content)

    with pytest.raises(SourceUnreadable) as refused, told_plainly():
        connector.materials(access_to(site, "/sitemap.xml"), Wish())

    assert refused.value.failure == FetchFailure.NOT_UNDERSTOOD


def test_a_bomb_is_not_unpacked():
    bomb = gzip.compress(b"<urlset>" + b" " * (61 * 1024 * 1024))

    with pytest.raises(NotASitemap):
        read_sitemap(bomb)


@pytest.mark.parametrize("cursor", ["x", "5", "{}", '[1, {"address": 5}, {}]'])
def test_a_strange_cursor_does_no_harm(site, cursor):
    site.serve("/sitemap.xml", sitemap(entry(page(site, "/a/b"))))

    connector.materials(access_to(site, "/sitemap.xml"), Wish(cursor=cursor))
