"""What a web page is about, whoever made it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gonets.content.page_reading import NotAPage, read_page

ADDRESS = "https://www.harbour.example/news/new-ferry.html?from=mail#top"


def page(head: str = "", body: str = "", *, root: str = "<html>") -> bytes:
    return (
        f"<!doctype html>{root}<head>{head}</head><body>{body}</body></html>".encode()
    )


def read(head: str = "", body: str = "", **how: str):
    return read_page(page(head, body, **how), address=ADDRESS)


def og(name: str, content: str) -> str:
    return f'<meta property="og:{name}" content="{content}">'


def linked(json: str) -> str:
    return f'<script type="application/ld+json">{json}</script>'


ARTICLE = """{"@context": "https://schema.org", "@graph": [
  {"@type": "Organization", "name": "The Harbour", "image": "/logo.png"},
  {"@type": ["NewsArticle"], "headline": "A ferry &amp; a bridge",
   "description": "Both are open.", "image": [{"url": "/ferry.jpg"}],
   "author": [{"name": "Ann"}, {"name": "Bob"}], "keywords": "ferry, bridge",
   "datePublished": "2026-03-01T10:00:00+03:00", "inLanguage": "en"}]}"""


def test_open_graph_says_it_all():
    found = read(
        og("title", "The new ferry")
        + og("description", "It goes every hour.")
        + og("image", "/i/ferry.jpg")
        + og("image:alt", "A ferry at the quay")
        + og("site_name", "The Harbour")
        + '<meta property="article:published_time" content="2026-03-01T07:00:00Z">'
        + '<meta property="article:expiration_time" content="2026-04-01">'
        + '<meta property="article:tag" content="ferry">'
        + '<meta property="article:tag" content="sea">'
        + '<meta name="author" content="Ann">'
        + "<title>Something else</title>",
        root='<html lang="en-GB">',
    )

    assert found.title == "The new ferry"
    assert found.teaser == "It goes every hour."
    assert found.picture_address == "https://www.harbour.example/i/ferry.jpg"
    assert found.picture_alt == "A ferry at the quay"
    assert found.site_name == "The Harbour"
    assert found.author == "Ann"
    assert found.language == "en-GB"
    assert found.tags == ("ferry", "sea")
    assert found.published_at == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert found.expires_at == datetime(2026, 4, 1, tzinfo=UTC)


def test_json_ld_says_what_open_graph_does_not():
    found = read(linked(ARTICLE))

    assert found.title == "A ferry & a bridge"
    assert found.teaser == "Both are open."
    assert found.picture_address == "https://www.harbour.example/ferry.jpg"
    assert found.author == "Ann, Bob"
    assert found.tags == ("ferry", "bridge")
    assert found.published_at == datetime(2026, 3, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "json",
    [
        *("{", "[" * 100_000, "null", '"words"', "[1, 2]", '{"@type": 5}'),
        '{"@type": "Article", "headline": {"a": [1]}, "image": [[[]]], "author": 7}',
    ],
)
def test_broken_json_ld_is_passed_over(json):
    assert read(f"<title>Ferry</title>{linked(json)}").title == "Ferry"


def test_plain_html_is_enough():
    found = read(
        "<title>A ferry — The Harbour</title>" + og("site_name", "the harbour"),
        "<nav><p>"
        + "Not what the page is about, however long it is. " * 3
        + "</p></nav>"
        "<h1>A ferry</h1><p>short</p><p>The first <b>real</b> paragraph of the page, "
        "which says what it is about.</p>"
        '<img src="counter.gif" width="1" height="1">'
        '<img src="data:image/png;base64,x">'
        '<img src="../ferry.jpg" alt="The ferry" width="640">'
        '<time datetime="2026-03-01">1 March</time>',
    )

    assert found.title == "A ferry"
    assert found.teaser.startswith("The first real paragraph")
    assert found.picture_address == "https://www.harbour.example/ferry.jpg"
    assert found.picture_alt == "The ferry"
    assert found.published_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_page_without_a_title_is_called_by_its_address():
    assert read("", "<p>words</p>").title == "www.harbour.example: new ferry"
    assert read_page(b"", address="https://a.example/").title == "a.example"


@pytest.mark.parametrize(
    ("head", "picture"),
    [
        (og("image", "//cdn.example/a.jpg"), "https://cdn.example/a.jpg"),
        (og("image", "a b.jpg"), "https://www.harbour.example/news/a%20b.jpg"),
        (
            '<base href="/x/">' + og("image", "a.jpg"),
            "https://www.harbour.example/x/a.jpg",
        ),
        (og("image", "javascript:alert(1)"), ""),
        (og("image", "data:image/png;base64,AAAA"), ""),
        (og("image", "http://[broken/a.jpg"), ""),
        (og("image", "file:///etc/passwd"), ""),
        ('<link rel="image_src" href="/l.jpg">', "https://www.harbour.example/l.jpg"),
        (
            '<meta name="twitter:image" content="/t.jpg">',
            "https://www.harbour.example/t.jpg",
        ),
    ],
)
def test_a_picture_has_an_absolute_address_or_none(head, picture):
    assert read(head).picture_address == picture


@pytest.mark.parametrize(
    ("head", "address"),
    [
        ("", "https://www.harbour.example/news/new-ferry.html?from=mail"),
        ('<link rel="canonical" href="/ferry#x">', "https://www.harbour.example/ferry"),
        (og("url", "https://harbour.example/f"), "https://harbour.example/f"),
        (
            '<link rel="canonical" href="https://evil.example/">',
            "https://www.harbour.example/news/new-ferry.html?from=mail",
        ),
    ],
)
def test_a_page_names_its_address_only_within_its_site(head, address):
    assert read(head).address == address


@pytest.mark.parametrize(
    "head",
    [
        "<title><script>alert(1)</script>Ferry</title>",
        og("title", "&lt;script&gt;alert(1)&lt;/script&gt;Ferry"),
        og("title", "<b onclick=x>Ferry</b>"),
        linked('{"@type": "Article", "headline": "<i>Ferry</i>"}'),
    ],
)
def test_a_title_is_plain_words(head):
    found = read(
        head + og("description", "&lt;img src=x onerror=y&gt;Sea &amp;amp; sky")
    )

    assert "<" not in found.title
    assert "Ferry" in found.title
    assert found.teaser == "Sea & sky"


@pytest.mark.parametrize(
    ("encoding", "content_type", "declared"),
    [
        ("utf-8", "text/html", ""),
        ("utf-8", "text/html; charset=windows-1251", "koi8-r"),  # both are wrong
        ("windows-1251", "text/html; charset=windows-1251", ""),
        ("windows-1251", "text/html", "windows-1251"),
        ("windows-1251", "text/html; charset=utf-8", ""),  # wrong
        ("windows-1251", "text/html; charset=idna", "no-such"),  # nonsense
        ("windows-1251", "", ""),
        ("koi8-r", "", ""),
        ("utf-8-sig", "text/html; charset=windows-1251", ""),
        ("utf-16", "", ""),
    ],
)
def test_the_characters_are_right_whatever_is_claimed(encoding, content_type, declared):
    meta = f'<meta charset="{declared}">' if declared else ""
    html = f"<html><head>{meta}<title>Открытие нового парома</title></head></html>"

    found = read_page(html.encode(encoding), address=ADDRESS, content_type=content_type)

    assert found.title == "Открытие нового парома"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"%PDF-1.7 ...", "text/html"),
        (b"\x89PNG\r\n", ""),
        (b"words", "application/pdf"),
        (b"words", "image/png"),
    ],
)
def test_what_is_no_page_is_refused(content, content_type):
    with pytest.raises(NotAPage):
        read_page(content, address=ADDRESS, content_type=content_type)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "piece",
    [
        *("<", "<div>", "<script>", "<!--", "<script></SCRIPT ", "<script</script"),
        *("<p a=b ", "<title>", "<svg><style>", "<meta content='", "<p>", "\0"),
        *('<script type="application/ld+json">[', "<html lang=", "&amp;", "<template>"),
    ],
)
def test_ten_megabytes_of_rubbish_are_read_to_the_end(piece):
    content = (piece * (10_000_000 // len(piece))).encode()

    # It ends by the limits of what is looked at; quadratic time would take minutes.
    assert read_page(content, address=ADDRESS).title


@pytest.mark.parametrize(
    "moment", ["yesterday", "0000-00-00", "9999-99-99", "1", "2026-13-40", "x" * 5000]
)
def test_a_date_that_is_none_is_left_out(moment):
    head = f'<meta property="article:published_time" content="{moment}">'

    assert read(head).published_at is None
