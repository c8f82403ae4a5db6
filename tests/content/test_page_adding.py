"""A page by its address becomes a material."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from gonets.content.actions import hide_materials
from gonets.content.errors import PageUnreadable
from gonets.content.models import Material, Source
from gonets.content.page_adding import add_page, address_in
from gonets.kernel import clock
from tests.support.factories import make_material

pytestmark = pytest.mark.django_db


def picture() -> bytes:
    content = BytesIO()
    Image.new("RGB", (640, 360), "navy").save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" https://a.example/b ", "https://a.example/b"),
        ("HTTP://A.example", "HTTP://A.example"),
        ("a.example/b?c=d", "https://a.example/b?c=d"),
        ("новости.рф/паром", "https://новости.рф/паром"),
        ("a.example:8000", "https://a.example:8000"),
        *(
            (text, "")
            for text in ("", "ferry", "ferry bridge", "ann@a.example", "3.14")
        ),
        *(
            (text, "")
            for text in ("javascript:alert(1)", "https://", "https:// a.b", "…")
        ),
        ("https://a.example/\nb", ""),
        ("https://a.example/" + "x" * 3000, ""),
    ],
)
def test_an_address_is_told_from_words(text, address):
    assert address_in(text) == address


def test_a_page_becomes_a_material_with_its_picture(site):
    site.serve("/ferry.png", picture(), Content_Type="image/png")
    site.serve(
        "/ferry",
        b'<title>A ferry</title><meta property="og:image" content="ferry.png">'
        b'<meta name="description" content="Every hour.">'
        b'<meta property="article:published_time" content="2026-03-01T07:00:00Z">',
        Content_Type="text/html",
    )

    material = add_page(site.address("/ferry"), guard=site.guard)

    assert (material.title, material.teaser) == ("A ferry", "Every hour.")
    assert material.address == site.address("/ferry")
    assert material.published_at.date().isoformat() == "2026-03-01"
    assert material.picture is not None
    assert material.source.kind == "page"


def test_a_redirect_is_followed_and_its_end_is_the_address(site):
    site.serve("/new", b"<title>Here</title>")
    site.pages["/old"] = lambda visit: visit.answer(b"", status=301, Location="/new")

    assert add_page(site.address("/old"), guard=site.guard).address == site.address(
        "/new"
    )


def test_a_page_named_twice_is_one_material_that_follows_the_page(site):
    site.serve("/ferry", b"<title>A ferry</title>")
    first = add_page(site.address("/ferry"), guard=site.guard)
    hide_materials([first.pk])
    site.serve("/ferry", b"<title>Two ferries</title>")

    second = add_page(site.address("/ferry"), guard=site.guard)

    assert second.pk == first.pk
    assert second.title == "Two ferries"
    assert second.is_published
    assert Source.objects.filter(kind="page").count() == 1


def test_a_page_of_our_own_site_is_the_material_that_we_have(site):
    ours = make_material("Ours", address="https://harbour.example/ferry/")

    assert add_page("harbour.example/ferry", guard=site.guard) == ours
    assert not site.visits


def test_a_page_from_the_future_is_of_today(site):
    site.serve("/", b'<meta property="article:published_time" content="2099-01-01">')

    material = add_page(site.address("/"), guard=site.guard)

    assert material.published_at <= clock.now() + timedelta(seconds=1)


@pytest.mark.parametrize("path", ["/gone", "/huge", "/picture", "/round"])
def test_what_cannot_be_read_is_said_and_leaves_nothing(site, path):
    site.serve("/huge", b"x" * 12_000_001)
    site.serve("/picture", picture(), Content_Type="image/png")
    site.pages["/round"] = lambda visit: visit.answer(
        b"", status=302, Location="/round"
    )

    with pytest.raises(PageUnreadable) as raised:
        add_page(site.address(path), guard=site.guard)

    assert str(raised.value)
    assert not Material.objects.exists()


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/x", "x y"]
)
def test_what_is_not_on_the_open_web_is_not_asked(address):
    with pytest.raises(PageUnreadable):
        add_page(address)


def test_a_picture_that_cannot_be_had_does_not_matter(site):
    site.serve("/", b'<title>A</title><meta property="og:image" content="/none.png">')

    assert add_page(site.address("/"), guard=site.guard).picture is None
