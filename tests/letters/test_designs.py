"""Every design that comes with the product, with whatever editors put into it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from gonets.letters.branding import look_of
from gonets.letters.colours import AA, contrast, on_ground, readable
from gonets.letters.compiling import compile_letter
from gonets.letters.gallery import DESIGNS
from gonets.letters.preflight import CLIP_BYTES
from gonets.letters.storing import content_as_json, content_from_json
from gonets.letters.types import Brand, BrandLink, PictureContent

from .samples import a_letter, a_reader, a_section, an_entry
from .test_blocks import BLOCK_OF

pytestmark = pytest.mark.parametrize("design", DESIGNS)

LOGO = PictureContent(
    address="https://site.example/media/logo.png", alt="Вести", width=800, height=200
)
DARK_LOGO = PictureContent(
    address="https://site.example/media/dark.png", alt="Вести", width=800, height=200
)
SMALL_PICTURE = PictureContent(
    address="https://site.example/icon.png", alt="", width=40, height=0
)
BRAND = Brand(
    logo=LOGO,
    logo_dark=DARK_LOGO,
    accent="#ffd400",
    background="#102030",
    ink="#444444",
    heading_font="times",
    text_font="verdana",
    footer="<p>Главный редактор — <strong>Анна</strong></p><script>x</script>",
    links=(
        BrandLink(label="Telegram", address="https://t.example/vesti?a=1&b=2"),
        BrandLink(label="зло", address="javascript:alert(1)"),
    ),
)


def html_of_letter(design: str, **changes) -> str:
    letter = compile_letter(a_letter(template=design, **changes))
    return letter.html_for(a_reader())


class Outline(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))

    def handle_data(self, text):
        self.words.append(text)


def two_sections(**changes):
    entries = [an_entry(str(number), **changes) for number in range(6)]
    return (
        a_section(*entries[:3], key="1", heading="Культура"),
        a_section(*entries[3:], key="2", heading="Спорт"),
    )


def test_everything_of_the_letter_is_in_it(design):
    html = html_of_letter(design, sections=two_sections())

    shown = " ".join(" ".join(Outline(html).words).split())
    for words in (
        *("Вести города", "Здравствуйте, Анна!", "случилось", "До четверга!"),
        *("№ 0", "№ 5", "С понедельника зал", "Спорт", "Отписаться", "И новый мост"),
        *("101000, Москва", "anna@mail.example", "подписаны на рассылку"),
    ):
        assert words in shown
    assert html.count("https://gorod.example/u/abc.d-f_1/") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"sections": ()},
        {"intro": "", "outro": "", "greeting": "", "preheader": ""},
        {"sections": two_sections(picture=None)},
        {"sections": two_sections(title="", teaser="")},
        {"sections": two_sections(teaser="")},
        {"sections": two_sections(address="")},
        {"sections": two_sections(title="Ж" * 500)},
        {"sections": two_sections(title="Очень длинный заголовок " * 20)},
        {"sections": (a_section(an_entry("1"), heading=""),)},
        {"sections": (a_section(heading="Пусто"),)},
        {"sections": two_sections(picture=SMALL_PICTURE)},
        {"language": "he"},
        {"brand": BRAND},
        {"brand": Brand(logo=LOGO)},
    ],
)
def test_whatever_the_content_the_letter_holds_together(design, changes):
    html = html_of_letter(design, **changes)

    assert html.rstrip().endswith("</body></html>")
    assert html.count("<table") == html.count("</table>")
    assert html.count("<td") == html.count("</td>")
    assert "Отписаться" in html or changes.get("language") == "he"
    assert "javascript" not in html


def test_the_headings_are_in_order(design):
    for sections in (two_sections(), (a_section(an_entry(), heading=""),)):
        levels = Outline(html_of_letter(design, sections=sections)).levels

        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(lower - upper <= 1 for upper, lower in pairwise(levels))


def test_thirty_entries_are_not_clipped_by_gmail(design):
    entries = [an_entry(str(number)) for number in range(30)]
    sections = tuple(
        a_section(*entries[start : start + 6], key=str(start), heading="Раздел")
        for start in range(0, 30, 6)
    )

    size = len(html_of_letter(design, sections=sections, brand=BRAND).encode())

    assert size < 0.9 * CLIP_BYTES


def test_gmail_takes_the_style_sheets(design):
    sheets = re.findall(r"<style[^>]*>(.*?)</style>", html_of_letter(design), re.DOTALL)

    # It drops a sheet that is longer, or that has something it does not know.
    assert all(len(sheet) < 8192 for sheet in sheets)
    assert sum(map(len, sheets)) < 16_000
    of_outlook = [sheet for sheet in sheets if "data-ogs" in sheet]
    assert all("@media" not in sheet for sheet in of_outlook)
    assert "url(" not in "".join(sheets)


def test_outlook_gets_tables_of_a_fixed_width_and_no_background_pictures(design):
    html = html_of_letter(design, sections=two_sections())

    assert "<!--[if mso" in html
    assert re.search(r'<table[^>]* width="(560|600|640)"', html)
    assert "background-image" not in html
    assert "background=" not in html
    for picture in re.findall(r"<img [^>]*>", html):
        assert re.search(r' width="\d+"', picture)


def test_a_letter_from_right_to_left_has_nothing_aligned_to_the_left(design):
    html = html_of_letter(design, sections=two_sections(), language="he")
    text = re.sub(r"<!--.*?-->|<style.*?</style>", "", html, flags=re.DOTALL)

    assert 'dir="rtl"' in text
    assert "direction:ltr" not in text
    assert "direction: ltr" not in text
    assert not re.search(r'<td[^>]* align="left"', text)
    assert not re.search(r"padding-left: 24px|border-left: 3px", text)


def test_the_brand_is_in_the_letter(design):
    html = html_of_letter(design, sections=two_sections(), brand=BRAND)

    logos = re.findall(r"<img class=\"logo-(?:light|dark)\"[^>]*>", html)
    assert len(logos) == 2
    assert all('width="220"' in logo and 'height="55"' in logo for logo in logos)
    assert "display: none" in logos[1]
    assert "Главный редактор — <strong>Анна</strong>" in html
    assert 'href="https://t.example/vesti?a=1&amp;b=2"' in html
    assert "javascript" not in html
    assert "<script" not in html
    assert "Verdana, Geneva" in html
    assert "#ffd400" in html


def test_a_brand_survives_being_stored_and_old_versions_have_none(design):
    letter = a_letter(template=design, brand=BRAND)

    stored = content_as_json(letter)
    assert content_from_json(stored) == letter

    del stored["brand"]
    assert content_from_json(stored).brand == Brand()


@pytest.mark.parametrize(
    "brand",
    [
        Brand(),
        BRAND,
        Brand(accent="#ffffff"),
        Brand(accent="#000000", background="#000000", ink="#000000"),
        Brand(accent="#808080", background="#808080", ink="#7f7f7f"),
        Brand(accent="#ffff00", background="#ffff00", ink="#ffffff"),
        Brand(accent="#e11d48", background="#fef2f2"),
    ],
)
def test_every_text_can_be_read_in_light_and_dark(design, brand):
    look = look_of(brand, DESIGNS[design])
    dark = look["dark"]

    pairs = [
        *((look[name], look["card"]) for name in ("ink", "soft", "link")),
        *((look[f"paper_{name}"], look["paper"]) for name in ("ink", "soft", "link")),
        (look["on_accent"], look["accent"]),
        *((dark[name], dark["card"]) for name in ("ink", "soft", "link")),
        *((dark[name], dark["paper"]) for name in ("ink", "soft", "link")),
        (dark["on_accent"], dark["accent"]),
    ]
    assert [pair for pair in pairs if contrast(*pair) < AA] == []


def test_a_colour_that_can_be_read_already_stays(design):
    accent = DESIGNS[design].accent

    assert readable(accent, "#ffffff") == accent
    assert contrast(on_ground(accent), accent) >= AA


def test_blocks_stand_between_the_materials_in_their_order(design):
    blocks = [replace(block, key=kind) for kind, block in BLOCK_OF.items()]
    entries = [an_entry("91"), *blocks, an_entry("92"), an_entry("93")]

    html = html_of_letter(design, sections=(a_section(*entries),))

    shown = " ".join(" ".join(Outline(html).words).split())
    words = ("№ 91", "Своё слово", "Купить билет", "Тихо и чай", "Концерт", "Слева")
    places = [shown.index(each) for each in (*words, "Справа", "Сырой", "№ 92")]
    assert places == sorted(places)
    assert html.count("<table") == html.count("</table>")
