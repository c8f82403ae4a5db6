"""Choosing a design, and the brand beside its letter."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from gonets.delivery.models import Run
from gonets.delivery.states import RunStatus
from gonets.kernel import clock
from gonets.letters.gallery import DESIGNS
from gonets.newsletters import actions
from gonets.newsletters.brands import BrandValues
from gonets.newsletters.models import BrandSettings
from gonets.publishing.models import IssueRun
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(editor_client: Any) -> Any:
    editor_client.defaults |= {"HTTP_ACCEPT_LANGUAGE": "en"}
    return editor_client


@pytest.fixture
def boss(administrator_client: Any) -> Any:
    administrator_client.defaults |= {"HTTP_ACCEPT_LANGUAGE": "en"}
    return administrator_client


@pytest.fixture
def issue(db: None) -> Any:
    section = make_section("News")
    make_material("A bridge", section=section)
    return make_issue(make_newsletter(section))


def a_picture(kind: str = "PNG") -> bytes:
    file = BytesIO()
    Image.new("RGB", (800, 160), "navy").save(file, kind)
    return file.getvalue()


def letter(client: Any, name: str, **query: object) -> str:
    answer = client.get(reverse("gonets:design-letter", args=[name]), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", DESIGNS)
def test_every_design_shows_a_letter_and_the_issues_own(desk, issue, name):
    assert "The footbridge is open again" in letter(desk, name)
    assert "A bridge" in letter(desk, name, issue=issue.pk)
    assert "<body inert" in letter(desk, name, issue=issue.pk, thumb=1)


def test_a_letter_in_a_frame_can_do_nothing(desk):
    answer = desk.get(reverse("gonets:design-letter", args=["news"]))

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy


def test_an_unknown_design_is_explained(desk):
    assert "There is no letter design" in letter(desk, "nosuch")


@pytest.mark.parametrize("query", [{"issue": 99}, {"newsletter": 99}])
def test_a_letter_of_nothing_is_not_found(desk, query):
    address = reverse("gonets:design-letter", args=["news"])

    assert desk.get(address, query).status_code == 404


def test_the_design_of_an_issue_is_chosen_beside_its_letter(desk, issue):
    fragment = desk.get(reverse("gonets:issue-designs", args=[issue.pk])).content
    assert fragment.decode().count("<form") == len(DESIGNS)

    answer = desk.post(
        reverse("gonets:issue-design", args=[issue.pk]), {"design": "magazine"}
    )

    assert answer.url == reverse("gonets:issue-preview", args=[issue.pk])
    issue.refresh_from_db()
    assert issue.template == "magazine"
    shown = desk.get(reverse("gonets:issue-letter", args=[issue.pk]), {"view": "edit"})
    assert "letter-spacing: -0.8px" in shown.content.decode()


@pytest.mark.parametrize("name", ["", "nosuch", "../digest", "own-99"])
def test_a_design_that_is_not_there_is_not_chosen(desk, issue, name):
    desk.post(reverse("gonets:issue-design", args=[issue.pk]), {"design": name})

    issue.refresh_from_db()
    assert (issue.template, issue.edition) == ("", 1)


def test_a_letter_on_its_way_keeps_its_design(desk, issue):
    version = actions.freeze_version(issue.pk, user=None)
    run = Run.objects.create(
        origin_key=f"issue:{issue.pk}",
        letter_ref=str(version.pk),
        status=RunStatus.RUNNING,
        audience_size=1,
        pending=1,
        created_at=clock.now(),
        started_at=clock.now(),
    )
    IssueRun.objects.create(issue=issue, version=version, run=run, audience="everyone")

    desk.post(reverse("gonets:issue-design", args=[issue.pk]), {"design": "news"})

    issue.refresh_from_db()
    assert issue.template == ""


def test_a_get_never_chooses(desk, issue):
    answer = desk.get(reverse("gonets:issue-design", args=[issue.pk]))

    assert answer.status_code == 405


@pytest.mark.parametrize("name", ["brand", "designs"])
def test_the_sites_look_is_not_for_editors(desk, name):
    assert desk.get(reverse(f"gonets:{name}")).status_code == 403


def test_administrators_see_the_brand_and_every_design(boss):
    assert boss.get(reverse("gonets:brand")).status_code == 200
    assert boss.get(reverse("gonets:designs")).status_code == 200
    assert boss.get(reverse("gonets:design-show", args=["news"])).status_code == 200
    assert boss.get(reverse("gonets:design-show", args=["none"])).status_code == 404


def test_a_brand_is_saved_with_its_logo_and_is_in_the_letter(boss, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    logo = SimpleUploadedFile("logo.png", a_picture())

    answer = boss.post(
        reverse("gonets:brand"),
        {
            "accent": "#a00",
            "logo": logo,
            "footer": "Мы",
            "links": "A https://a.example",
        },
    )

    assert answer.status_code == 302
    html = letter(boss, "announcement")
    assert "#aa0000" in html
    assert "/media/pictures/" in html
    assert "Мы" in html
    assert 'href="https://a.example"' in html


def test_a_logo_stays_until_it_is_taken_out(boss, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    boss.post(
        reverse("gonets:brand"), {"logo": SimpleUploadedFile("l.png", a_picture())}
    )

    boss.post(reverse("gonets:brand"), {"accent": "#aa0000"})
    assert BrandSettings.objects.get().logo is not None

    boss.post(reverse("gonets:brand"), {"accent": "#aa0000", "remove": "logo"})
    assert BrandSettings.objects.get().logo is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg onload='alert(1)'/>", "not a picture"),
        (a_picture()[:100], "damaged"),
        (b"", "empty"),
    ],
)
def test_a_logo_that_is_no_picture_is_refused_and_the_rest_stays_typed(
    boss, content, words
):
    logo = SimpleUploadedFile("logo.png", content)

    page = boss.post(reverse("gonets:brand"), {"accent": "#aa0000", "logo": logo})

    assert words in page.content.decode()
    assert "#aa0000" in page.content.decode()
    assert not BrandSettings.objects.exists()


def test_an_editor_sets_what_is_different_in_a_newsletter(desk):
    newsletter = make_newsletter()
    address = reverse("gonets:newsletter-brand", args=[newsletter.pk])

    desk.post(address, {"accent": "#00aa00"})
    assert "#00aa00" in letter(desk, "announcement", newsletter=newsletter.pk)

    desk.post(reverse("gonets:newsletter-brand-forget", args=[newsletter.pk]))
    assert "#00aa00" not in letter(desk, "announcement", newsletter=newsletter.pk)


def test_the_letter_beside_the_form_follows_what_is_typed_and_stores_nothing(desk):
    actions.change_brand(None, BrandValues(ink="#333333"), user=None)

    html = letter(desk, "announcement", brand=1, accent="#0a0", footer="<b>x</b>")
    assert "#00aa00" in html
    assert "#333333" in html

    html = letter(desk, "announcement", brand=1, accent='"><script>', links="no")
    assert "<script" not in html
    assert BrandSettings.objects.get().accent == ""


def test_colours_that_cannot_be_read_are_told_with_what_is_shown_instead(desk):
    check = reverse("gonets:brand-check")

    told = desk.get(check, {"accent": "#ffff00", "ink": "#cccccc"}).content.decode()
    assert told.count("hard to read") == 2
    assert "1.1" in told

    told = desk.get(check, {"accent": "#1d5c63"}).content.decode()
    assert "Everything can be read well" in told


def test_the_design_of_a_newsletter_is_chosen_in_its_settings(desk):
    newsletter = make_newsletter()
    address = reverse("gonets:newsletter-edit", args=[newsletter.pk])
    page = desk.get(address)
    form = {
        name: value
        for name, value in page.context["form"].initial.items()
        if value is not None
    }

    desk.post(address, {**form, "template": "news"})

    newsletter.refresh_from_db()
    assert newsletter.template == "news"
