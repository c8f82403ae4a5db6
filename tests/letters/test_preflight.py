"""Preflight names what is wrong, where, and what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gonets.letters.contrast import faint_words, in_dark
from gonets.letters.pages import page_of
from gonets.letters.preflight import (
    SAMPLE_READER,
    Goal,
    known_checks,
    problems_in,
    problems_of,
)
from gonets.letters.specimens import specimen_of

from .samples import PICTURE, a_letter, a_section, an_entry


def test_a_good_letter_has_no_problems():
    assert problems_of(a_letter()) == []


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"subject": "  "}, "subject-empty", "subject"),
        ({"sections": (), "intro": "<p> </p>", "outro": ""}, "letter-empty", "intro"),
        ({"sender_address": ""}, "sender-missing", ""),
        ({"sender_address": "nobody"}, "letter-broken", "sender_address"),
        ({"postal_address": " "}, "postal-address-missing", ""),
        ({"greeting": "{{ oops"}, "letter-broken", "greeting"),
        ({"template": "nosuch"}, "letter-broken", ""),
    ],
)
def test_what_must_be_put_right_blocks(changes, code, field):
    problem = problems_of(a_letter(**changes))[0]

    assert (problem.code, problem.field) == (code, field)
    assert problem.blocking
    assert problem.text
    assert problem.fix


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (an_entry(picture=replace(PICTURE, address="/m/a.jpg")), "link-relative"),
        (an_entry(address="/news/1"), "link-relative"),
        (an_entry(address=""), "link-missing"),
    ],
)
def test_what_is_worth_a_look_is_said_and_where(entry, code):
    (problem,) = problems_of(a_letter(sections=(a_section(entry),)))

    assert problem.code == code
    assert problem.field == "entry.1.title"
    assert not problem.blocking


def test_a_letter_of_text_alone_may_go_but_is_noticed():
    (problem,) = problems_of(a_letter(sections=(), intro="<p>What is new.</p>"))

    assert problem.code == "materials-missing"
    assert not problem.blocking


def test_a_picture_without_a_description_is_named():
    entry = an_entry(picture=replace(PICTURE, alt=" "))

    (problem,) = problems_of(a_letter(sections=(a_section(entry),)))

    assert problem.code == "picture-without-description"
    assert problem.field == "entry.1.picture_alt"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subject": "Же" * 51}, "subject-long"),
        ({"sender_name": ""}, "sender-name-missing"),
    ],
)
def test_a_slip_of_the_pen_is_noticed(changes, code):
    (problem,) = problems_of(a_letter(**changes))

    assert problem.code == code
    assert not problem.blocking


def test_a_letter_that_would_be_clipped_is_noticed():
    entries = [an_entry(str(number)) for number in range(60)]

    (problem,) = problems_of(a_letter(sections=(a_section(*entries),)))

    assert problem.code == "letter-clipped"


def test_what_blocks_comes_first():
    problems = problems_of(a_letter(subject="", sender_name=""))

    assert [problem.blocking for problem in problems] == [True, False]


def codes(**changes: Any) -> list[str]:
    return [problem.code for problem in problems_of(a_letter(**changes))]


@pytest.mark.parametrize(
    ("subject", "shouts"),
    [
        ("СРОЧНО: ТОЛЬКО СЕГОДНЯ", True),
        ("Sale!!!", True),
        ("Sale! !", True),
        ("What???", True),
        ("Party 🎉🎉🎉", True),
        ("Party ❤️ 🎈 🎉", True),
        ("Новости МЧС и ГИБДД за неделю", False),
        ("NASA", False),
        ("Come!", False),
        ("What?!", False),
        ("A cake 🎂 and a candle", False),
    ],
)
def test_a_shouting_subject_is_noticed(subject, shouts):
    assert ("subject-shouting" in codes(subject=subject)) is shouts


@pytest.mark.parametrize(
    ("subject", "pretends"),
    [
        ("Re: our talk", True),
        ("FW: news", True),
        ("Ответ: да", True),
        ("Reading hall", False),
        ("Forward together", False),
    ],
)
def test_a_subject_that_pretends_to_be_an_answer_is_noticed(subject, pretends):
    assert ("subject-pretends" in codes(subject=subject)) is pretends


@pytest.mark.parametrize(
    ("intro", "code"),
    [
        ('<p>See <a href="https://a.example/">here</a></p>', "link-says-nothing"),
        ('<p><a href="https://a.example/">Нажмите сюда!</a></p>', "link-says-nothing"),
        ('<p>Read <a href="https://bit.ly/x">the rules</a></p>', "link-shortened"),
        ("<p>Dear *|FNAME|*, hello</p>", "placeholder-left"),
        ("<p>Дорогой [ИМЯ ФАМИЛИЯ], привет</p>", "placeholder-left"),
        ("<p>Lorem ipsum dolor</p>", "placeholder-left"),
        ("<h2>One</h2><p>a</p><h4>Two</h4>", "headings-leap"),
    ],
)
def test_slips_in_the_text_are_found_and_shown_where_they_are(intro, code):
    (problem,) = problems_of(a_letter(intro=intro))

    assert problem.code == code
    assert problem.field == ("" if code == "placeholder-left" else "intro")
    assert problem.text
    assert problem.why
    assert problem.fix


def test_a_personal_part_of_the_subject_is_nothing_left_over():
    subject = 'For you, {{ subscriber.name | default("friends") }}'

    assert "placeholder-left" not in codes(subject=subject)
    assert "placeholder-left" in codes(subject="For you, *|FNAME|*")


@pytest.mark.parametrize(
    "intro",
    [
        '<p>See <a href="https://a.example/">the new rules</a></p>',
        '<p>Write to <a href="mailto:a@b.example">us</a></p>',
        "<p>Prices [in roubles] of the {rest}</p>",
        "<h2>One</h2><h3>Two</h3><h4>Three</h4><h2>Four</h2>",
        "<h3>A first heading of any level</h3>",
    ],
)
def test_what_is_right_is_left_alone(intro):
    assert codes(intro=intro) == []


@pytest.mark.parametrize(
    ("html", "code", "field"),
    [
        (
            '<p style="color:#bbbbbb;background-color:#ffffff">Small print here</p>',
            "contrast-low",
            "",
        ),
        (
            '<img src="https://a.example/p.gif" width="300" height="100">',
            "picture-without-description",
            "entry.9.title",
        ),
    ],
)
def test_what_stands_in_html_of_ones_own_is_checked_too(html, code, field):
    block = an_entry("9", kind="html", html=html, title="", teaser="", picture=None)
    letter = a_letter(sections=(a_section(an_entry(), replace(block, address="")),))

    found = [each for each in problems_of(letter) if each.code == code]

    assert {each.field for each in found} == {field}


@pytest.mark.parametrize(
    ("markup", "code"),
    [
        ('<a href="/about/">About the town</a>', "link-relative"),
        ('<a href="news.html">News</a>', "link-relative"),
        ('<img src="https://a.example/p.gif" width="1" height="1">', "tracking-pixel"),
        (
            '<img src="https://a.example/p.gif" style="width:1px; height: 0">',
            "tracking-pixel",
        ),
    ],
)
def test_a_design_of_ones_own_is_looked_through_too(markup, code):
    specimen = specimen_of(a_letter())
    page = page_of(f'<div class="entry-7">{markup}</div>')
    ours = replace(specimen.page, links=page.links, pictures=page.pictures)

    (problem,) = problems_in(replace(specimen, page=ours))

    assert problem.code == code
    assert problem.field == "entry.7.title"


def test_a_letter_of_pictures_is_noticed():
    entry = an_entry(title="Мост", teaser="")

    found = codes(sections=(a_section(entry),), intro="", outro="", greeting="")

    assert found == ["only-pictures"]


def test_a_letter_in_another_language_than_it_says_is_noticed():
    assert codes(language="en") == ["language-other"]


def test_a_letter_in_the_dark_is_looked_at_too():
    page = (
        "<html><head><style>@media (prefers-color-scheme: dark) {"
        " .card { background-color: #222222 !important; } }</style></head>"
        '<body><div class="card" style="background-color:#ffffff">'
        '<p style="color:#333333">Hello</p></div></body></html>'
    )

    assert faint_words(page) == []
    dark = in_dark(page)
    assert dark is not None
    (faint,) = faint_words(dark)
    assert faint.text == "Hello"
    assert faint.ratio < 2


@pytest.mark.parametrize(
    ("style", "is_faint"),
    [
        ("color:#777777", True),
        ("color:#767676", False),
        ("color:#949494;font-size:24px", False),
        ("color:#949494;font-size:19px;font-weight:bold", False),
        ("color:#949494;font-size:19px", True),
        ("color:white", True),
        ("color:white;background:navy", False),
        ("color:rgb(255,255,255)", True),
        ("color:rgba(255,255,255,.5)", False),  # not to be told
        ("color:white;background:url(a.png)", False),
        ("color:white;display:none", False),
        ("color:nonsense", False),
    ],
)
def test_weak_colours_are_told_by_their_contrast(style, is_faint):
    assert bool(faint_words(f'<p style="{style}">Hello</p>')) is is_faint


def test_every_module_of_checks_is_found():
    assert {"links", "pictures", "subject", "sender"} <= set(known_checks())


def test_a_design_without_a_way_out_is_refused_and_may_pass_with_a_reason():
    specimen = specimen_of(a_letter())
    address = SAMPLE_READER.unsubscribe_address

    (problem,) = problems_in(
        replace(specimen, html=specimen.html.replace(address, "https://a.example/"))
    )

    assert problem.code == "unsubscribe-missing"
    assert problem.blocking
    assert problem.may_pass


@pytest.mark.parametrize(
    ("size", "found"),
    [(92_000, []), (92_001, ["letter-nearly-clipped"]), (102_401, ["letter-clipped"])],
)
def test_the_size_is_told_at_the_byte(size, found):
    specimen = specimen_of(a_letter())
    padding = " " * (size - specimen.html_bytes)

    problems = problems_in(replace(specimen, html=specimen.html + padding))

    assert [each.code for each in problems] == found
    assert [each.leads_to for each in problems] == [Goal.SIZE] * len(found)


def test_a_design_that_names_no_language_is_noticed():
    specimen = specimen_of(a_letter())

    (problem,) = problems_in(
        replace(specimen, page=replace(specimen.page, language=""))
    )

    assert problem.code == "language-missing"
