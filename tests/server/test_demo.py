"""The demo is the first thing anybody sees: complete, believable, in one language."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from gonets.content.models import Section
from gonets.server.demo.building import build_demo
from gonets.server.demo.errors import SiteNotEmpty
from gonets.server.demo.painting.palettes import PALETTES
from gonets.server.demo.painting.scenes import SCENES, painted
from gonets.server.demo.site import CONTENT, LANGUAGES, written_site
from tests.support.factories import make_section

LATIN, CYRILLIC = re.compile("[A-Za-z]"), re.compile("[А-Яа-яЁё]")
STRAIGHT_QUOTES = re.compile("[\"']")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def demo(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo with one picture for all: painting them all takes seconds."""
    picture = painted("hills dawn 1")
    monkeypatch.setattr("gonets.server.demo.materials.painted", lambda words: picture)


def texts_of(language: str) -> list[str]:
    """Everything in the demo's files that people read as prose."""
    site = written_site(language)
    prose = [section.name for section in site.sections]
    for section in site.sections:
        for each in section.materials:
            prose += [each.title, *each.paragraphs, each.facts.get("alt", "")]
    wordings = [site.settings["sent_issue"], site.settings["postponed_issue"]]
    wordings += [
        {name: each[name] for name in ("title", "description", "greeting")}
        for each in site.settings["newsletters"]
    ]
    for wording in wordings:
        prose += [re.sub("<[^>]+>|{{[^}]+}}", " ", text) for text in wording.values()]
    return [*prose, site.settings["sender"]["sender_name"], site.settings["evidence"]]


def test_a_site_with_something_in_it_is_refused(demo):
    make_section("Ours")

    with pytest.raises(SiteNotEmpty, match="GONETS_DATA"):
        build_demo(language="en")

    assert Section.objects.count() == 1


def test_the_command_says_what_it_made(demo, capsys):
    call_command("demo", language="en")
    call_command("demo", language="en")

    assert capsys.readouterr().out.splitlines() == [
        "The demo site is ready: 70 materials, 1000 subscribers.",
        "The demo site is here already; nothing was changed.",
    ]


def test_the_command_knows_two_languages(db):
    with pytest.raises(CommandError):
        call_command("demo", "--language", "fr")


@pytest.mark.parametrize(("language", "foreign"), [("ru", LATIN), ("en", CYRILLIC)])
def test_no_word_of_the_other_language_slips_in(language, foreign):
    assert [text for text in texts_of(language) if foreign.search(text)] == []


def test_quotation_marks_are_typographic(language):
    assert [text for text in texts_of(language) if STRAIGHT_QUOTES.search(text)] == []


def test_both_languages_tell_the_same_site():
    russian, english = (written_site(each) for each in LANGUAGES)
    shape = [
        [(each.facts["when"], each.facts.get("picture")) for each in section.materials]
        for section in russian.sections
    ]

    assert shape == [
        [(each.facts["when"], each.facts.get("picture")) for each in section.materials]
        for section in english.sections
    ]
    assert len(list(CONTENT.glob("*/site.json"))) == 2


def test_every_picture_is_one_and_stands_alone():
    wanted = [
        each.facts["picture"]
        for section in written_site("en").sections
        for each in section.materials
        if "picture" in each.facts
    ]

    assert len(set(wanted)) == len(wanted)
    assert all(words.split()[0] in SCENES for words in wanted)
    assert all(words.split()[1] in PALETTES for words in wanted)


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_each_scene_paints_the_same_picture_every_time(scene):
    first = painted(f"{scene} sea 1")

    with Image.open(BytesIO(first)) as picture:
        picture.load()
        assert picture.size == (960, 540)
        assert len(picture.convert("L").getcolors(960 * 540)) > 20
    assert painted(f"{scene} sea 1") == first
    assert len(first) < 150_000
