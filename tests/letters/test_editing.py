"""The letter that is edited in place, and its content as it is stored."""

from __future__ import annotations

import json

import pytest

from gonets.letters.compiling import compile_letter
from gonets.letters.editing import render_for_editing
from gonets.letters.errors import TemplateFault
from gonets.letters.storing import content_as_json, content_from_json, digest_of

from .samples import a_letter, a_reader, a_section, an_entry
from .test_letter import Page


def editable(html: str) -> dict[str, dict[str, str | None]]:
    tags = Page(html).tags
    return {
        str(attrs["data-edit"]): attrs for _tag, attrs in tags if "data-edit" in attrs
    }


def test_every_field_of_the_letter_can_be_edited():
    sections = (
        a_section(an_entry("7"), key="3"),
        a_section(an_entry("9", teaser=""), heading="", key="4"),
    )

    html = render_for_editing(a_letter(sections=sections, outro=""), a_reader())

    fields = editable(html)
    assert set(fields) == {
        *("greeting", "intro", "outro", "section.3.heading", "section.4.heading"),
        *("entry.7.title", "entry.7.teaser", "entry.7.button"),
        *("entry.9.title", "entry.9.teaser", "entry.9.button"),
    }
    assert fields["entry.7.title"]["data-edit-kind"] == "line"
    assert fields["entry.7.teaser"]["data-edit-kind"] == "prose"
    assert fields["outro"]["class"] == "is-empty"
    assert fields["outro"]["data-hint"]


def test_a_personal_part_is_shown_filled_in_and_knows_its_source():
    html = render_for_editing(a_letter(), a_reader(name="<Анна>"))

    (chip,) = [attrs for attrs in Page(html).all("span") if "data-personal" in attrs]
    assert chip["data-personal"] == '{{ subscriber.name | default("друзья") }}'
    assert "&lt;Анна&gt;</span>!" in html


def test_a_picture_knows_the_field_of_its_description():
    html = render_for_editing(a_letter(), a_reader())

    (picture,) = Page(html).all("img")
    assert picture["data-edit-picture"] == "entry.1.picture_alt"
    assert picture["alt"] == "Мост «Южный» & река"


def test_readers_get_no_trace_of_editing():
    html = compile_letter(a_letter()).html_for(a_reader())

    assert "data-edit" not in html
    assert "data-personal" not in html


def test_a_personal_part_that_does_not_work_stands_there_to_be_corrected():
    letter = a_letter(greeting="Hi {{ <oops", outro="<p>{{ subscriber.oops. }}</p>")

    html = render_for_editing(letter, a_reader())

    assert "Hi {{ &lt;oops" in html
    assert "{{ subscriber.oops. }}" in html


def test_an_unknown_design_cannot_be_edited():
    with pytest.raises(TemplateFault):
        render_for_editing(a_letter(template="nosuch"), a_reader())


def test_content_survives_being_stored():
    content = a_letter(sections=(a_section(an_entry(), an_entry("2", picture=None)),))

    stored = json.loads(json.dumps(content_as_json(content)))

    assert content_from_json(stored) == content


def test_the_digest_is_of_the_wording_and_nothing_else():
    assert digest_of(a_letter()) == digest_of(a_letter())
    assert digest_of(a_letter()) != digest_of(a_letter(outro=""))
