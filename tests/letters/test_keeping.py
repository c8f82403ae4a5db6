"""A released letter is what its design made of it then, not what it would make now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gonets.letters.compiling import bodies_of, compile_letter
from gonets.letters.gallery import DESIGNS
from gonets.letters.samples import sample_letter, with_every_block
from gonets.letters.templates import design_named
from gonets.letters.types import LetterContent, OwnDesign

from .samples import a_letter, a_reader, a_section, an_entry

PERSONAL = (
    "<p>{{ subscriber.name | default('you') }} & "
    "{% if subscriber.name == 'Ann' %}<strong>Ann</strong>{% else %}all{% endif %}</p>"
)


def everything(template: str) -> LetterContent:
    content = sample_letter("en", pictures_at="https://example.org/")
    return replace(
        content,
        template=template,
        intro=PERSONAL,
        sections=with_every_block(content.sections),
        browser_address="https://gorod.example/b/1/",
    )


def messages(content: LetterContent, bodies: bytes = b"") -> list[bytes]:
    letter = compile_letter(content, bodies=bodies)
    names = ("Ann", "", "</td>{{ x }}")
    return [letter.message_for(a_reader(name=name)) for name in names]


@pytest.mark.parametrize("template", DESIGNS)
def test_what_is_kept_gives_the_very_bytes_again(template):
    content = everything(template)

    assert messages(content, bodies_of(content)) == messages(content)


@pytest.mark.parametrize(
    "changes",
    [
        {"own_text": "By hand, {{ subscriber.name }}.\n\n[unsubscribe]\n"},
        {"subject": "{{ subscriber.name | default('Hi') }}!"},
        {"own_design": OwnDesign(kind="mjml", source=design_named("news"))},
        {
            "sections": (
                a_section(
                    an_entry(
                        teaser=PERSONAL,
                        personal=("teaser", "title"),
                        title="{{ subscriber.name }}",
                    )
                ),
            )
        },
    ],
    ids=["own-text", "subject", "own-design", "personal-entry"],
)
def test_it_does_so_whatever_stands_in_the_letter(changes):
    content = a_letter(**changes)

    assert messages(content, bodies_of(content)) == messages(content)


def test_a_design_that_is_changed_later_changes_nothing(monkeypatch):
    content = everything("digest")
    bodies, then = bodies_of(content), messages(content)

    monkeypatch.setattr("gonets.letters.bodies.design_named", lambda _name: CHANGED)

    assert messages(content, bodies) == then
    assert b"Changed" in compile_letter(content).html_for(a_reader()).encode()


CHANGED = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>Changed</mj-text>"
    "</mj-column></mj-section></mj-body></mjml>"
)
