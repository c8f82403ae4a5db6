"""On a slow line a page is there before its scripts: no press of a button is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.slow_line import held_back, let_go


@pytest.fixture(scope="module")
def product(make_lasting_product: Callable[..., Product]) -> Product:
    return make_lasting_product(language="en")


@pytest.mark.parametrize(
    "late",
    [
        pytest.param("app.js", id="nothing answers"),
        pytest.param("picker.js", id="half of what answers is there"),
    ],
)
def test_a_button_pressed_before_the_scripts_are_there_does_its_work(
    product: Product, open_desk: Callable[..., Desk], late: str
) -> None:
    desk = open_desk(product)
    desk.log_in()
    desk.prepare_issue()
    held = held_back(desk, f"**/{late}")

    desk.page.goto(desk.page.url, wait_until="commit")
    while not held:
        desk.page.wait_for_timeout(50)
    desk.press("add")
    let_go(held)

    offered = desk.page.locator("dialog#picker [data-picks]")
    expect(offered.first).to_be_visible()
