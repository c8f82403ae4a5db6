"""HTML from strangers is made safe, short, and plain."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonets.kernel.html import clean_body, clean_fragment, excerpt, line_of, text_of

GREETING = '<p>Привет, {{ subscriber.name | default("друзья") }}!</p>'


def test_personal_expressions_stay_as_they_are():
    assert clean_fragment(GREETING) == GREETING
    assert clean_body(GREETING) == GREETING


@pytest.mark.parametrize(
    ("given_html", "clean"),
    [
        ("<p>a<script>alert(1)</script></p>", "<p>a</p>"),
        ("<style>p{}</style><p onclick=x style=y>a</p>", "<p>a</p>"),
        ('<a href="javascript:alert(1)">a</a>', "a"),
        ('<a href="java\tscript:alert(1)">a</a>', "a"),
        ('<a href="/page">a</a><a name=x>b</a>', "ab"),
        ('<a href="//example.org/">a</a>', "a"),
        (
            '<a href="mailto:a@example.org">a</a>',
            '<a href="mailto:a@example.org">a</a>',
        ),
        (
            '<a href="https://example.org/?q={{ x }}" target=_blank>a</a>',
            '<a href="https://example.org/?q={{ x }}">a</a>',
        ),
        ("<div>a</div><div>b</div>", "<p>a</p><p>b</p>"),
        ("<div><div><p>a</p></div></div>", "<p>a</p>"),
        ("<h1>a</h1><h6>b</h6>", "<h2>a</h2><h4>b</h4>"),
        ("<table><tr><td>a<td>b</table>", "<p>a</p><p>b</p>"),
        ('<img src="https://example.org/a.png">', ""),
        ("<!-- a --><p>b</p>", "<p>b</p>"),
        ("<b>a", "<b>a</b>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("a\x00b\x08c\ud800d", "abcd"),
        ("<svg><script>x</script><a href='https://e.org'>t</a></svg>", ""),
        ("<iframe src=https://example.org>inside</iframe>", ""),
    ],
)
def test_a_fragment_keeps_only_the_tags_of_a_letter(given_html, clean):
    assert clean_fragment(given_html) == clean


@pytest.mark.parametrize(
    ("given_html", "clean"),
    [
        (
            "<pre><code>def f():\n    return 1\n\nf()\n</code></pre>",
            "<p>def f():<br>&nbsp;&nbsp;&nbsp;&nbsp;return 1<br><br>f()</p>",
        ),
        (
            "<table><tr><th>Day<th>Price<tr><td>Mon<td><b>1</b><tr><td>Tue<td></table>",
            "<p>Day | Price</p><p>Mon | <b>1</b></p><p>Tue | </p>",
        ),
        # Tables that only lay out a page stay what they were.
        ("<table><tr><td>a<td>b</table>", "<p>a</p><p>b</p>"),
        (
            "<table><tr><td><p>a</p><td>b<tr><td>c<td>d</table>",
            "<p>a</p><p>b</p><p>c</p><p>d</p>",
        ),
    ],
    ids=["code", "figures", "one row", "layout"],
)
def test_code_keeps_its_lines_and_a_table_of_figures_its_rows(given_html, clean):
    assert clean_fragment(given_html) == clean
    assert clean_fragment(clean) == clean


@pytest.mark.parametrize(
    ("tag", "most"), [("ul", 5), ("ol", 5), ("blockquote", 3)], ids=lambda each: each
)
def test_nothing_is_nested_out_of_sight_and_no_word_is_lost(tag, most):
    item = "<li>" if tag != "blockquote" else ""
    deep = "".join(f"<{tag}>{item}w{n}" for n in range(30))

    clean = clean_fragment(deep)

    depth = deepest = 0
    for found in re.findall(rf"</?{tag}>", clean):
        depth += -1 if found[1] == "/" else 1
        deepest = max(deepest, depth)
    assert deepest == most
    assert text_of(clean).split() == [f"w{n}" for n in range(30)]
    assert clean_fragment(clean) == clean


def test_a_heap_of_accents_covers_nothing_around_it():
    assert line_of("e" + "\u0301" * 1000 + "a") == "e" + "\u0301" * 4 + "a"
    assert line_of("Việt й ё שָׁלוֹם") == "Việt й ё שָׁלוֹם"


@pytest.mark.parametrize(
    ("given_html", "clean"),
    [
        (
            '<figure><img src="https://e.org/a.png" alt="A" onerror=x></figure>',
            '<figure><img src="https://e.org/a.png" alt="A"></figure>',
        ),
        ('a<img src="data:image/png;base64,AAAA">b', "ab"),
        ('a<img src="/relative.png" alt="src=">b', "ab"),
        ("<pre><code>x = 1\ny = 2</code></pre>",) * 2,
        ("<table><tbody><tr><td>a</td></tr></tbody></table>",) * 2,
    ],
)
def test_a_body_also_keeps_pictures_tables_and_code(given_html, clean):
    assert clean_body(given_html) == clean


@given(st.text(alphabet="<>/=\"'abpdivhrf:{} &;\n"), st.sampled_from([0, 1]))
def test_cleaning_what_is_clean_changes_nothing(html, kind):
    clean = [clean_fragment, clean_body][kind]

    assert clean(clean(html)) == clean(html)


@pytest.mark.parametrize(
    "hostile",
    ["<div>" * 100_000, "<b><p>" * 100_000, "<" * 2_000_000, "<p " + "a=1 " * 200_000],
    ids=["deep", "deep misnested", "angles", "attributes"],
)
@pytest.mark.parametrize("function", [clean_fragment, clean_body, text_of])
def test_hostile_html_takes_a_moment_only(function, hostile):
    started = time.perf_counter()

    function(hostile)

    assert time.perf_counter() - started < 5


def test_text_has_one_line_per_block_and_glues_no_words():
    html = "<h2>Заголовок</h2><div>раз<br>два</div><ul><li>a</li><li>b</li></ul>"

    assert text_of(html) == "Заголовок\nраз\nдва\na\nb"


def test_text_has_no_tags_scripts_or_entities():
    assert text_of("<p>a&nbsp;&lt;b&gt; <i>c</i><script>x</script></p>") == "a <b> c"


@pytest.mark.parametrize(
    ("text", "characters", "short"),
    [
        ("раз два", 7, "раз два"),
        ("раз два три, четыре", 13, "раз два три…"),
        ("раз\n два", 100, "раз два"),
        ("а" * 50, 10, "а" * 9 + "…"),
        ("", 10, ""),
    ],
)
def test_an_excerpt_is_cut_between_words(text, characters, short):
    assert excerpt(text, characters=characters) == short


@given(st.text(), st.integers(1, 60))
def test_an_excerpt_is_never_longer_than_asked(text, characters):
    assert len(excerpt(text, characters=characters)) <= characters


def test_a_line_has_no_breaks_and_no_controls():
    assert line_of(" Subject\r\nBcc: x\x00\x1b\u2028y ") == "Subject Bcc: x y"


@pytest.mark.parametrize("clean", [clean_fragment, clean_body, text_of])
def test_300_kilobytes_lose_no_word(clean):
    line = "<p>A line of a long page, with <b>words</b> in it.</p>\n"
    page = line * (300 * 1024 // len(line)) + "<p>The last one.</p>"

    assert "The last one." in clean(page)
