"""Blocks that editors put between materials: in HTML, in the text, in storage."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonets.kernel.html import clean_layout
from gonets.letters.compiling import compile_letter
from gonets.letters.editing import render_for_editing
from gonets.letters.errors import TemplateFault
from gonets.letters.events import event_when
from gonets.letters.kinds import BLOCKS
from gonets.letters.preflight import problems_of
from gonets.letters.storing import (
    canonical_json,
    content_as_json,
    content_from_json,
    digest_of,
)
from gonets.letters.types import (
    ColumnContent,
    EntryContent,
    EventContent,
    LetterContent,
)

from .samples import PICTURE, a_letter, a_reader, a_section, an_entry
from .test_letter import Page

CONCERT = EventContent(
    starts="2026-05-07T19:00",
    ends="2026-05-07T21:30",
    time_zone="Europe/Moscow",
    place="Дом <культуры>",
    calendar_address="https://gorod.example/calendar/1.ics",
)


def a_block(kind: str, key: str = "5", **changes: Any) -> EntryContent:
    empty = {"title": "", "teaser": "", "address": "", "picture": None}
    return an_entry(key, **{"kind": kind, **empty, **changes})


BLOCK_OF = {
    "text": a_block("text", teaser="<h2>От редакции</h2><p>Своё слово</p>"),
    "picture": a_block("picture", picture=PICTURE, title="Подпись"),
    "button": a_block("button", button="Купить билет", address="https://a.example/b"),
    "quote": a_block("quote", teaser="<p>Тихо и чай</p>", title="Анна, читатель"),
    "divider": a_block("divider"),
    "event": a_block("event", title="Концерт", event=CONCERT),
    "columns": a_block(
        "columns", teaser="<p>Слева</p>", second=ColumnContent(text="<p>Справа</p>")
    ),
    "html": a_block("html", html='<table><tr><td style="color:red">Сырой</td></table>'),
}


def a_letter_with(*blocks: EntryContent, **changes: Any) -> LetterContent:
    return a_letter(sections=(a_section(*blocks, an_entry("1")),), **changes)


@pytest.mark.parametrize(
    ("kind", "html_words", "text_words"),
    [
        ("text", "От редакции Своё слово", "От редакции\n-----------\n\nСвоё слово"),
        ("picture", "Подпись", "[Мост «Южный» & река]\nПодпись"),
        ("button", "Купить билет", "Купить билет:\nhttps://a.example/b"),
        ("quote", "Тихо и чай — Анна, читатель", "> Тихо и чай\n— Анна, читатель"),
        ("divider", "", "* * *"),
        (
            "event",
            "Концерт Четверг, 7 мая 2026 г., 19:00–21:30 Дом <культуры>",
            "Концерт\nЧетверг, 7 мая 2026 г., 19:00–21:30\nДом <культуры>",
        ),
        ("columns", "Слева Справа", "Слева\n\nСправа"),
        ("html", "Сырой", "Сырой"),
    ],
)
def test_every_block_is_in_the_letter_and_in_its_text(kind, html_words, text_words):
    letter = compile_letter(a_letter_with(BLOCK_OF[kind]))

    page = Page(letter.html_for(a_reader()))
    assert html_words in page.text
    assert text_words in letter.text_for(a_reader())
    assert page.text.index(html_words) < page.text.index("Городская библиотека")


def test_every_kind_of_block_has_a_sample_here():
    assert set(BLOCK_OF) == set(BLOCKS)


def test_a_block_on_top_leaves_the_first_material_large():
    alone = compile_letter(a_letter_with()).html_for(a_reader())
    below = compile_letter(a_letter_with(BLOCK_OF["text"])).html_for(a_reader())

    assert 'width="544"' in alone
    assert 'width="544"' in below


def test_a_buttons_own_words_stand_on_it():
    own = an_entry("1", button="Записаться <сейчас>")

    html = compile_letter(a_letter(sections=(a_section(own),))).html_for(a_reader())

    assert "Записаться &lt;сейчас&gt;" in html
    assert "Читать дальше" not in html


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>x",
        '<a href="javascript:alert(1)">x</a>',
        '<p onclick="alert(1)">x</p>',
        '<div style="position:fixed;background:url(https://t.example/p.gif)">x</div>',
        "<!--[if mso]><script>alert(1)</script><![endif]-->x",
        '<img src="https://t.example/p.gif" width="1" height="1">x',
        "</td></tr></table></body>x",
        '<form action="https://t.example/"><input name="a">x</form>',
        '<style>.foot { display: none }</style><i class="foot">x</i>',
    ],
)
def test_html_of_ones_own_can_do_no_harm(html):
    letter = compile_letter(a_letter_with(a_block("html", html=html)))

    made = letter.html_for(a_reader()).lower()

    for evil in ("alert(1)", "t.example", "position:fixed", "<form", "display: none }"):
        assert evil not in made
    assert made.count("</body>") == 1


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("<table>", "<tr>", "<td style='color:red;position:fixed'>", "</td>"),
                *("</table>", "text", "&amp;", "<img src=https://a.example/x.png>"),
                *("<a href='javascript:x'>", "</a>", "<script>", "</script>", "<!--"),
                *("-->", "<style>", "</style>", "<p style='background:url(x)'>", "<b>"),
                *("<!--[if mso]>", "<![endif]-->", "<img src=x width='1'>", "{{ a }}"),
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_cleaning_html_of_ones_own_twice_is_the_same_as_once(html):
    once = clean_layout(html)

    assert clean_layout(once) == once
    for evil in ("<script", "javascript:", "url(", "position", "<style", "<!--"):
        assert evil not in once


def test_html_of_ones_own_keeps_what_mail_can_show():
    html = (
        '<table width="100%" bgcolor="#eeeeee"><tbody><tr><td align="center" '
        'style="padding:8px;color:red"><a href="tel:+7495">Позвонить</a>'
        "</td></tr></tbody></table>"
    )

    made = compile_letter(a_letter_with(a_block("html", html=html)))

    assert 'style="padding:8px;color:red' in made.html_for(a_reader())
    assert 'href="tel:+7495"' in made.html_for(a_reader())


def test_a_blocks_words_can_be_personal_where_it_says_so():
    greeting = 'Вам, {{ subscriber.name | default("друг") }}'
    block = a_block("text", teaser=f"<p>{greeting}</p>", personal=("teaser",))
    literal = a_block("text", "6", teaser="<p>{{ как есть }}</p>")

    letter = compile_letter(a_letter_with(block, literal))

    assert "Вам, Анна" in letter.html_for(a_reader())
    assert "Вам, друг" in letter.text_for(a_reader(name=""))
    assert "{{ как есть }}" in letter.html_for(a_reader())


def test_a_personal_part_of_a_block_that_does_not_work_names_its_field():
    block = a_block("quote", title="{{ nobody }}", personal=("title",))

    with pytest.raises(TemplateFault) as fault:
        compile_letter(a_letter_with(block))

    assert fault.value.field == "entry.5.title"


def test_blocks_are_stored_and_read_back_whole():
    second = ColumnContent(text="<p>a</p>", picture=PICTURE)
    content = a_letter_with(
        BLOCK_OF["event"], a_block("columns", second=second, personal=("teaser",))
    )

    assert content_from_json(content_as_json(content)) == content


def test_what_was_stored_before_there_were_blocks_is_read_and_known_as_the_same():
    content = a_letter()
    stored = content_as_json(content)

    (entry,) = stored["sections"][0]["entries"]
    assert set(entry) == {"key", "title", "teaser", "address", "picture"}
    assert content_from_json(stored) == content
    assert '"kind"' not in canonical_json(content)
    # As the program knew this letter before it had blocks.
    assert digest_of(content).startswith("a0354cd3b97f478b")


@pytest.mark.parametrize(
    ("event", "language", "words"),
    [
        (CONCERT, "en", "Thursday, May 7, 2026, 7 p.m.–9:30 p.m."),
        (EventContent(starts="2026-05-07"), "ru", "Четверг, 7 мая 2026 г."),
        (
            EventContent(starts="2026-05-07", ends="2026-05-09"),
            "ru",
            "Четверг, 7 мая 2026 г. – Суббота, 9 мая 2026 г.",
        ),
        (
            EventContent(starts="2026-05-07T19:00", zone_note="UTC+3"),
            "ru",
            "Четверг, 7 мая 2026 г., 19:00 (UTC+3)",
        ),
        (EventContent(starts="soon"), "ru", "soon"),
    ],
)
def test_a_letter_says_when_an_event_is(event, language, words):
    assert event_when(event, language) == words


def test_blocks_lead_nowhere_without_a_warning():
    content = a_letter_with(BLOCK_OF["text"], BLOCK_OF["divider"])

    assert "link-missing" not in {problem.code for problem in problems_of(content)}


def test_every_block_can_be_found_and_written_into_while_it_is_corrected():
    blocks = [
        a_block(kind, str(number)) for number, kind in enumerate(BLOCKS, start=20)
    ]

    html = render_for_editing(a_letter_with(*blocks), a_reader())

    for block in blocks:
        assert f"entry-{block.key} " in html
    assert 'data-edit="entry.20.teaser"' in html
