"""Importing a letter at the desk: told what was cut out, pictures taken over."""

from __future__ import annotations

import base64
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from gonets.letters.models import LetterTemplate
from gonets.newsletters.queries import letter_content
from gonets.web.designs.letter_import import removed_sentence
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)
from tests.support.website import website

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parents[2] / "samples" / "letters"
ADDRESS = "gonets:letter-import"


@pytest.fixture
def boss(administrator_client: Any, settings: Any, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT = tmp_path / "media"
    administrator_client.defaults |= {"HTTP_ACCEPT_LANGUAGE": "en"}
    return administrator_client


def a_picture(colour: str = "navy") -> bytes:
    file = BytesIO()
    Image.new("RGB", (80, 40), colour).save(file, "PNG")
    return file.getvalue()


def source_of(template: LetterTemplate) -> str:
    return template.versions.first().source


def test_pasted_html_becomes_a_template_and_what_was_cut_out_is_told(boss):
    html = (
        "<table><tr><td><p>Words</p></td></tr></table><script>x</script>"
        '<img src="https://t.example/o.gif" width="1" height="1">'
        '<img src="https://t.example/p.gif" width="0" height="0">'
    )

    page = boss.post(reverse(ADDRESS), {"html": html, "title": "Ours"}, follow=True)

    template = LetterTemplate.objects.get()
    assert (template.title, template.kind) == ("Ours", "html")
    assert "Removed: 1 script, 2 tracking pixels." in page.content.decode()
    assert "Words" not in source_of(template)


@pytest.mark.parametrize("name", ["message.eml", "message-crlf.eml"])
def test_a_message_brings_its_pictures_along(boss, name):
    content = (SAMPLES / "encodings" / name).read_bytes()

    page = boss.post(
        reverse(ADDRESS),
        {"file": SimpleUploadedFile(name, content), "words": "keep"},
        follow=True,
    )

    template = LetterTemplate.objects.get()
    assert template.title == "Письмо недели"
    assert "KEEP Здравствуйте" in source_of(template)
    assert "/media/pictures/" in source_of(template)
    assert "cid:" not in source_of(template)
    assert (
        "1 picture that the letter names was not in the file" in page.content.decode()
    )


def test_an_archive_brings_its_pictures_along(boss):
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("d/index.html", '<p>Words</p><img src="img/a.png" alt="A">')
        archive.writestr("d/img/a.png", a_picture())
    file = SimpleUploadedFile("design.zip", held.getvalue())

    boss.post(reverse(ADDRESS), {"file": file, "words": "keep"})

    source = source_of(LetterTemplate.objects.get())
    assert "/media/pictures/" in source
    assert "img/a.png" not in source


def test_pictures_within_the_letter_are_kept_by_us(boss):
    inside = base64.b64encode(a_picture()).decode()
    html = f'<p>x</p><img src="data:image/png;base64,{inside}" alt="y">'

    boss.post(reverse(ADDRESS), {"html": html, "words": "keep"})

    source = source_of(LetterTemplate.objects.get())
    assert "data:image" not in source
    assert "/media/pictures/" in source


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({}, "nothing was given"),
        ({"html": "plain"}, "no HTML in it"),
        ({"file": b"\x89PNG\r\n\0\0"}, "neither HTML nor a message"),
        ({"file": b"PK\x03\x04 torn"}, "no letter in this archive"),
        ({"file": b"x" * 10_000_001}, "larger than 10 MB"),
        ({"html": "<p>" + "x" * 2_000_001}, "too long"),
    ],
)
def test_what_is_no_letter_is_explained_and_nothing_is_kept(boss, posted, words):
    if "file" in posted:
        posted = {"file": SimpleUploadedFile("x.html", posted["file"])}

    page = boss.post(reverse(ADDRESS), posted)

    assert words in page.content.decode()
    assert not LetterTemplate.objects.exists()


def test_an_imported_letter_carries_an_issue(boss):
    section = make_section("News")
    make_material("A bridge", section=section)
    issue = make_issue(make_newsletter(section))
    html = "<table bgcolor='#123456'><tr><td>Main words</td></tr></table>"
    boss.post(reverse(ADDRESS), {"html": html})
    template = LetterTemplate.objects.get()

    boss.post(
        reverse("gonets:issue-design", args=[issue.pk]), {"design": template.name}
    )

    assert letter_content(issue.pk).own_design is not None
    letter = boss.get(reverse("gonets:issue-letter", args=[issue.pk]))
    shown = letter.content.decode()
    assert "bgcolor='#123456'" in shown
    assert "A bridge" in shown
    assert "1 Quay Street" in shown
    assert "default-src 'none'" in letter.headers["Content-Security-Policy"]


def test_nothing_of_other_sites_is_loaded_until_it_is_allowed(boss):
    html = '<p>x</p><img src="https://i.example/a.png" width="50" height="50">'
    boss.post(reverse(ADDRESS), {"html": html, "words": "keep"})
    template = LetterTemplate.objects.get()
    address = reverse("gonets:template-try", args=[template.pk])
    source = {"source": source_of(template)}

    strict = boss.post(address, source).headers["Content-Security-Policy"]
    allowed = boss.post(address, {**source, "foreign": "1"})

    assert "img-src 'self';" in f"{strict};"
    assert "img-src 'self' https: http:" in allowed.headers["Content-Security-Policy"]


def test_pictures_of_other_sites_are_taken_over_on_demand(boss, settings):
    with website() as site:
        settings.GONETS_FETCH_NETWORKS = ["127.0.0.0/8"]
        settings.GONETS_FETCH_PORTS = [site.port]
        site.serve("/a.png?a=1&b=2", a_picture())
        site.serve("/text.png?a=1&b=2", b"no picture")
        here = site.address("/")
        html = "".join(
            f'<img src="{here}{name}?a=1&amp;b=2" width="50" height="50">'
            for name in ("a.png", "text.png", "gone.png")
        )
        boss.post(reverse(ADDRESS), {"html": f"<p>x</p>{html}", "words": "keep"})
        template = LetterTemplate.objects.get()
        page = boss.get(reverse("gonets:template", args=[template.pk]))
        assert "3 pictures come from other sites" in page.content.decode()

        page = boss.post(
            reverse("gonets:template-pictures", args=[template.pk]), follow=True
        ).content.decode()

    assert "1 picture is kept here now" in page
    assert "2 pictures come from other sites" in page
    assert template.versions.count() == 2
    assert source_of(template).count("/media/pictures/") == 1


def test_pictures_of_our_own_network_are_not_fetched_for_anybody(boss):
    html = '<p>x</p><img src="http://127.0.0.1:80/a.png" width="50" height="50">'
    boss.post(reverse(ADDRESS), {"html": html, "words": "keep"})
    template = LetterTemplate.objects.get()

    boss.post(reverse("gonets:template-pictures", args=[template.pk]))

    assert template.versions.count() == 1


def test_importing_is_for_administrators(editor_client):
    assert editor_client.get(reverse(ADDRESS)).status_code == 403
    assert editor_client.post(reverse(ADDRESS), {"html": "<p>"}).status_code == 403


def test_everything_that_can_be_cut_out_has_words():
    kinds = ("script", "pixel", "form", "event", "address", "sheet", "frame", "plugin")

    sentence = removed_sentence(dict.fromkeys(kinds, 2))

    assert sentence.count("2 ") == len(kinds)
