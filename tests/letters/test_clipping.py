"""The line at which Gmail cuts a letter off, drawn in the letter."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from gonets.letters.clipping import CLIP_BYTES, is_clipped, with_clip_line
from gonets.letters.compiling import compile_letter
from gonets.letters.preflight import SAMPLE_READER

from .samples import a_letter, a_section, an_entry

HEAD = "<html><head><title>A</title></head><body>"
LINE = '<span id="clip"'


def place_of_line(html: str) -> int:
    """Return how many bytes of the letter stand before the line."""
    return len(with_clip_line(html, "Cut").partition(LINE)[0].encode())


def test_a_letter_that_is_shown_whole_has_no_line():
    html = HEAD + "a" * (CLIP_BYTES - len(HEAD))

    assert not is_clipped(html)
    assert with_clip_line(html, "Cut") == html


@pytest.mark.parametrize("text", ["a", "Ж", "👍", "a Ж"])
def test_in_running_text_the_line_stands_at_the_byte(text):
    html = f"{HEAD}<p>{text * 120_000}</p>"

    assert CLIP_BYTES - 4 < place_of_line(html) <= CLIP_BYTES


def test_no_entity_is_torn():
    html = HEAD + "&nbsp;" * 30_000

    before = with_clip_line(html, "Cut").partition(LINE)[0]

    assert before.endswith("&nbsp;")


@pytest.mark.parametrize(
    "filling",
    [
        "<tr><td>one</td><td>two</td></tr>",
        "<tr>\n<td title='a > b'>one<br><img src='a'></td>\n</tr>",
        "<!--[if mso]><tr><td>Outlook</td></tr><![endif]--><tr><td>one</td></tr>",
        "<tr><td><ul><li>one</li> <li>two</li></ul></td></tr>",
    ],
)
def test_the_line_stands_where_a_browser_leaves_it(filling):
    html = f"{HEAD}<table><tbody>{filling * 6_000}</tbody></table>"

    page = with_clip_line(html, "Cut")

    assert CLIP_BYTES - 200 < place_of_line(html) <= CLIP_BYTES
    assert parent_of_line(page) in {"td", "li"}


def test_a_real_letter_gets_the_line_into_its_text():
    entries = [an_entry(str(number)) for number in range(60)]
    letter = compile_letter(a_letter(sections=(a_section(*entries),)))
    html = letter.html_for(SAMPLE_READER)

    page = with_clip_line(html, "<Cut>")

    assert "&lt;Cut&gt;" in page
    assert CLIP_BYTES - 2_000 < place_of_line(html) <= CLIP_BYTES
    before, after = page.split(LINE)
    assert before + after.partition("</span></span>")[2] == html


@pytest.mark.parametrize(
    "hostile", ["<" * 200_000, '<a "' * 60_000, "<!--" * 60_000, "<style>" * 30_000]
)
def test_hostile_markup_takes_no_time(hostile):
    with_clip_line(HEAD + hostile, "Cut")


def parent_of_line(page: str) -> str:
    finder = _Finder()
    finder.feed(page)
    return finder.parent


class _Finder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open_: list[str] = []
        self.parent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if ("id", "clip") in attrs:
            self.parent = self.open_[-1]
        if tag not in {"br", "img"}:
            self.open_.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.open_.pop()
