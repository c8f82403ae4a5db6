"""The letter as readers see it: HTML and text, whatever the content."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from gonets.letters.compiling import compile_letter
from gonets.letters.errors import TemplateFault
from gonets.letters.gallery import DESIGNS
from gonets.letters.preflight import CLIP_BYTES
from gonets.letters.reading import parts_of
from gonets.letters.types import OwnDesign

from .samples import PICTURE, a_letter, a_reader, a_section, an_entry


class Page(HTMLParser):
    """Collects tags and the words between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, text):
        self.words.append(text)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def html_of_letter(**changes) -> str:
    return compile_letter(a_letter(**changes)).html_for(a_reader())


def text_of_letter(**changes) -> str:
    return compile_letter(a_letter(**changes)).text_for(a_reader())


def test_the_letter_shows_everything_in_its_own_language():
    page = Page(html_of_letter())

    assert page.all("html")[0]["lang"] == "ru"
    for words in (
        "Вести города",
        "И новый мост",
        "Здравствуйте, Анна!",
        "случилось",
        "Культура",
        "Городская библиотека открывает читальный зал № 1",
        "С понедельника зал работает до полуночи",
        "Читать дальше",
        "До четверга!",
        "Вы получили это письмо, потому что подписаны на рассылку «Вести города».",
        "anna@mail.example",
        "Отписаться",
        "101000, Москва, ул. Тихая, 5",
    ):
        assert words in page.text


def test_an_english_letter_speaks_english_to_a_russian_editor():
    page = Page(html_of_letter(language="en"))

    assert "Read on" in page.text
    assert "Unsubscribe" in page.text


def test_the_letter_asks_no_other_host_for_anything_but_its_pictures():
    html = html_of_letter()
    page = Page(html)

    assert {attrs["src"] for attrs in page.all("img")} == {PICTURE.address}
    assert not page.all("link")
    assert not page.all("script")
    assert "@import" not in html
    assert "url(" not in html


def test_a_picture_has_address_description_and_size_and_fits_a_phone():
    (picture,) = Page(html_of_letter()).all("img")

    assert picture["src"] == PICTURE.address
    assert picture["alt"] == PICTURE.alt
    assert (picture["width"], picture["height"]) == ("544", "363")
    assert "width: 100%;height: auto" in picture["style"]


def test_the_way_out_is_a_visible_link():
    links = [attrs["href"] for attrs in Page(html_of_letter()).all("a")]

    assert "https://gorod.example/u/abc.d-f_1/" in links


def test_styles_stand_in_the_elements_and_dark_mode_in_the_head():
    html = html_of_letter()

    assert '<p style="margin: 0 0 14px' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "<!--[if mso" in html
    assert "data-css-inline" not in html


def test_twenty_entries_are_not_clipped_by_gmail():
    entries = [an_entry(str(number)) for number in range(20)]
    sections = tuple(
        a_section(*entries[start : start + 5], key=str(start), heading="Раздел")
        for start in range(0, 20, 5)
    )

    assert len(html_of_letter(sections=sections).encode()) < CLIP_BYTES


def test_nothing_is_left_of_placeholders():
    message = parts_of(compile_letter(a_letter()).message_for(a_reader()))

    for part in (message.html, message.text):
        assert not re.search(r"g[0-9a-f]{10}", part)
        assert "{{" not in part


@pytest.mark.parametrize(
    "title",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ subscriber.name }} {% if %}",
        "</mj-text><mj-raw>",
        "Tom & Jerry &amp; &lt;",
        "Ж" * 500,
        "👩‍👩‍👧‍👦 🏳️‍🌈 семья",
        "שלום עולם",
        "]]> <!-- <![endif]-->",
    ],
)
def test_a_title_is_shown_as_it_was_written(title):
    letter = {"sections": (a_section(an_entry(title=title), heading=title),)}

    page = Page(html_of_letter(**letter, newsletter=title, postal_address=title))

    assert page.text.count(" ".join(title.split())) >= 4
    assert not page.all("script")
    assert all(attrs["src"] == PICTURE.address for attrs in page.all("img"))
    assert title[:60] in text_of_letter(**letter)


@pytest.mark.parametrize(
    "teaser",
    [
        "<script>alert(1)</script><p>ok</p>",
        '<p onclick="x()">ok</p>',
        '<a href="javascript:alert(1)">ok</a>',
        '<img src="https://tracker.example/p.gif">ok',
        "<style>*{display:none}</style>ok",
        "<p>ok</div></table></td>",
        "<mj-raw>ok</mj-raw>",
        "<!-- hidden --><p>ok</p>",
    ],
)
def test_nothing_dangerous_of_a_teaser_reaches_the_letter(teaser):
    html = html_of_letter(sections=(a_section(an_entry(teaser=teaser)),), intro=teaser)

    page = Page(html)
    assert "ok" in page.text
    assert "javascript:" not in html
    assert "alert(1)" not in html
    assert "tracker" not in html
    assert "onclick" not in html
    assert "display:none}" not in html
    assert html.rstrip().endswith("</body></html>")


