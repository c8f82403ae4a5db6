"""Before sending: every view of the letter, a list that leads there, a reason kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk import PHONE, SCREENSHOTS, WIDE, Desk
from tests.browser.product import Product

OpenDesk = Callable[..., Desk]
REASON = "Только для своих: проверяем, как выглядит"


@pytest.fixture(scope="module")
def product(make_lasting_product: Callable[..., Product]) -> Product:
    return make_lasting_product(language="ru")


@pytest.mark.parametrize(
    ("language", "size", "colours"),
    [
        pytest.param("ru", WIDE, "light", id="ru-wide"),
        pytest.param("en", PHONE, "dark", id="en-phone", marks=pytest.mark.soak),
        pytest.param(
            *("en", WIDE, "light"),
            id="en-wide",
            marks=pytest.mark.skipif(not SCREENSHOTS, reason="only for the guide"),
        ),
    ],
)
def test_what_is_wrong_is_found_mended_or_answered_for(
    product: Product, open_desk: OpenDesk, language, size, colours
) -> None:
    desk = open_desk(product, language=language, size=size, colours=colours)
    desk.log_in()
    desk.prepare_letter(subject="СРОЧНЫЕ НОВОСТИ ЭТОЙ НЕДЕЛИ")

    a_line_leads_to_its_place_and_goes_when_mended(desk)
    the_rarer_views_are_reached_by_keyboard(desk)
    without_a_subject_nothing_leaves_but_with_a_reason(desk)
    a_letter_is_looked_at_as_it_went(desk)


def a_line_leads_to_its_place_and_goes_when_mended(desk: Desk) -> None:
    line = desk.page.locator("[data-code=subject-shouting]")
    expect(line).to_be_visible()
    desk.check("preflight")

    line.locator("[data-goes-to]").click()
    expect(desk.page.locator("#subject")).to_be_focused()
    desk.page.fill("#subject", "Новости этой недели")
    expect(line).to_have_count(0)


def the_rarer_views_are_reached_by_keyboard(desk: Desk) -> None:
    keys, letter = desk.page.keyboard, desk.page.frame_locator("#letter")
    desk.page.locator("[data-menu] > summary").focus()
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    expect(letter.locator("table").first).to_contain_text("HTML")
    expect(desk.page.locator("[data-menu-choice]")).not_to_be_empty()
    keys.press("Enter")
    expect(desk.page.locator("button[data-view=source]")).to_be_visible()
    desk.page.locator("button[data-view=source]").click()
    expect(letter.locator("pre")).to_contain_text("List-Unsubscribe-Post:")
    expect(desk.page.locator("[data-copies-letter]")).to_be_visible()
    before = desk.page.locator("[data-reader-name]").inner_text()
    desk.page.locator("[data-steps='1']").click()
    expect(desk.page.locator("[data-reader-name]")).not_to_have_text(before)
    desk.check("source")


def without_a_subject_nothing_leaves_but_with_a_reason(desk: Desk) -> None:
    page = desk.page
    page.fill("#subject", "")
    expect(page.locator("[data-code=subject-empty]")).to_be_visible()
    desk.press("send")
    expect(page.locator("#send-button")).to_be_disabled()

    page.locator(".override > summary").click()
    page.locator(".override input[name=reason]").fill(REASON)
    desk.check("overriding")
    page.locator(".override form button").click()
    expect(page.locator("#send-button")).to_be_enabled()
    expect(page.locator(".override-made")).to_contain_text(REASON)
    desk.check("overridden")


def a_letter_is_looked_at_as_it_went(desk: Desk) -> None:
    page = desk.page
    desk.press("send")
    expect(page.locator(".run-status")).to_be_visible()
    account = page.url.replace("progress", "account")
    page.goto(f"{account}?state=accepted")
    expect(page.locator("main")).to_contain_text(REASON)
    first = page.locator("th.account-address a").first
    while not first.count():
        page.reload()
    first.click()
    page.locator("a[href$='/letter/']").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("h1").first).to_be_visible()
    desk.check("as-it-went")
