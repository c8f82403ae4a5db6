"""A letter whose text part is written by hand, read as text and in the browser."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.support.postbox import Postbox

PICTURES = os.environ.get("GONETS_TEST_PICTURES", "")


def test_a_text_written_by_hand_goes_out_and_the_letter_opens_in_the_browser(
    make_product: Callable[..., Product],
    open_desk: Callable[..., Desk],
    quick_postbox: Postbox,
) -> None:
    product = make_product(language="ru", relay_url=quick_postbox.url)
    desk = open_desk(product)
    desk.log_in()
    desk.prepare_letter(subject="Текстом", number=1)

    write_the_text(desk, "Здравствуйте, {{ subscriber.name }}!\nОткройте письмо.")
    picture(desk, "text-part")
    desk.send()
    desk.wait_for_the_end()

    message = quick_postbox.letters[0].message
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert text.startswith("Здравствуйте, ")
    assert "Открыть в браузере" in html
    address = re.search(r'href="[^"]*(/v/[^"]+)"', html)
    assert address is not None
    open_in_the_browser(desk, address[1])


def write_the_text(desk: Desk, text: str) -> None:
    desk.click(desk.page.locator("button[data-view=text]"))
    bar = desk.page.locator("[data-text-bar]")
    desk.click(bar.locator("[data-opens-dialog]"))
    words = desk.page.locator("#own-text-words")
    expect(words).to_have_value(re.compile("unsubscribe_address"))
    desk.check("text dialog")
    picture(desk, "text-dialog")
    words.fill(text)
    desk.click(desk.page.locator("#own-text .button-primary"))
    expect(bar.locator("[data-resets-text]")).to_be_visible()
    shown = desk.page.frame_locator("#letter").locator("pre")
    expect(shown).to_contain_text("Отписаться:")
    desk.check("text part")


def open_in_the_browser(desk: Desk, path: str) -> None:
    context = desk.page.context.browser.new_context(base_url=desk.product.address)
    page = context.new_page()
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200
    images = page.locator("img")
    images.first.scroll_into_view_if_needed()
    expect(images.first).to_be_visible()
    expect(page.get_by_text("Открыть в браузере")).to_be_visible()
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / "browser-page.png")
    context.close()


def picture(desk: Desk, name: str) -> None:
    if PICTURES:
        desk.page.screenshot(path=Path(PICTURES) / f"{name}.png")
