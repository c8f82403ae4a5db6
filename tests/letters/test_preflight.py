"""Preflight names what is wrong, where, and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gonets.letters.preflight import problems_of

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
        ({"subject": "Ж" * 101}, "subject-long"),
        ({"sender_name": ""}, "sender-name-missing"),
        ({"greeting": "{{ subscriber.nmae }}"}, "personal-value-unknown"),
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
