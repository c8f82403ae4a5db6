"""The walk without a mouse, and how few clicks it takes with one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.support.postbox import Postbox

MakeProduct = Callable[..., Product]
OpenDesk = Callable[..., Desk]

MOST_CLICKS = 25
MOST_STEPS = 120
FOCUS = """(target) => {
  let element = document.activeElement;
  if (element?.contentDocument) element = element.contentDocument.activeElement;
  if (!element || element.localName === "body") return "";
  const marked = (each) => {
    const style = getComputedStyle(each);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
      || style.boxShadow !== "none";
  };
  const seen = [element, element.closest("label"), element.parentElement];
  if (!seen.some((each) => each && marked(each))) return "hidden " + element.outerHTML;
  return element.matches(target) ? "there" : "";
}"""


@pytest.fixture(scope="module")
def product(make_lasting_product: MakeProduct, quick_postbox: Postbox) -> Product:
    return make_lasting_product(language="ru", relay_url=quick_postbox.url)


def test_the_first_issue_is_out_in_few_clicks(
    product: Product,
    open_desk: OpenDesk,
    record_property: Callable[[str, object], None],
) -> None:
    desk = open_desk(product)
    desk.log_in()
    desk.click(desk.page.locator("tr[data-can] input[type=radio]").nth(1))
    for caption in ("prepare", "materials ok", "send", "send"):
        desk.press(caption)
    desk.wait_for_the_end()
    desk.press("run ok")

    expect(desk.page.locator("h1")).to_have_text(desk.caption("sent"))
    record_property("clicks from the log-in to the sent issue", desk.clicks)
    assert desk.clicks <= MOST_CLICKS


def test_the_walk_needs_no_mouse_and_shows_where_the_keyboard_is(
    product: Product, open_desk: OpenDesk
) -> None:
    desk = open_desk(product)
    log_in(desk)
    prepare_the_issue(desk)
    arrange_the_materials(desk)
    correct_the_letter(desk)
    send_it(desk)
    assert desk.clicks == 0


def log_in(desk: Desk) -> None:
    desk.page.goto("/")
    keys = desk.page.keyboard
    go_to(desk, "input[name=username]")
    keys.type(desk.product.user)
    keys.press("Tab")
    keys.type(desk.product.password)
    keys.press("Enter")
    expect(desk.page.locator("h1")).to_have_text(desk.caption("newsletters"))


def prepare_the_issue(desk: Desk) -> None:
    keys = desk.page.keyboard
    go_to(desk, "tr[data-can] input[type=radio]")
    keys.press("Space")
    keys.press("ArrowDown")
    expect(desk.page.locator("tr[data-can] input").nth(1)).to_be_checked()
    keys.press("ArrowUp")
    go_to(desk, "button[value=prepare]", key="Shift+Tab")
    keys.press("Enter")
    expect(desk.page.locator("[data-entry]").first).to_be_visible()


def arrange_the_materials(desk: Desk) -> None:
    page, keys = desk.page, desk.page.keyboard
    entries = page.locator("[data-entry]")
    offered = entries.count()
    go_to(desk, "[data-opens-dialog=picker]")
    keys.press("Enter")
    expect(page.locator("[data-picks]:not(:disabled)").first).to_be_visible()
    go_to(desk, "[data-picks]")
    keys.press("Space")
    keys.press("Control+Enter")
    expect(entries).to_have_count(offered + 1)

    go_to(desk, "[data-selects]")
    first = entries.first.get_attribute("data-entry")
    with page.expect_response("**/materials/order/"):
        keys.press("Alt+ArrowDown")
    expect(entries.first).not_to_have_attribute("data-entry", first or "")
    go_to(desk, f"#entry-{first}")
    keys.press("Delete")
    expect(entries).to_have_count(offered)
    go_to(desk, ".button-ok")
    keys.press("Enter")


def correct_the_letter(desk: Desk) -> None:
    expect(desk.letter().locator("[data-edit][role=textbox]").first).to_be_visible()
    go_to(desk, "#subject")
    desk.page.keyboard.press("Control+A")
    desk.page.keyboard.type("Без мыши")
    go_to(desk, "[data-edit='intro']")
    desk.page.keyboard.type("Здравствуйте! ")
    expect(desk.page.locator("[data-save-state=saved]")).to_be_visible()
    go_to(desk, "a[href$='/send/']")
    desk.page.keyboard.press("Enter")


def send_it(desk: Desk) -> None:
    page, keys = desk.page, desk.page.keyboard
    expect(page.locator("h1")).to_have_text(re.compile(r"\d"))
    go_to(desk, "#send-button")
    keys.press("Enter")
    expect(page.locator(".run-status")).to_be_visible()
    go_to(desk, "#run-main")
    desk.wait_for_the_end()
    expect(page.locator("#run-main")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text(desk.caption("sent"))


def go_to(desk: Desk, target: str, *, key: str = "Tab") -> None:
    """Press the key until the focus is there; it must be visible all the way."""
    for _step in range(MOST_STEPS):
        where = desk.page.evaluate(FOCUS, target)
        assert not where.startswith("hidden"), where
        if where:
            return
        desk.page.keyboard.press(key)
    raise AssertionError(f"the keyboard does not reach {target}")