@pytest.mark.parametrize(
    "changes",
    [
        {"sections": ()},
        {"intro": "", "outro": "", "greeting": "", "preheader": ""},
        {"sections": (a_section(an_entry(picture=None)),)},
        {"sections": (a_section(an_entry(teaser="", title="")),)},
        {"sections": (a_section(an_entry(address="")),)},
        {"sections": (a_section(heading=""),)},
        {"sections": (a_section(an_entry("1"), an_entry("2"), heading=""),)},
        {"subject": ""},
        {"postal_address": ""},
        {"language": "he"},
    ],
)
def test_whatever_is_missing_the_letter_holds_together(changes):
    html = html_of_letter(**changes)
    text = text_of_letter(**changes)

    assert html.rstrip().endswith("</body></html>")
    assert "Вести города" in Page(html).text
    assert "https://gorod.example/u/abc.d-f_1/" in text
    assert "\n\n\n" not in text


def test_a_relative_or_dangerous_link_is_left_out():
    entries = (an_entry("1", address="/news/1"), an_entry("2", address="javascript:x"))

    html = html_of_letter(sections=(a_section(*entries),))

    assert "/news/1" not in html
    assert "javascript" not in html


def test_the_text_part_is_pleasant_to_read():
    text = text_of_letter(
        intro=(
            '<p>Смотрите <a href="https://a.example/">новости</a>.</p><h2>План</h2>'
            "<ol><li>Мост<ul><li>сваи</li><li>пролёт</li></ul></li><li>Зал</li></ol>"
            "<blockquote><p>Тише едешь</p></blockquote><p>Раз<br>два</p>"
            '<p><a href="https://b.example/">https://b.example/</a></p>'
        ),
    )

    assert text == (
        """\
Вести города
============

Здравствуйте, Анна!

Смотрите новости [1].

План
----

1. Мост
   • сваи
   • пролёт
2. Зал

> Тише едешь

Раз
два

https://b.example/

[1] https://a.example/

Культура
--------

Городская библиотека открывает читальный зал № 1
С понедельника зал работает до полуночи: тихая музыка, чай и тысяча книг
на полках открытого доступа. Приходите с друзьями и блокнотом — места
хватит всем, а по пятницам писатели города читают вслух то, что ещё
нигде не напечатано.
https://site.example/news/1/?utm=1&n=2

До четверга!

------------------------------------------------------------------------

Вы получили это письмо, потому что подписаны на рассылку «Вести города».
Письмо отправлено на адрес anna@mail.example.

Отписаться:
https://gorod.example/u/abc.d-f_1/

Вести города, 101000, Москва, ул. Тихая, 5
"""
    )


def test_an_unknown_design_is_refused():
    with pytest.raises(TemplateFault, match="nosuch"):
        compile_letter(a_letter(template="nosuch"))

    with pytest.raises(TemplateFault):
        compile_letter(a_letter(template="../digest"))


def test_a_design_that_changes_its_texts_is_refused():
    design = "<mjml><mj-body>{{ letter.newsletter | truncate(9) }}</mj-body></mjml>"

    with pytest.raises(TemplateFault):
        compile_letter(a_letter(own_design=OwnDesign(kind="mjml", source=design)))


@pytest.mark.parametrize("template", DESIGNS)
@pytest.mark.parametrize(
    ("language", "title", "direction"),
    [
        ("ru", "2026: שלום (עולם)", "rtl"),
        ("ru", "مرحبا ١٢٣", "rtl"),
        ("he", "Новый паром", "ltr"),
        ("ru", "Новый паром שלום", ""),
        ("he", "שלום", ""),
        ("ru", "2026 — 100 %", ""),
    ],
)
def test_words_that_run_the_other_way_say_so(template, language, title, direction):
    entry = an_entry(title=title, teaser=f"<p>{title}</p>")
    content = a_letter(
        template=template,
        language=language,
        sections=(a_section(entry, heading=title),),
        **dict.fromkeys(("greeting", "intro", "outro"), ""),
    )

    html = compile_letter(content).html_for(a_reader())

    body = html[html.index("<body") :]
    own = f'<span dir="{direction}">{title}</span>'
    if direction:
        assert body.count(own) >= 1
        assert f'<div dir="{direction}"><p' in body
    else:
        assert f'dir="rtl">{title}' not in body
        assert f'dir="ltr">{title}' not in body
