"""Personal expressions: what they may do, and what becomes of those that may not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonets.letters.errors import ReaderUnfit, TemplateFault
from gonets.letters.expressions import Expression, pieces_of_html, pieces_of_text
from gonets.letters.personalising import (
    PersonalValues,
    SubscriberValue,
    filled_html,
    filled_text,
)

from .samples import a_reader


def values(name: str = "Анна") -> PersonalValues:
    return PersonalValues.of(a_reader(name=name))


@pytest.mark.parametrize(
    ("name", "greeting"),
    [("Анна", "Привет, Анна!"), ("", "Привет, друзья!"), (" \t ", "Привет, друзья!")],
)
def test_a_missing_or_empty_name_has_its_fallback(name, greeting):
    pieces = pieces_of_text("g", 'Привет, {{ subscriber.name | default("друзья") }}!')

    assert filled_text(pieces, values(name)) == greeting


def test_a_condition_is_one_piece():
    source = (
        "{% if subscriber.name %}Рады, {{ subscriber.name }}{% else %}Рады{% endif %}"
    )

    (piece,) = pieces_of_text("greeting", source)

    assert not isinstance(piece, str)
    assert piece.source == source
    assert piece.as_text(values()) == "Рады, Анна"
    assert piece.as_text(values("")) == "Рады"


def test_conditions_nest():
    source = (
        "{% if subscriber.name %}{% if subscriber.name == 'Анна' %}А"
        "{% elif subscriber.name %}Б{% endif %}{% endif %}"
    )

    assert filled_text(pieces_of_text("greeting", source), values()) == "А"


def test_a_personal_value_is_escaped_in_html_and_plain_in_text():
    pieces = pieces_of_html("intro", "<p>{{ subscriber.name }}</p>")

    assert filled_html(pieces, values("<b>&")) == "<p>&lt;b&gt;&amp;</p>"
    assert filled_text(pieces, values("<b>&")) == "<p><b>&</p>"


def test_what_an_html_editor_makes_of_an_expression_is_undone():
    pieces = pieces_of_html(
        "intro",
        "<p>{%&nbsp;if subscriber.name &gt; &quot;А&quot; %}<b>Вы</b>&nbsp;с нами"
        "{% endif %}</p>",
    )

    assert filled_html(pieces, values()) == "<p><b>Вы</b>&nbsp;с нами</p>"
    assert filled_text(pieces, values()) == "<p>Вы\xa0с нами</p>"


def test_a_comment_leaves_no_trace():
    assert pieces_of_text("greeting", "а{# note #}б") == ("а", "б")


def test_closing_brackets_may_stand_in_quotes():
    assert filled_text(pieces_of_text("greeting", '{{ "}}" }}'), values()) == "}}"


@pytest.mark.parametrize(
    "source",
    [
        "{{ subscriber.name }}",
        "{{subscriber.nick}}",
        '{{ subscriber.name | default("друзья") }}',
        "{{ subscriber.name|d('<b>\"&/') }}",
        '{{ subscriber.nick | default("a\\"\\n\\u0416") }}',
    ],
)
@given(name=st.text(max_size=30))
def test_a_value_without_the_engine_is_what_the_engine_makes_of_it(source, name):
    (quick,) = pieces_of_text("greeting", source)
    (engine,) = pieces_of_text("greeting", f"{{% if true %}}{source}{{% endif %}}")

    assert isinstance(quick, SubscriberValue)
    assert isinstance(engine, Expression)
    assert quick.as_html(values(name)) == engine.as_html(values(name))
    assert quick.as_text(values(name)) == engine.as_text(values(name))


@pytest.mark.parametrize(
    "source",
    [
        "{{ subscriber.name | upper }}",
        "{{ subscriber.name | default(subscriber.nick) }}",
        '{{ subscriber.name | default("a") | upper }}',
        '{{ subscriber.name | default("a" ~ "b") }}',
        "{{ subscriber.name ~ subscriber.nick }}",
        "{{ not subscriber.name }}",
    ],
)
def test_whatever_says_more_than_a_value_is_left_to_the_engine(source):
    (piece,) = pieces_of_text("greeting", source)

    assert isinstance(piece, Expression)


@pytest.mark.parametrize(
    "text",
    [
        "{{ subscriber.name",
        "{{ subscriber.name | default(“друзья”) }}",
        '{{ subscriber.name | default("друзья) }}',
        "{{ subscriber }}",
        '{{ subscriber["name"] }}',
        "{{ settings.SECRET_KEY }}",
        "{{ debug() }}",
        "{{ range(9) }}",
        "{{ subscriber.name | safe }}",
        "{{ subscriber.name | nosuchfilter }}",
        "{{ subscriber.name.x.y }}",
        "{{ subscriber.keys }}",
        "{{ subscriber.__class__ }}",
        "{% for x in subscriber.name %}x{% endfor %}",
        "{% include 'letter.mjml' %}",
        "{% set x = 1 %}",
        "{% if subscriber.name %}never closed",
        "{% endif %}",
        "{% else %}",
        "{% autoescape false %}{{ subscriber.name }}{% endautoescape %}",
        "{% if subscriber.name %}{% raw %}{% endraw %}{% endif %}",
        "{{ }}",
        '{{ "x" * 1000000000 }}',
        "{# never closed",
        "{{ subscriber.name" + " ~ subscriber.name" * 500 + " }}",
        "{% if subscriber.name %}" * 50 + "{% endif %}" * 50,
    ],
)
def test_what_does_not_work_is_named_with_its_field(text):
    with pytest.raises(TemplateFault) as fault:
        pieces_of_text("greeting", text)

    assert fault.value.field == "greeting"
    assert str(fault.value)


@pytest.mark.parametrize(
    "fragment",
    [
        '<a href="{{ subscriber.name }}">x</a>',
        '<a href="https://x.example/{{ subscriber.name }}">x</a>',
        "<p>{{ <b>subscriber</b>.name }}</p>",
    ],
)
def test_tags_and_expressions_cannot_be_entangled(fragment):
    with pytest.raises(TemplateFault):
        pieces_of_html("intro", fragment)


def test_a_part_that_grows_too_long_for_a_reader_is_refused():
    source = "{% if subscriber.name == 'Эхо' %}{{ subscriber.name * 9000 }}{% endif %}"
    pieces = pieces_of_text("greeting", source)

    with pytest.raises(ReaderUnfit):
        filled_text(pieces, values("Эхо"))


def test_a_value_that_is_too_long_is_refused():
    pieces = pieces_of_text("greeting", "{{ subscriber.name }}")

    with pytest.raises(ReaderUnfit):
        filled_text(pieces, values("Э" * 10_001))
    with pytest.raises(ReaderUnfit):
        filled_html(pieces, values("<" * 5_000))


@pytest.mark.parametrize("text", ["{{" * 50_000, '{{ "' * 50_000, "{%if" * 50_000])
def test_hostile_text_costs_no_time(text):
    started = time.monotonic()

    with pytest.raises(TemplateFault):
        pieces_of_text("intro", text)

    assert time.monotonic() - started < 2


def test_braces_of_the_site_itself_are_left_alone():
    assert pieces_of_text("greeting", "a { b } c") == ("a { b } c",)
