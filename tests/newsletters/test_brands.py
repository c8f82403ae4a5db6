"""The brand of the site and of a newsletter."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from gonets.content.pictures import store_picture
from gonets.kernel import clock
from gonets.newsletters import actions, queries
from gonets.newsletters.brands import BrandValues, colour_of, footer_of, links_of
from gonets.newsletters.errors import BadBrand, IssueMissing
from gonets.newsletters.models import BrandSettings
from tests.support.factories import make_issue, make_newsletter

pytestmark = pytest.mark.django_db


def a_logo(colour: str = "red"):
    file = BytesIO()
    Image.new("RGB", (600, 120), colour).save(file, "PNG")
    return store_picture(file.getvalue())


def test_a_newsletter_without_a_brand_has_the_sites():
    newsletter = make_newsletter()
    actions.change_brand(None, BrandValues(accent="#AA0000", ink="123"), user=None)

    brand = queries.brand_of(newsletter.pk)

    assert (brand.accent, brand.ink) == ("#aa0000", "#112233")


def test_a_newsletters_own_brand_says_only_what_is_different(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    newsletter, other = make_newsletter(), make_newsletter()
    site = BrandValues(
        accent="#aa0000",
        text_font="verdana",
        logo=a_logo(),
        logo_dark=a_logo("white"),
        links="Telegram https://t.example/site",
        footer="Город",
    )
    actions.change_brand(None, site, user=None)
    own = BrandValues(accent="#00aa00", logo=a_logo("blue"))
    actions.change_brand(newsletter.pk, own, user=None)

    brand = queries.brand_of(newsletter.pk)

    assert (brand.accent, brand.text_font) == ("#00aa00", "verdana")
    assert brand.footer == "<p>Город</p>"
    assert brand.links[0].address == "https://t.example/site"
    assert brand.logo != queries.brand_of(other.pk).logo
    assert brand.logo_dark is None  # the site's does not belong to this logo


def test_forgetting_a_newsletters_brand_brings_back_the_sites():
    newsletter = make_newsletter()
    actions.change_brand(None, BrandValues(accent="#aa0000"), user=None)
    actions.change_brand(newsletter.pk, BrandValues(accent="#00aa00"), user=None)

    actions.forget_brand(newsletter.pk)

    assert queries.brand_of(newsletter.pk).accent == "#aa0000"


def test_there_is_one_brand_of_the_site():
    actions.change_brand(None, BrandValues(accent="#aa0000"), user=None)
    actions.change_brand(None, BrandValues(accent="#bb0000"), user=None)

    assert BrandSettings.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        BrandSettings.objects.create(changed_at=clock.now())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("accent", "red"),
        ("accent", "#12345"),
        ("ink", "#123456; background:url(x)"),
        ("background", "expression(1)"),
        ("heading_font", "comic"),
        ("footer", "Ж" * 6000),
        ("links", "https://t.example/"),
        ("links", "Telegram javascript:alert(1)"),
        ("links", "Telegram t.example"),
        ("links", "\n".join(["a https://a.example"] * 13)),
        ("links", f"{'Ж' * 61} https://a.example"),
    ],
)
def test_what_cannot_be_a_brand_is_refused_by_field_and_nothing_is_stored(field, value):
    with pytest.raises(BadBrand) as refusal:
        actions.change_brand(None, BrandValues(**{field: value}), user=None)

    assert list(refusal.value.problems) == [field]
    assert not BrandSettings.objects.exists()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("", ""), (" #ABC ", "#aabbcc"), ("1D5C63", "#1d5c63"), ("#1d5c63", "#1d5c63")],
)
def test_a_colour_is_understood_as_people_write_it(typed, stored):
    assert colour_of(typed) == stored


def test_the_foot_is_plain_words_or_safe_html():
    assert footer_of("Раз\nдва\r\n\r\nтри & <ok") != ""
    assert footer_of("Раз\nдва\n\nтри") == "<p>Раз<br>два</p><p>три</p>"
    assert footer_of("<p>ok</p><script>x</script>") == "<p>ok</p>"
    assert footer_of("<p> </p>") == ""


def test_links_are_a_name_and_an_address_a_line():
    typed = "Мы в Telegram: https://t.example/a\n\nmail mailto:a@b.example\nпусто"

    assert links_of(typed) == [
        ("Мы в Telegram", "https://t.example/a"),
        ("mail", "mailto:a@b.example"),
    ]


def test_a_released_version_keeps_its_brand_and_its_design():
    newsletter = make_newsletter()
    issue = make_issue(newsletter)
    actions.change_brand(None, BrandValues(accent="#aa0000"), user=None)
    actions.choose_design(issue.pk, "magazine", user=None)
    version = actions.freeze_version(issue.pk, user=None)

    actions.change_brand(None, BrandValues(accent="#00aa00"), user=None)
    actions.choose_design(issue.pk, "news", user=None)

    version.refresh_from_db()
    assert version.content["brand"]["accent"] == "#aa0000"
    assert version.content["template"] == "magazine"
    assert actions.freeze_version(issue.pk, user=None).number == 2


def test_choosing_a_design_keeps_every_word():
    issue = make_issue(make_newsletter())
    before = queries.letter_content(issue.pk)

    actions.choose_design(issue.pk, "compact", user=None)

    after = queries.letter_content(issue.pk)
    assert after.template == "compact"
    assert (after.subject, after.intro) == (before.subject, before.intro)
    assert after.sections == before.sections
    issue.refresh_from_db()
    assert issue.edition == 2


def test_a_copy_has_the_design_of_its_original():
    issue = make_issue(make_newsletter())
    actions.choose_design(issue.pk, "compact", user=None)

    assert actions.copy_issue(issue.pk, user=None).template == "compact"


def test_an_issue_that_is_gone_has_no_design():
    with pytest.raises(IssueMissing):
        actions.choose_design(987, "news", user=None)
