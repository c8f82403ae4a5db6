"""Text pasted from a word processor becomes plain paragraphs and real lists."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonets.kernel.html import clean_fragment

STYLES = """<style><!-- @font-face {font-family:Wingdings;}
@list l0:level1 {mso-level-number-format:bullet;} p.MsoNormal {margin:0cm;} -->
</style><!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/>
</o:OfficeDocumentSettings></xml><![endif]-->"""

BULLET = """<p class=MsoListParagraph lang=EN-US
 style='text-indent:-18.0pt;mso-list:l0 level{level} lfo1'><![if !supportLists]><span
 style='font-family:Symbol'><span style='mso-list:Ignore'>{mark}<span
 style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>
<span lang=RU style='mso-ansi-language:RU'>{text}<o:p></o:p></span></p>"""


def an_item(text: str, *, mark: str = "·", level: int = 1) -> str:
    return BULLET.format(text=text, mark=mark, level=level)


def a_document(body: str) -> str:
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>'
        f"<meta name=Generator content='Microsoft Word 15'>{STYLES}</head>"
        f"<body lang=RU><!--StartFragment-->{body}<!--EndFragment--></body></html>"
    )


@pytest.mark.parametrize(
    ("body", "clean"),
    [
        (
            "<p class=MsoNormal><b><span style='mso-fareast-font-family:Arial'>Да"
            "</span></b><span lang=RU>, конечно<o:p></o:p></span></p>",
            "<p><strong>Да</strong>, конечно</p>",
        ),
        (
            "<p class=MsoNormal>a</p><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
            "<p class=MsoNormal>b</p>",
            "<p>a</p><p>b</p>",
        ),
        (an_item("раз") + "\n" + an_item("два"), "<ul><li>раз</li><li>два</li></ul>"),
        (
            an_item("раз", mark="1.") + an_item("два", mark="2."),
            "<ol><li>раз</li><li>два</li></ol>",
        ),
        (
            an_item("a") + an_item("b", level=2, mark="o") + an_item("c"),
            "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
        ),
        (
            an_item("a") + "<p class=MsoNormal>x</p>" + an_item("b"),
            "<ul><li>a</li></ul><p>x</p><ul><li>b</li></ul>",
        ),
        (
            an_item("a") + an_item("b", mark="1)"),
            "<ul><li>a</li></ul><ol><li>b</li></ol>",
        ),
        ("<h1 style='mso-x:y'>Отчёт</h1>", "<h2>Отчёт</h2>"),
        (
            "<p class=MsoNormal>«Ёлка» — <a href='https://a.example/'>там</a></p>",
            '<p>«Ёлка» — <a href="https://a.example/">там</a></p>',
        ),
        (
            "<p class=MsoNormal><font size=2><font color=red><font face=Arial>x"
            "</font></font></font></p>",
            "<p>x</p>",
        ),
        (
            "<p class=MsoNormal><![if !vml]><img src='file:///C:/x.png'><![endif]>y</p>",
            "<p>y</p>",
        ),
        (
            "<table class=MsoTableGrid><tr><td><p class=MsoNormal>a</p></td>"
            "<td><p class=MsoNormal>b</p></td></tr></table>",
            "<p>a</p><p>b</p>",
        ),
    ],
)
def test_words_html_becomes_plain(body, clean):
    assert clean_fragment(a_document(body)) == clean


def test_google_docs_is_bold_only_where_it_is():
    html = (
        '<b style="font-weight:normal;" id="docs-internal-guid-1a"><p dir="ltr"><span '
        'style="font-size:11pt;font-weight:400">тихо </span><span '
        'style="font-weight:700;font-style:italic">громко</span></p></b><br>'
    )

    assert clean_fragment(html) == "<p>тихо <strong><em>громко</em></strong></p><br>"


def test_the_quotes_of_windows_become_what_was_meant():
    assert (
        clean_fragment("<p>\x93Да\x94 \x97 сказал\x85</p>") == "<p>“Да” — сказал…</p>"
    )


def test_300_kb_of_word_are_cleaned_whole_in_a_moment():
    paragraph = (
        "<p class=MsoNormal style='margin-bottom:8pt;mso-pagination:none'><span "
        "style='font-size:12.0pt;mso-bidi-font-size:11pt'>Слово «и» дело "
        "{n}<o:p></o:p></span></p>"
    )
    body = "".join(
        paragraph.format(n=n) + an_item(f"пункт {n}") + an_item("и", level=2)
        for n in range(400)
    )
    word = a_document(STYLES * 20 + body + "<p class=MsoNormal>Последнее слово</p>")
    assert len(word.encode()) > 300_000
    started = time.perf_counter()

    clean = clean_fragment(word)

    assert time.perf_counter() - started < 2
    assert clean.count("<ul>") == 800
    assert "Слово «и» дело 399" in clean
    assert clean.endswith("<p>Последнее слово</p>")
    assert "mso" not in clean.lower()
    assert clean_fragment(clean) == clean


@pytest.mark.parametrize(
    "hostile",
    [
        "mso-" + "<![if !supportLists]>" * 20_000,
        "mso-" + "<![if !supportLists]>" * 20_000 + "<![endif]>",
        "mso-" + "<!--" * 100_000,
        "mso-" + "<o:" * 100_000,
        "mso-" + "<style" * 50_000,
        "mso-" + "<p style='mso-list:l0 level9 lfo1'>" * 9_000,
        "mso-" + "<span style='mso-list:Ignore'>" * 9_000,
        "mso-" + "<span style='font-weight:700'>x</span>" * 60_000,
        "mso-" + ("<p style='mso-list:l0 level1 lfo1'>" + "<span>" * 90) * 500,
    ],
)
def test_hostile_word_takes_a_moment_only(hostile):
    started = time.perf_counter()

    clean_fragment(hostile)

    assert time.perf_counter() - started < 5


PIECES = st.sampled_from(
    [
        *("<p class=MsoNormal>", "</p>", "<b>", "</b>", "text ", "&nbsp;", "<o:p>"),
        *("</o:p>", "<![if !supportLists]>", "<![endif]>", "<!--", "-->", "<ul>"),
        *("<li>", "</ul>", "<p style='mso-list:l0 level2 lfo1'>", "·", "1.", "<h1>"),
        *("<span style='mso-list:Ignore'>", "</span>", "<table><tr><td>", "<br>"),
        *(
            "</h1>",
            "<style>",
            "</style>",
            "<script>",
            "<a href='javascript:x'>",
            "</a>",
        ),
        *("<span style='font-weight:700'>", "<b style='font-weight:normal'>"),
        *("{{ subscriber.name }}", "<div>", "</div>", "mso-", "\x93", "<blockquote>"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_cleaning_what_was_pasted_twice_is_the_same_as_once(html):
    once = clean_fragment(html)

    assert clean_fragment(once) == once
    assert "<script" not in once
    assert "javascript:" not in once
