"""How letters look: a design for an issue, the brand, an own template, an import."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import PHONE, WIDE, Desk
from tests.browser.product import Product
from tests.support.website import website

MANGO = re.compile("#e8b400")
LETTER = """<body background="{far}ground.png" onload="window.ran = 1">
<table bgcolor="#ffeecc"><tr><td>Main words</td></tr></table><script>x</script>
<img src="{far}a.png" alt="A" onerror="window.ran = 1"><a href="javascript:ran=1">x</a>
<iframe src="{far}frame"></iframe><link rel="stylesheet" href="{far}a.css">
<style>@import url({far}b.css); p {{ background: url({far}p.png) }}</style></body>"""


@pytest.mark.parametrize(
    ("language", "size", "colours"),
    [
        ("ru", WIDE, "light"),
        pytest.param("en", PHONE, "dark", marks=pytest.mark.soak),
    ],
)
def test_letters_look_as_somebody_decided(
    make_product: Callable[..., Product],
    open_desk: Callable[..., Desk],
    language: str,
    size: dict[str, int],
    colours: str,
) -> None:
    desk = open_desk(make_product(language=language), size=size, colours=colours)
    page = desk.page
    desk.log_in()

    # A design for one issue; what was typed stays.
    desk.prepare_letter(subject="Kept words")
    page.locator("[data-opens-dialog=designs]").click()
    expect(page.locator("#designs .design-choice")).to_have_count(5)
    desk.check("designs of an issue")
    page.locator("#designs .design-choice").nth(3).press("Enter")
    expect(page.locator(".notice[data-tone=good]")).to_be_visible()
    expect(page.locator("[name=subject]")).to_have_value("Kept words")
    assert "letter-spacing: -0.8px" in desk.letter().content()

    # The brand: the letter follows what is typed.
    page.goto("/look/")
    page.locator("[name=accent]").fill("#e8b400")
    frame = page.frame_locator("[data-brand-letter]")
    expect(frame.locator(".go a, .go td").first).to_have_attribute("style", MANGO)
    expect(page.locator("#brand-check .notice")).to_be_visible()
    desk.check("brand")

    # An own template: its fault at its line, then a version.
    page.goto("/look/designs/compact/")
    page.locator("main form button.button-primary").click()
    source = page.locator("[data-template] [name=source]")
    right = source.input_value()
    source.fill(right.replace("<mj-divider", "<mj-dividr", 1))
    expect(page.locator("[data-lines] .is-bad")).to_have_count(1)
    source.fill(right.replace("font-size: 20px", "font-size: 33px"))
    expect(page.locator("[data-lines] .is-bad")).to_have_count(0)
    page.locator("[data-template] button.button-primary").click()
    expect(page.locator("[name=number]")).to_have_value("2")
    desk.check("own template")

    # A letter from elsewhere: nothing of it runs, nothing is loaded until allowed.
    with website() as far:
        page.goto("/look/letter/")
        page.locator("[name=html]").fill(LETTER.format(far=far.address()))
        page.locator("[name=title]").fill("Far away")
        page.locator("main form button.button-primary").click()
        letter = page.frame_locator("[data-template-letter]")
        expect(letter.locator("table[bgcolor='#ffeecc']")).to_be_visible()
        forget_what_was_refused(desk)
        desk.check("imported letter")
        desk.prepare_letter(subject="From elsewhere")
        page.locator("[data-opens-dialog=designs]").click()
        choices = page.locator("#designs .design-choice")
        choices.filter(has_text="Far away").press("Enter")
        notice = page.locator("[data-foreign-notice]")
        expect(notice).to_contain_text("3")
        assert desk.letter().evaluate("typeof window.ran") == "undefined"
        assert far.asked == []
        forget_what_was_refused(desk)
        desk.check("letter with pictures of others")
        notice.get_by_role("button").press("Enter")
        expect(notice.get_by_role("button")).to_be_focused()
        wait_for(page, lambda: len(far.asked) >= 3)
        assert {path for _method, path in far.asked} == {
            "/a.png",
            "/ground.png",
            "/p.png",
        }
        notice.get_by_role("button").press("Enter")
        expect(page.frame_locator("#letter").locator("body")).to_have_attribute(
            "data-foreign-pictures", "3"
        )


def forget_what_was_refused(desk: Desk) -> None:
    """A browser names what it would have asked for; whoever listens there knows."""
    assert all("Content Security Policy" in each for each in desk.errors)
    desk.errors.clear()
    desk.strangers.clear()


def wait_for(page: Page, is_so: Callable[[], bool]) -> None:
    for _again in range(100):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not happen")
