"""The plain-text part: set to be read by itself, and written by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonets.kernel.html import clean_fragment, clean_layout
from gonets.letters.compiling import compile_letter
from gonets.letters.errors import TemplateFault
from gonets.letters.own_texts import WAY_OUT, normal_text
from gonets.letters.reading import parts_of
from gonets.letters.storing import content_as_json, content_from_json, digest_of
from gonets.letters.text_fragments import Notes, text_of_html
from gonets.letters.text_layout import NARROW, WIDTH, width_of, wrapped
from gonets.letters.texts import automatic_digest, editable_text

from .samples import a_letter, a_reader, a_section, an_entry

WAY = "https://gorod.example/u/abc.d-f_1/"


def set_text(html: str) -> str:
    return text_of_html(clean_layout(html), Notes())


def text_of(**changes) -> str:
    return compile_letter(a_letter(**changes)).text_for(a_reader())


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>three</p>", "One\n\nTwo\nthree"),
        ("<h2>Plan</h2><p>Go</p>", "Plan\n----\n\nGo"),
        ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "• a\n• b\n  1. c"),
        (
            '<ol start="9"><li>a</li><li><p>b</p><p>c</p></li></ol>',
            "9. a\n10. b\n    c",
        ),
        (
            "<blockquote><p>a</p><blockquote>b</blockquote></blockquote>",
            "> a\n>\n> > b",
        ),
        (
            '<p>See <a href="https://a.example/x">plan</a> and '
            '<a href="https://b.example/">more</a>, '
            '<a href="https://a.example/x">again</a>.</p>',
            "See plan [1] and more [2], again [1].\n\n"
            "[1] https://a.example/x\n[2] https://b.example/",
        ),
        ('<p><a href="https://a.example/">Plan</a></p>', "Plan\nhttps://a.example/"),
        ('<p>At <a href="https://a.example/">a.example</a></p>', "At a.example"),
        ('<p>To <a href="mailto:a@b.example">us</a></p>', "To us (a@b.example)"),
        ("<p>a</p><hr><p>b</p>", "a\n\n* * *\n\nb"),
        ('<p><img src="https://a.example/i.png" alt="A bridge"></p>', "[A bridge]"),
        ("<pre>  x = 1\n    y</pre>", "  x = 1\n    y"),
        (
            "<table><tr><th>Day</th><th>Trains</th></tr>"
            "<tr><td>Mon</td><td>3</td></tr></table>",
            "Day  Trains\nMon  3",
        ),
        (
            '<table role="presentation"><tr><td>left</td><td>right</td></tr></table>',
            "left\n\nright",
        ),
        ("<p>co\u00adop \u202eevil</p>", "coop evil"),
        ("", ""),
    ],
)
def test_every_kind_of_text_reads_well(html, text):
    assert set_text(html) == text


def test_a_table_that_is_too_wide_is_told_row_by_row():
    long = "word " * 12
    html = (
        "<table><tr><th>Day</th><th>What</th></tr>"
        f"<tr><td>Monday</td><td>{long}{long}</td></tr><tr><td>Tue</td><td>x</td></tr>"
        "</table>"
    )

    text = set_text(html)

    assert text.startswith("Day: Monday\nWhat: word word")
    assert text.endswith("\n\nDay: Tue\nWhat: x")
    assert max(map(len, text.split("\n"))) <= WIDTH


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("abc", 3),
        ("мост", 4),
        ("橋の上", 6),
        ("é" if len("é") == 1 else "", 1),
        ("e\u0301", 1),
        ("👍", 2),
        ("👍🏽", 2),
        ("👩‍👩‍👧", 2),
        ("❤️", 2),
    ],
)
def test_width_is_what_is_seen(text, width):
    assert width_of(text) == width


def test_japanese_is_broken_without_blanks_but_never_before_a_full_stop():
    lines = wrapped("橋を渡る。" * 20)

    assert max(map(width_of, lines)) <= WIDTH
    assert not any(line.startswith("。") for line in lines)
    assert "".join(lines) == "橋を渡る。" * 20


def test_an_address_is_never_broken():
    address = "https://a.example/" + "x" * 200

    assert address in wrapped(f"see {address} now")


html = st.lists(
    st.sampled_from(
        [
            *("<p>", "</p>", "<ul>", "<li>", "</ul>", "<ol>", "</ol>", "<blockquote>"),
            *("</blockquote>", "<table>", "<tr>", "<td>", "</td>", "</table>", "<br>"),
            *(
                '<a href="https://x.example/">',
                "</a>",
                "<h2>",
                "</h2>",
                "<pre>",
                "<hr>",
            ),
            *("мост ", "橋", "🛳️", " ", "\n", "word ", "x" * 90, "\u202e", "&lt;b&gt; "),
            *('<img src="https://x.example/i.png" alt="b">', "<b>", "</b>", "<script>"),
        ]
    ),
    max_size=40,
).map("".join)


@given(html=html)
def test_any_html_becomes_text_that_fits_and_ends_no_line_with_a_blank(html):
    for clean in (clean_layout(html), clean_fragment(html)):
        text = text_of_html(clean, Notes())

        assert text == text.strip("\n")
        assert "\n\n\n" not in text or "<pre>" in html
        for line in text.split("\n"):
            assert line == line.rstrip()


@given(st.text(max_size=300))
def test_wrapping_loses_nothing_but_blanks(text):
    lines = wrapped(text)

    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize("depth", [30, 150])
def test_deep_nesting_is_set_all_the_same(depth):
    deep = "<blockquote>" * depth + "x" + "</blockquote>" * depth

    assert "x" in set_text(deep)


def test_numbers_go_on_through_the_letter():
    linked = '<p>a <a href="https://{}.example/">b</a> c</p>'

    text = text_of(
        intro=linked.format("one"),
        sections=(a_section(an_entry(teaser=linked.format("two"))),),
    )

    assert "[1] https://one.example/" in text
    assert "[2] https://two.example/" in text


# Written by hand


def made_or_fault(own_text: str) -> str:
    """Return the text, or which field is at fault if there is none."""
    try:
        return text_of(own_text=own_text)
    except TemplateFault as fault:
        return fault.field


def test_an_own_text_goes_out_and_the_html_stays():
    letter = compile_letter(
        a_letter(
            own_text='Привет, {{ subscriber.name | default("друзья") }}!\n\n'
            f"101000, Москва, ул. Тихая, 5\n{WAY_OUT}"
        )
    )

    parts = parts_of(letter.message_for(a_reader()))
    text = parts.text.replace("\r\n", "\n")
    assert text == f"Привет, Анна!\n\n101000, Москва, ул. Тихая, 5\n{WAY}\n"
    assert "Здравствуйте, Анна!" in parts.html
    nameless = letter.text_for(a_reader(name=""))
    assert nameless.startswith("Привет, друзья!")


def test_what_must_not_be_missing_is_appended():
    text = text_of(own_text="Hi")

    assert text.startswith("Hi\n\n---")
    assert f"Отписаться:\n{WAY}" in text
    assert "101000, Москва, ул. Тихая, 5" in text


@pytest.mark.parametrize(
    "text",
    [
        "{# {{ unsubscribe_address }} #}",
        "{{ unsubscribe }}",
        "{{ subscriber.unsubscribe_address }}",
        "{% if subscriber.name %}{{ unsubscribe_address }}{% endif %}",
        "{{ unsubscribe_address",
        "{{ subscriber.nosuch",
    ],
)
def test_the_way_out_can_neither_be_lost_nor_hidden(text):
    assert made_or_fault(text) == "own_text" or WAY in made_or_fault(text)


def test_the_postal_address_counts_however_it_is_broken_and_only_if_all_see_it():
    broken = text_of(own_text="101000,\nМОСКВА,  ул. Тихая,\n5")
    hidden = text_of(
        own_text="{% if subscriber.name %}101000, Москва, ул. Тихая, 5{% endif %}"
    )

    assert "Вести города, 101000" not in broken
    assert "Вести города, 101000, Москва, ул. Тихая, 5" in hidden


def test_only_lines_that_are_too_long_are_broken():
    words = "слово " * 20
    text = text_of(own_text=f"short\n  as typed\n> {words}\n• {words}")

    lines = text.split("\n")
    assert lines[:2] == ["short", "  as typed"]
    quoted = [line for line in lines if line.startswith(">")]
    assert len(quoted) == 2
    assert "• слово" in text
    assert "\n  слово" in text
    assert max(map(width_of, lines)) <= WIDTH


@pytest.mark.parametrize("title", ["A {{ bracket }}", "{% if %}", "{# x", "}} {{"])
def test_the_automatic_text_written_on_unchanged_is_the_same_letter(title):
    content = a_letter(
        intro="<p>{% if subscriber.name %}<b>Вы</b> с нами{% endif %}, да?</p>",
        sections=(a_section(an_entry(title=title)),),
        browser_address="https://gorod.example/v/x/",
    )
    own = a_letter(
        intro=content.intro,
        sections=content.sections,
        own_text=normal_text(editable_text(content)),
    )

    for reader in (a_reader(), a_reader(name="")):
        automatic = compile_letter(content).text_for(reader)
        assert compile_letter(own).text_for(reader) == automatic


def test_what_the_letter_says_is_known_by_its_automatic_text():
    letter = a_letter()

    assert automatic_digest(letter) == automatic_digest(a_letter(subject="Other"))
    assert automatic_digest(letter) == automatic_digest(a_letter(own_text="Mine"))
    assert automatic_digest(letter) != automatic_digest(a_letter(outro="<p>Other</p>"))


def test_an_own_text_is_kept_and_older_versions_are_known_as_before():
    letter = a_letter(own_text="Mine")

    assert content_from_json(content_as_json(letter)) == letter
    assert "own_text" not in content_as_json(a_letter())
    assert digest_of(letter) != digest_of(a_letter())


@given(st.text(max_size=500))
def test_any_typed_text_is_normal_and_stays_so(text):
    normal = normal_text(text)

    assert normal_text(normal) == normal
    assert not any(line != line.rstrip() for line in normal.split("\n"))


@given(st.text(alphabet="ab {}%#\"'\n>•橋\u202e\ud800", max_size=60))
def test_any_own_text_is_a_letter_or_a_named_fault(text):
    made = made_or_fault(normal_text(text) or "x")

    assert made == "own_text" or (WAY in made and "101000" in made)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "/news/1/", "ftp://a.example"],
)
def test_an_address_that_nobody_can_open_is_left_out(address):
    entries = (
        an_entry(address=address),
        an_entry("2", address=address, kind="button", button="Go"),
        an_entry("3", address=address, kind="picture"),
    )

    text = compile_letter(a_letter(sections=(a_section(*entries),))).text_for(
        a_reader()
    )

    assert address not in text


def test_what_is_counted_as_narrow_is_a_column_wide_wherever_it_stands():
    narrow = [
        character for code in range(0x3000) if NARROW.fullmatch(character := chr(code))
    ]

    assert len(narrow) > 800
    # Beside an ideograph every character is looked at by itself.
    assert {width_of(f"{each}漢") for each in narrow} == {3}
