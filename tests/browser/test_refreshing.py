"""The site changes while a letter is written: nothing is lost, the editor picks."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.desk import PHONE, WIDE, Desk
from tests.browser.product import Product

PICTURES = os.environ.get("GONETS_TEST_PICTURES", "")


@pytest.mark.parametrize(
    ("language", "size", "colours"),
    [
        pytest.param("ru", WIDE, "light", id="ru-wide", marks=pytest.mark.soak),
        pytest.param("en", PHONE, "dark", id="en-phone-dark"),
    ],
)
def test_both_sides_changed_a_material_and_the_editor_picks(
    make_product: Callable[..., Product],
    open_desk: Callable[..., Desk],
    language: str,
    size: dict[str, int],
    colours: str,
) -> None:
    desk = open_desk(make_product(language=language), size=size, colours=colours)
    desk.log_in()
    issue = desk.prepare_letter(subject="Refreshed")
    written, updated = titles(desk)[:2]
    write_title(desk, "Mine, mine, mine")
    site_says(desk, written, "The site says this")
    site_says(desk, updated, "The site says that")

    desk.page.goto(f"/issues/{issue}/preview/")
    press_news(desk)

    picture(desk, f"refresh-{language}")
    desk.check("refreshing")
    expect(desk.page.locator("ins", has_text="that")).to_be_visible()
    anew = desk.page.locator("[data-writes-anew]").first
    anew.focus()
    desk.page.keyboard.press("Space")
    field = desk.page.locator(".anew input").first
    expect(field).to_have_value("Mine, mine, mine")
    field.fill("Ours: mine and the site's")
    picture(desk, f"refresh-anew-{language}")
    desk.check("refreshing anew")
    desk.click(
        desk.page.locator("form[aria-labelledby=conflicts-title] .button-primary")
    )
    expect(desk.page.locator("#conflicts-title")).to_have_count(0)
    desk.click(desk.page.locator(".decisions a").first)
    assert titles(desk)[:2] == ["Ours: mine and the site's", "The site says that"]


TITLES = "[data-edit$='.title'][role=textbox]"
READ_TITLES = f"""() => [...document.querySelector('#letter').contentDocument
  .querySelectorAll("{TITLES}")].map((title) => title.textContent)"""


def titles(desk: Desk) -> list[str]:
    expect(desk.letter().locator(TITLES).first).to_be_attached()
    found: list[str] = desk.page.evaluate(READ_TITLES)
    return found


def write_title(desk: Desk, text: str) -> None:
    title = desk.letter().locator(TITLES).first
    title.click()
    title.press("Control+A")
    title.press_sequentially(text)
    title.blur()
    state = desk.page.locator("[data-save-state=saved] span")
    expect(state).to_have_text(re.compile(r"\d\d:\d\d"))


def site_says(desk: Desk, title: str, changed: str) -> None:
    """Give a material of the site another title."""
    desk.page.goto(f"/materials/?search={title}")
    desk.click(desk.page.get_by_role("link", name=title).first)
    desk.page.locator("[name=title]").fill(changed)
    desk.click(
        desk.page.locator(
            "main form button[type=submit], main form .button-primary"
        ).last
    )
    expect(desk.page.locator("[name=title]")).to_have_count(0)


def press_news(desk: Desk) -> None:
    news = desk.page.locator(".site-news button")
    expect(news).to_contain_text("2")
    picture(desk, f"news-{desk.language}")
    desk.click(news)
    expect(desk.page.locator("#conflicts-title")).to_be_visible()


def picture(desk: Desk, name: str) -> None:
    if PICTURES:
        desk.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
