"""An issue as a letter, and its versions that never change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gonets.content.models import Picture
from gonets.kernel import clock
from gonets.letters.storing import content_from_json
from gonets.newsletters import actions, queries
from gonets.newsletters.errors import IssueMissing
from gonets.newsletters.models import Issue
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(settings, db: None) -> Issue:
    settings.GONETS_PUBLIC_URL = "https://news.harbour.example"
    news, sport = make_section("News"), make_section("Sport")
    picture = Picture.objects.create(
        name="crane.jpg",
        sha256="0" * 64,
        width=640,
        height=480,
        size=1000,
        created_at=clock.now(),
    )
    make_material(
        "A crane",
        section=news,
        address="/news/crane",
        picture=picture,
        picture_alt="A tall crane",
    )
    make_material("A match", section=sport, address="https://sport.example/match")
    return make_issue(make_newsletter(news, sport, sender_address="news@Почта.рф"))


def test_the_letter_has_its_sections_with_absolute_addresses(issue):
    content = queries.letter_content(issue.pk)

    news, sport = content.sections
    assert (news.heading, sport.heading) == ("News", "Sport")
    (crane,) = news.entries
    assert crane.address == "https://news.harbour.example/news/crane"
    assert crane.picture is not None
    assert crane.picture.address.startswith("https://news.harbour.example/")
    assert crane.picture.address.endswith("crane.jpg")
    assert crane.picture.alt == "A tall crane"
    (match,) = sport.entries
    assert match.address == "https://sport.example/match"
    assert match.picture is None


@pytest.mark.parametrize("address", ["https://[::1", "https://\u2100.example/"])
def test_what_only_looks_like_an_address_is_left_out_and_breaks_nothing(issue, address):
    issue.entries.update(address=address)

    content = queries.letter_content(issue.pk)

    addresses = [entry.address for part in content.sections for entry in part.entries]
    assert addresses == ["", ""]


def test_the_list_id_is_ascii_and_lasting(issue):
    content = queries.letter_content(issue.pk)

    key = issue.newsletter.readership.key
    assert content.list_id == f"{key}.xn--80a1acny.xn--p1ai"


def test_keys_name_fields_that_can_be_saved(issue):
    content = queries.letter_content(issue.pk)
    section = content.sections[0]

    actions.save_wording(
        issue.pk,
        edition=1,
        user=None,
        changes={
            f"section.{section.key}.heading": "Quay",
            f"entry.{section.entries[0].key}.title": "Cranes",
        },
    )

    changed = queries.letter_content(issue.pk).sections[0]
    assert (changed.heading, changed.entries[0].title) == ("Quay", "Cranes")


def test_a_version_is_read_back_as_it_was_frozen(issue):
    content = queries.letter_content(issue.pk)

    version = actions.freeze_version(issue.pk, user=None)

    version.refresh_from_db()
    stored = content_from_json(version.content)
    assert stored == replace(content, browser_address=stored.browser_address)


def test_freezing_the_same_words_makes_no_new_version(issue):
    first = actions.freeze_version(issue.pk, user=None)
    again = actions.freeze_version(issue.pk, user=None)
    actions.save_wording(issue.pk, edition=1, user=None, changes={"subject": "New"})
    second = actions.freeze_version(issue.pk, user=None)

    assert again == first
    assert second.number == first.number + 1


def test_a_missing_issue_is_named(db):
    with pytest.raises(IssueMissing):
        queries.letter_content(1)
    with pytest.raises(IssueMissing):
        actions.freeze_version(1, user=None)
