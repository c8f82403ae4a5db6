"""From a key made on the page to letters that every receiver finds signed."""

from __future__ import annotations

from collections.abc import Callable

import dkim
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.support.postbox import Postbox


def test_letters_are_signed_with_the_key_that_the_page_publishes(
    make_product: Callable[..., Product],
    open_desk: Callable[..., Desk],
    postbox: Postbox,
) -> None:
    desk = open_desk(make_product(language="en", relay_url=postbox.url))
    desk.log_in()
    records = made_and_switched_on(desk)

    desk.prepare_letter(subject="Signed for everybody", number=1)
    form = desk.page.locator("[data-test-letter]")
    form.locator("[name=addresses]").fill("me@desk.example")
    form.locator("button").click()
    expect(form.locator("[data-tone=good]")).to_be_visible()
    audience = desk.send()
    desk.wait_for_the_end()

    assert len(postbox.letters) == audience + 1
    for letter in postbox.letters:
        assert dkim.verify(letter.content, dnsfunc=lambda name, **_: records[name])


def made_and_switched_on(desk: Desk) -> dict[bytes, bytes]:
    """Return what an administrator copies from the page into DNS."""
    desk.page.goto("/settings/")
    desk.click(desk.page.locator("nav.segments a").last)
    desk.click(desk.page.locator("form[action$='/make/'] button").first)
    name = desk.page.locator("[id^=name-]").first.inner_text()
    value = desk.page.locator("[id^=value-]").first.inner_text()
    desk.click(desk.page.locator("form[action$='/on/'] button"))
    desk.click(desk.page.locator("button[name=anyway]"))  # No DNS knows it.
    expect(desk.page.locator("form[action$='/off/']")).to_be_visible()
    return {f"{name}.".encode(): value.encode()}
