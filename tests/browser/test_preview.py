"""Writing in the letter: nothing typed is lost, and nobody's words are written over."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Frame, Page, expect

from tests.browser.desk import Desk
from tests.browser.product import Product

MakeProduct = Callable[..., Product]
OpenDesk = Callable[..., Desk]


def test_two_editors_a_lost_connection_and_a_hasty_reload_lose_no_word(
    make_product: MakeProduct, open_desk: OpenDesk
) -> None:
    product = make_product(language="ru")
    first, second = open_desk(product), open_desk(product)
    for desk in (first, second):
        desk.log_in()
    open_an_issue(first)
    second.page.goto(first.page.url)

    write_in_the_letter(first)
    what_both_wrote_comes_together(first, second)
    what_was_typed_offline_is_saved_later(second)
    a_reload_at_once_loses_nothing(second)


def open_an_issue(desk: Desk) -> None:
    desk.click(desk.page.locator("tr[data-can] input[type=radio]").first)
    desk.press("prepare")
    expect(desk.page.locator("[data-entry]").first).to_be_visible()
    desk.press("materials ok")
    expect(desk.page.locator("[data-preview]")).to_be_visible()


def state(page: Page, name: str) -> None:
    expect(page.locator(f"[data-save-state={name}]")).to_be_visible()


def field(desk: Desk, name: str) -> tuple[Frame, str]:
    frame = desk.letter()
    selector = f"[data-edit={name}]"
    expect(frame.locator(f"{selector}[role=textbox]")).to_be_attached()
    return frame, selector


def write_in_the_letter(desk: Desk) -> None:
    frame, intro = field(desk, "intro")
    frame.locator(intro).click()
    keys = desk.page.keyboard
    keys.press("Control+A")
    keys.type("Дорогие соседи, ")
    desk.page.locator("[data-format=personal]").click()
    desk.page.locator("#personal-dialog button[value=insert]").click()
    keys.press("Control+B")
    keys.type("сегодня")
    keys.press("Enter")
    keys.type("всё иначе")
    state(desk.page, "saved")

    desk.page.locator("button[data-view=text]").click()
    expect(desk.page.frame_locator("#letter").locator("pre")).to_contain_text(
        "всё иначе"
    )
    desk.check("letter-as-text")
    desk.page.locator("button[data-view=edit]").click()
    frame, intro = field(desk, "intro")
    expect(frame.locator(f"{intro} [data-personal]")).to_have_count(1)
    expect(frame.locator(f"{intro} :is(b, strong)").first).to_have_text("сегодня")


def what_both_wrote_comes_together(first: Desk, second: Desk) -> None:
    page = second.page
    page.fill("#subject", "Моя тема")
    state(page, "saved")
    frame, intro = field(second, "intro")
    expect(frame.locator(intro)).to_contain_text("всё иначе")
    expect(page.locator("#subject")).to_have_value("Моя тема")
    expect(first.page.locator("#subject")).to_have_value("Моя тема")


def what_was_typed_offline_is_saved_later(desk: Desk) -> None:
    desk.page.context.set_offline(True)
    desk.page.fill("#preheader", "Без сети")
    state(desk.page, "retrying")

    desk.page.context.set_offline(False)
    state(desk.page, "saved")
    desk.page.reload()
    expect(desk.page.locator("#preheader")).to_have_value("Без сети")


def a_reload_at_once_loses_nothing(desk: Desk) -> None:
    field(desk, "intro")
    desk.page.fill("#preheader", "Второпях")
    desk.page.reload()

    expect(desk.page.locator("#preheader")).to_have_value("Второпях")
    state(desk.page, "saved")
    desk.page.reload()
    expect(desk.page.locator("#preheader")).to_have_value("Второпях")
