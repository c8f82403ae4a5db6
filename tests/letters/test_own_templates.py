"""Templates that administrators write: made like built-in ones, or refused by line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gonets.letters.actions import (
    add_template,
    restore_version,
    save_template,
)
from gonets.letters.checking import DesignFault, design_faults
from gonets.letters.compiling import compile_letter
from gonets.letters.confined import rendered_confined
from gonets.letters.editing import render_for_editing
from gonets.letters.errors import TemplateChanged, TemplateFault, TemplateRefused
from gonets.letters.gallery import DESIGNS
from gonets.letters.models import LetterTemplate, TemplateVersion
from gonets.letters.queries import own_design, own_templates, template_id
from gonets.letters.rendering import RenderingOrder
from gonets.letters.storing import content_as_json, content_from_json, digest_of
from gonets.letters.structure import Unrenderable
from gonets.letters.templates import design_named
from gonets.letters.types import OwnDesign

from .samples import a_letter, a_reader, a_section, an_entry

COMPACT = design_named("compact")
FOOT = "{{ foot(letter, words, brand) }}"
HTML = (
    "<html><head><title>x</title></head><body><table><tr><td>\n"
    '{% include "content.html" %}\n</td></tr></table>\n'
    '{% include "foot.html" %}</body></html>'
)


def own(source: str, kind: str = "mjml") -> OwnDesign:
    return OwnDesign(kind=kind, source=source, base="compact")


def faults(source: str, kind: str = "mjml") -> list[tuple[str, int | None]]:
    return [(fault.code, fault.line) for fault in design_faults(own(source, kind))]


def line_of(source: str, text: str) -> int:
    return source[: source.index(text)].count("\n") + 1


def with_raw(html: str) -> str:
    return COMPACT.replace(
        "  </mj-body>", f"    <mj-raw>\n{html}</mj-raw>\n  </mj-body>"
    )


@pytest.mark.parametrize("name", DESIGNS)
def test_a_copy_of_a_built_in_design_makes_the_very_same_letter(name):
    letter = a_letter(template=name, sections=(a_section(an_entry("1")),))
    copied = replace(
        letter,
        own_design=OwnDesign(kind="mjml", source=design_named(name), base=name),
    )

    built_in, own_one = compile_letter(letter), compile_letter(copied)

    for reader in (a_reader(), a_reader(name="<b>Пётр</b>"), a_reader(name="")):
        assert own_one.html_for(reader) == built_in.html_for(reader)
        assert own_one.text_for(reader) == built_in.text_for(reader)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_copy_of_a_built_in_design_has_no_faults(name):
    design = OwnDesign(kind="mjml", source=design_named(name), base=name)

    assert design_faults(design) == []


def test_personal_parts_are_spliced_into_a_letter_of_html():
    letter = a_letter(
        own_design=own(HTML, "html"),
        intro="<p>{% if subscriber.name %}Вы — {{ subscriber.name }}{% endif %}</p>",
    )

    compiled = compile_letter(letter)

    ann = compiled.html_for(a_reader(name="Анна & Ко"))
    assert "Вы — Анна &amp; Ко" in ann
    nobody = compiled.html_for(a_reader(name=""))
    assert "Вы —" not in nobody
    assert "https://gorod.example/u/abc.d-f_1/" in nobody


def test_fields_can_be_corrected_in_place_in_an_own_template():
    html = render_for_editing(a_letter(own_design=own(HTML, "html")), a_reader())

    for field in ("greeting", "intro", "entry.1.title", "entry.1.teaser", "outro"):
        assert f'data-edit="{field}"' in html


def test_a_letter_keeps_its_template_when_it_is_stored():
    letter = a_letter(own_design=own(COMPACT))

    assert content_from_json(content_as_json(letter)) == letter
    assert digest_of(letter) != digest_of(a_letter(own_design=own(COMPACT + " ")))


HOSTILE = {
    "endless loops": (
        "<mjml>\n{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}"
        "{% endfor %}</mjml>",
        ("endless", 2),
    ),
    "a huge repetition": ("<mjml>\n\n{{ 'x' * 10**9 }}</mjml>", ("endless", 3)),
    "a huge range": ("\n{{ range(10**9) | list }}", ("too-large", 2)),
    "much output": (
        "{% for a in range(20000) %}{{ 'x' * 100 }}{% endfor %}",
        ("too-large", None),
    ),
    "deep recursion": (
        "{% macro a() %}{{ a() }}{% endmacro %}\n{{ a() }}",
        ("recursion", 1),
    ),
    "files": ("\n\n{% include '/etc/passwd' %}", ("no-such-part", 3)),
    "files above": ("\n{% import '../digest/letter.mjml' as a %}", ("no-such-part", 2)),
    "internals": ("\n{{ letter.__class__.__mro__ }}", ("internals", 2)),
    "internals by brackets": ("\n{{ letter['__class__'] }}", ("internals", 2)),
    "the engine's own": ("\n\n{{ debug() }}", ("internals", 3)),
    "methods": ("\n{{ letter.clear() }}", ("failed", None)),
    "unknown names": ("<mjml>\n{{ letter.nosuch }}</mjml>", ("unknown-name", 2)),
    "unknown filters": ("\n{{ letter | nosuch }}", ("unknown-filter", 2)),
    "unknown functions": ("\n{{ nosuch() }}", ("unknown-function", 2)),
    "broken syntax": ("a\nb\n{% if %}", ("syntax", 3)),
    "other MJML files": (with_raw("<mj-include path='x' />"), ("mj-include", 0)),
    "scripts": (with_raw("<script>alert(1)</script>"), ("forbidden-tag", 0)),
    "frames": (with_raw('<iframe src="//e.example"></iframe>'), ("forbidden-tag", 0)),
    "forms": (with_raw("<form></form>"), ("forbidden-tag", 0)),
    "style sheets": (
        with_raw('<link rel="stylesheet" href="//e.example/a.css" />'),
        ("forbidden-tag", 0),
    ),
    "events": (with_raw('<img src="x" onerror="alert(1)" />'), ("event", 0)),
    "addresses": (with_raw('<a href="javascript:alert(1)">x</a>'), ("address", 0)),
    "imports": (with_raw("<style>@import '//e.example/a';</style>"), ("import", 0)),
    "hidden scripts": (
        with_raw("<scr{{ 'ipt' }}>alert(1)</scr{{ 'ipt' }}>"),
        ("forbidden-tag", 0),
    ),
    "made scripts": (
        with_raw("{{ ('<scr' ~ 'ipt>alert(1)</scr' ~ 'ipt>') | safe }}"),
        ("forbidden-tag", 0),
    ),
    "made addresses": (
        with_raw("""<a href="{{ 'java' ~ 'script:' }}alert(1)">x</a>"""),
        ("address", 0),
    ),
    "Outlook's scripts": (
        with_raw("<!--[if mso]><scr{{ 'ipt' }}>x</scr{{ 'ipt' }}><![endif]-->"),
        ("forbidden-tag", 0),
    ),
    "unknown elements": (with_raw("<mj-foo>x</mj-foo>"), ("unknown-tag", 0)),
    "open elements": (with_raw("<div><p>x</p>"), ("unclosed", 0)),
    "closed twice": (with_raw("</div>"), ("unopened", 0)),
    "no quotes": (with_raw("<td width=50%>x</td>"), ("bad-tag", 0)),
    "not MJML": ("hello", ("not-mjml", None)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_or_broken_is_named_with_its_line(name):
    source, (code, line) = HOSTILE[name]
    if line == 0:
        line = line_of(source, "<mj-raw>") + 1

    assert (code, line) in faults(source)


def test_every_visible_fault_is_named_in_the_order_of_lines():
    source = COMPACT.replace("<mj-body", "<mj-include />\n<script></script>\n<mj-body")

    found = faults(source)

    assert [code for code, _line in found] == ["mj-include", "forbidden-tag"]
    assert found[0][1] + 1 == found[1][1]


@pytest.mark.parametrize(
    "harmless",
    [
        "<p>JavaScript: the good parts, and VBScript: the others</p>",
        '<p>Write to me@import.example, once = "twice"</p>',
        '{% set ongoing = "x" %}{% set onclick = "y" %}',
        "{# <script>, <mj-include> and __init__ in a comment #}",
        "<p>a form, a script, an input</p>",
    ],
)
def test_words_are_not_taken_for_what_they_name(harmless):
    source = COMPACT.replace(FOOT, f"{FOOT}{harmless}")

    assert faults(source) == []


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        (FOOT, "{{ letter.postal_address }}", ["no-unsubscribe"]),
        (
            FOOT,
            '<a href="{{ letter.unsubscribe_address }}">{{ words.unsubscribe }}</a>',
            ["no-postal-address"],
        ),
        (FOOT, "x", ["no-unsubscribe", "no-postal-address"]),
        (
            FOOT,
            '<div style="display: none">{{ foot(letter, words, brand) }}</div>',
            ["no-unsubscribe", "no-postal-address"],
        ),
        (
            FOOT,
            "{{ letter.postal_address }}"
            '<a href="{{ letter.unsubscribe_address }}"></a>',
            ["no-unsubscribe"],
        ),
    ],
)
def test_the_way_out_and_the_postal_address_must_be_seen(old, new, missing):
    found = design_faults(own(COMPACT.replace(old, new)))

    assert [fault.code for fault in found] == missing
    assert "{{ letter." in found[0].reason


def test_a_fault_within_a_loop_is_named_with_the_line_of_the_source():
    source = COMPACT.replace("{{- title(entry, level) }}", "\n<b>{{ entry.title }}</i>")

    assert faults(source) == [("unopened", line_of(source, "<b>{{ entry"))]


@pytest.mark.thorough
def test_what_takes_too_long_is_killed():
    source = (
        '<mjml><mj-head><mj-style inline="inline">'
        "{% for n in range(6000) %}.a:not(.b{{ n }}) { color: red }{% endfor %}"
        "</mj-style></mj-head><mj-body><mj-section><mj-column><mj-text>"
        "{% for n in range(30000) %}<p class='a b'>x</p>{% endfor %}"
        "</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    order = RenderingOrder(kind="mjml", source=source, context={}, mark="m", texts=())

    with pytest.raises(Unrenderable) as stopped:
        rendered_confined(order)

    assert stopped.value.code in {"too-slow", "too-large"}


def test_a_template_that_fails_with_a_letter_is_explained_not_sent():
    source = COMPACT.replace("{{ letter.outro }}", "{{ letter.outro.x.y }}")

    with pytest.raises(TemplateFault) as fault:
        compile_letter(a_letter(own_design=own(source.replace("</mj-column>", "", 1))))

    assert "line" in str(fault.value)


@pytest.mark.django_db
class TestVersions:
    def test_each_save_is_a_version_and_the_newest_is_in_use(self):
        template = add_template("Наш", own(COMPACT), user=None)
        changed = COMPACT.replace("20px", "24px")

        version = save_template(
            template.pk, title="Наш", source=changed, number=1, user=None
        )

        assert version.number == 2
        used = own_design(template.name)
        assert used is not None
        assert used.source == changed
        assert used.base == "compact"

    def test_the_same_source_again_only_renames(self):
        template = add_template("Наш", own(COMPACT), user=None)
        windows = COMPACT.replace("\n", "\r\n")

        save_template(template.pk, title="Другой", source=windows, number=1, user=None)

        template.refresh_from_db()
        assert (template.title, template.versions.count()) == ("Другой", 1)

    def test_an_earlier_version_comes_back_as_a_new_one(self):
        template = add_template("Наш", own(COMPACT), user=None)
        changed = COMPACT.replace("20px", "24px")
        save_template(template.pk, title="Наш", source=changed, number=1, user=None)

        version = restore_version(template.pk, 1, user=None)

        assert version.number == 3
        assert own_design(template.name).source.strip() == COMPACT.strip()
        assert TemplateVersion.objects.get(pk=version.pk).restored_from == 1

    def test_nobody_saves_over_what_another_one_saved(self):
        template = add_template("Наш", own(COMPACT), user=None)
        changed = COMPACT.replace("20px", "24px")
        save_template(template.pk, title="Наш", source=changed, number=1, user=None)

        with pytest.raises(TemplateChanged):
            save_template(template.pk, title="Наш", source="x", number=1, user=None)

        assert template.versions.count() == 2

    def test_a_template_that_does_not_work_is_not_kept(self):
        with pytest.raises(TemplateRefused) as refusal:
            add_template("Наш", own("<mjml>"), user=None)

        assert isinstance(refusal.value.faults[0], DesignFault)
        assert not LetterTemplate.objects.exists()

    @pytest.mark.parametrize("title", ["", "  ", "\n"])
    def test_a_template_has_a_name(self, title):
        with pytest.raises(TemplateRefused):
            add_template(title, own(COMPACT), user=None)

    def test_templates_are_listed_by_their_names(self):
        for title in ("Б", "А"):
            add_template(title, own(COMPACT), user=None)

        assert [template.title for template in own_templates()] == ["А", "Б"]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("own-7", 7),
        ("digest", None),
        ("own-0", None),
        ("own-²", None),
        ("own--1", None),
    ],
)
def test_own_templates_are_known_by_their_numbers(name, number):
    assert template_id(name) == number
