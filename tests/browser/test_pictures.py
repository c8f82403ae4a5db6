"""The pages that the guide shows and no story passes; only for ``make screenshots``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.desk import SCREENSHOTS, WIDE, Desk
from tests.browser.product import Product
from tests.browser.test_blocks import insert
from tests.support.website import WebSite, website

pytestmark = pytest.mark.skipif(not SCREENSHOTS, reason="only for the guide")

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>
<link>https://{host}/</link><item><title>{news}</title>
<link>https://{host}/1</link><description>{news}.</description></item>
</channel></rss>"""
FEEDS = {
    "ru": {
        "library": ("Библиотека имени Чехова", "Новые книги ноября"),
        "museum": ("Музей речного флота", "Пароход вернулся из ремонта"),
    },
    "en": {
        "library": ("The town library", "New books of November"),
        "museum": ("The river museum", "The steamer is back from repair"),
    },
}
MORE = {"ru": " — и днём, и ночью", "en": " — by day and by night"}


@pytest.fixture
def neighbours() -> Iterator[WebSite]:
    with website() as site:
        yield site


@pytest.mark.parametrize(
    "language",
    [pytest.param("ru", id="ru-wide"), pytest.param("en", id="en-wide")],
)
def test_the_guide_shows_the_pages_round_about_the_walk(
    language: str,
    make_product: Callable[..., Product],
    open_desk: Callable[..., Desk],
    neighbours: WebSite,
) -> None:
    networks = {"GONETS_FETCH_NETWORKS": "127.0.0.0/8"}
    ports = {"GONETS_FETCH_PORTS": str(neighbours.port)}
    product = make_product(language=language, environment={**networks, **ports})
    desk = open_desk(product, size=WIDE)
    desk.log_in()

    the_dialog_of_materials(desk)
    the_letter_and_its_versions(desk)
    how_letters_look(desk)
    a_newsletter_that_comes_out_by_itself(desk)
    where_materials_come_from(desk, neighbours)


def the_dialog_of_materials(desk: Desk) -> None:
    page = desk.page
    desk.prepare_issue()
    expect(page.locator("[data-small-preview] iframe")).to_be_visible()
    page.locator("[data-toggles-shelf]").click()
    expect(page.locator("#shelf-place li").first).to_be_visible()
    desk.check("reasons")
    desk.press("add")
    picker = page.locator("dialog#picker")
    for number in (0, 1):
        picker.locator("[data-picks]:not(:disabled)").nth(number).check()
    desk.check("picker")
    desk.click(picker.locator("[data-adds]"))
    expect(picker).to_be_hidden()
    desk.press("materials ok")


def the_letter_and_its_versions(desk: Desk) -> None:
    page = desk.page
    title = desk.letter().locator("[data-edit$='.title']").first
    title.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(MORE[desk.language])
    expect(page.locator("[data-save-state=saved]")).to_be_visible()
    signs = page.locator(".block-sign")
    expect(signs.nth(1)).to_be_visible()
    signs.nth(1).press("Enter")
    expect(page.locator("[data-block-menu]")).to_be_visible()
    desk.check("blocks")
    page.keyboard.press("Escape")
    insert(desk, "divider", after=1)
    expect(desk.letter().locator(".kind-divider")).to_be_visible()
    issue = re.findall(r".*/issues/\d+/", page.url)[0]
    page.goto(f"{issue}versions/")
    page.locator(".version-time").first.click()
    expect(page.locator("iframe")).to_be_visible()
    desk.check("versions")


def how_letters_look(desk: Desk) -> None:
    for name, path in (("designs", "/look/designs/"), ("brand", "/look/")):
        desk.page.goto(path)
        desk.page.wait_for_load_state("networkidle")
        desk.check(name)


def a_newsletter_that_comes_out_by_itself(desk: Desk) -> None:
    desk.page.goto("/newsletters/1/schedule/")
    expect(desk.page.locator(".schedule-words")).to_be_visible()
    desk.check("schedule")


def where_materials_come_from(desk: Desk, neighbours: WebSite) -> None:
    """One source works; the other one's site is down when it is asked again."""
    page = desk.page
    for name, (title, news) in FEEDS[desk.language].items():
        feed = FEED.format(title=title, news=news, host=f"{name}.example")
        page.goto("/sources/new/")
        page.locator("[name=address]").fill(
            neighbours.serve(f"/{name}.xml", feed.encode())
        )
        page.locator(".decisions .button-primary").click()
        expect(page.locator("#candidate")).to_be_visible()
        page.locator(".decisions .button-primary").click()
        expect(page.locator("main")).to_contain_text(title)
    neighbours.pages.clear()
    page.locator("form[action$='/fetch/'] button").first.click()
    expect(page.locator("[data-tone=bad], [data-tone=warn]").first).to_be_visible(
        timeout=30_000
    )
    desk.check("sources")
