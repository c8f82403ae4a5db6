"""The dialog of materials: what is beside it, by keyboard; a page by its address."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.desk import PHONE, WIDE, Desk
from tests.browser.product import Product
from tests.support.website import WebSite, website

MakeProduct = Callable[..., Product]
OpenDesk = Callable[..., Desk]

PAGE = (
    "<html><head><title>Ferry</title>"
    '<meta property="og:title" content="A ferry of the neighbours">'
    '<meta property="og:description" content="It goes every hour."></head></html>'
)


@pytest.fixture(scope="module")
def neighbours() -> Iterator[WebSite]:
    with website() as site:
        for language in ("ru", "en"):
            site.serve(f"/{language}", PAGE.encode(), Content_Type="text/html")
        yield site


@pytest.fixture(scope="module")
def product(make_lasting_product: MakeProduct, neighbours: WebSite) -> Product:
    networks = {"GONETS_FETCH_NETWORKS": "127.0.0.0/8"}
    ports = {"GONETS_FETCH_PORTS": str(neighbours.port)}
    return make_lasting_product(language="ru", environment={**networks, **ports})


@pytest.mark.parametrize(
    ("language", "size"),
    [
        pytest.param("ru", WIDE, id="russian at a desk"),
        pytest.param("en", PHONE, id="english on a phone"),
    ],
)
def test_an_issue_is_composed_without_a_mouse(
    product: Product,
    open_desk: OpenDesk,
    neighbours: WebSite,
    language: str,
    size: dict[str, int],
) -> None:
    desk = open_desk(product, language=language, size=size)
    desk.log_in()
    desk.prepare_issue()
    entries = desk.page.locator("[data-entry]")
    offered = entries.count()

    take_out_and_take_again(desk, offered)
    name_a_section(desk)
    keep_two_of_each(desk)
    read_a_page(desk, neighbours.address(f"/{language}"))
    if size == WIDE:
        drag_a_section(desk)
    see_the_letter(desk, is_wide=size == WIDE)
    desk.check("materials with everything beside")


def take_out_and_take_again(desk: Desk, offered: int) -> None:
    page, entries = desk.page, desk.page.locator("[data-entry]")
    expect(page.locator("[data-shelf-count]")).not_to_be_empty()
    page.locator("[data-toggles-shelf]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#shelf-title")).to_be_visible()
    first = entries.first.get_attribute("data-title") or ""
    entries.first.locator("[data-selects]").focus()
    page.keyboard.press("Delete")
    expect(entries).to_have_count(offered - 1)
    row = page.locator(".shelf-row").filter(has_text=first)
    row.locator("[data-takes]").focus()
    page.keyboard.press("Enter")
    expect(entries).to_have_count(offered)
    expect(row).to_have_count(0)
    page.locator("[data-toggles-shelf]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#shelf-place")).to_be_hidden()


def name_a_section(desk: Desk) -> None:
    page, heading = desk.page, desk.page.locator(".part h2").first
    before = heading.inner_text()
    page.locator("[data-opens-part]").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Seen from the quay")
    page.keyboard.press("Enter")
    expect(heading).to_have_text("Seen from the quay")
    expect(page.locator("[data-opens-part]").first).to_be_focused()
    page.keyboard.press("Control+z")
    expect(heading).to_have_text(before)
    page.keyboard.press("Control+Shift+z")
    expect(heading).to_have_text("Seen from the quay")


def keep_two_of_each(desk: Desk) -> None:
    page = desk.page
    page.locator("[data-sorting] > summary").focus()
    page.keyboard.press("Enter")
    page.locator("[data-limits]").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator(".held")).to_be_visible()
    for part in page.locator("[data-part]").all():
        assert part.locator("[data-entry]").count() <= 2


def drag_a_section(desk: Desk) -> None:
    page, headings = desk.page, desk.page.locator("[data-part] h2")
    first, second = headings.nth(0).inner_text(), headings.nth(1).inner_text()
    grips = page.locator(".part-grip")
    grips.nth(0).hover()
    page.mouse.down()
    expect(page.locator("[data-entry]").first).to_be_hidden()
    below = grips.nth(1).bounding_box()
    assert below is not None
    page.mouse.move(below["x"] + 8, below["y"] + 4, steps=3)
    page.mouse.move(below["x"] + 8, below["y"] + 24, steps=3)
    page.mouse.up()
    expect(headings.nth(0)).to_have_text(second)
    expect(page.locator("[data-entry]").first).to_be_visible()
    page.locator("[data-undoes]").press("Enter")
    expect(headings.nth(0)).to_have_text(first)


def read_a_page(desk: Desk, address: str) -> None:
    page, entries = desk.page, desk.page.locator("[data-entry]")
    before = entries.count()
    page.locator("[data-opens-dialog=picker]").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.type(address)
    expect(page.locator("#picker-reads")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("[data-ticked]")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(entries).to_have_count(before + 1)
    expect(entries.last).to_contain_text("A ferry of the neighbours")
    expect(page.locator(".totals dd").first).to_have_text(str(before + 1))


def see_the_letter(desk: Desk, *, is_wide: bool) -> None:
    page = desk.page
    opens = page.locator("[data-opens-small-preview]")
    if not is_wide:
        opens.focus()
        page.keyboard.press("Enter")
    frame = page.frame_locator("iframe.small-letter:not(.is-coming)")
    expect(frame.get_by_text("A ferry of the neighbours").first).to_be_attached()
    expect(frame.get_by_text("Seen from the quay").first).to_be_attached()
    if not is_wide:
        page.keyboard.press("Escape")
        expect(page.locator("#small-preview")).to_be_hidden()
