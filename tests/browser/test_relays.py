"""Mail servers and limits: every page of theirs, in both colours, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk import PHONE, Desk
from tests.browser.product import Product
from tests.support.postbox import Postbox


@pytest.fixture(scope="module")
def product(make_lasting_product: Callable[..., Product]) -> Product:
    return make_lasting_product(language="ru")


@pytest.mark.parametrize(
    ("language", "size", "colours"),
    [
        pytest.param("ru", None, "light", marks=pytest.mark.soak),
        ("en", PHONE, "dark"),
    ],
    ids=["wide and light", "narrow and dark"],
)
def test_mail_servers_are_added_changed_limited_and_removed(
    product: Product,
    open_desk: Callable[..., Desk],
    quick_postbox: Postbox,
    language: str,
    size: dict[str, int] | None,
    colours: str,
) -> None:
    desk = open_desk(product, language=language, size=size, colours=colours)
    desk.log_in()
    page = desk.page

    page.goto("/settings/")
    expect(page.locator(".empty")).to_be_visible()
    desk.check("no relays")
    add(desk, quick_postbox.port, name="Main", weight="3")
    desk.check("one relay")
    add(desk, quick_postbox.port, name="Spare", weight="0")
    page.goto("/settings/limits/new/?provider=Mail.ru")
    page.locator("[name=letters_per_second]").fill("0.5")
    desk.check("limit")
    page.locator("main .button-primary").click()
    page.locator("details summary").click()
    page.locator(".relay-card form button").first.click()
    expect(page.locator(".relay-check .notice").first).to_be_visible()
    desk.check("relays")
    page.locator("a[href*=limits]").nth(1).click()
    page.locator("[data-opens-dialog]").click()
    desk.check("limit dialog")
    page.locator("dialog .button-danger").click()
    for name in ("Main", "Spare"):
        page.locator(".relay-card", has_text=name).locator("a[href*=remove]").click()
        desk.check(f"remove {name}")
        page.locator("main .button-danger").click()
    expect(page.locator(".empty")).to_be_visible()


def add(desk: Desk, port: int, **fields: str) -> None:
    page = desk.page
    page.goto("/settings/relays/new/")
    page.locator("[name=security]").select_option("none")
    for name, text in {"host": "127.0.0.1", "port": str(port), **fields}.items():
        page.locator(f"[name={name}]").fill(text)
    desk.check("relay form")
    page.locator(".decisions .button-primary").click()
    expect(page.locator(".relay-card", has_text=fields["name"])).to_be_visible()
