"""What holds on every page: it fits, everyone can use it, it speaks one language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.desk import PHONE, WIDE, Desk
from tests.browser.product import Product
from tests.browser.words import foreign_words

MakeProduct = Callable[..., Product]

LISTS = {
    "newsletters": [
        "/",
        "/planned/",
        "/sent/",
        "/newsletters/archive/",
        "/newsletters/1/schedule/",
    ],
    "the site": [
        "/materials/",
        "/materials/?search=zzzz",
        "/materials/new/",
        "/sections/",
        "/sections/new/",
        "/sources/",
        "/sources/new/",
    ],
    "readers": [
        "/subscribers/",
        "/subscribers/?q=zzzz",
        "/subscribers/new/",
        "/subscribers/import/",
        "/subscribers/fields/",
        "/join/",
        "/join/asked/",
    ],
    "set-up": [
        "/settings/",
        "/settings/signing/",
        "/look/",
        "/look/designs/",
        "/look/letter/",
        "/settings/relays/new/",
        "/users/",
        "/users/add/",
        "/password/",
        "/mailbox/",
    ],
}
ONE_OF = {
    "/": r"/newsletters/new/",
    "/sent/": r"/issues/\d+/",
    "/materials/": r"/materials/\d+/",
    "/sections/": r"/sections/\d+/",
    "/subscribers/": r"/subscribers/\d+/",
    "/users/": r"/users/\d+/(?:password/)?",
    "/look/designs/": r"/look/designs/compact/",
    "/mailbox/": r"/mailbox/\d+/",
}
"""Which links of a list are pages of one kind; the first of each kind is visited."""

PEOPLE = {
    "ru": "Имя;Адрес\nАда;ada@import.example\nБорис;без адреса\n",
    "en": "Name,Address\nAda,ada@import.example\nBob,no address\n",
}
VARIANTS = {
    "ru-light-wide": ("ru", WIDE, "light"),
    "en-dark-phone": ("en", PHONE, "dark"),
}


@pytest.fixture(scope="module", params=VARIANTS)
def desk(
    request: pytest.FixtureRequest,
    chromium: Browser,
    make_lasting_product: MakeProduct,
) -> Iterator[Desk]:
    language, size, colours = VARIANTS[request.param]
    product = make_lasting_product(language=language)
    desk = Desk.open(chromium, product, size=size, colours=colours)
    desk.log_in()
    yield desk
    desk.close()
    product.stop()


def visit(desk: Desk, path: str) -> None:
    desk.page.goto(path)
    look(desk, path)


def look(desk: Desk, name: str) -> None:
    """Hold the page to what must be true of every page."""
    desk.check(f"page {name}")
    assert foreign_words(desk.page, desk.language) == [], name


@pytest.mark.parametrize("area", LISTS)
def test_every_list_and_form_is_sound(desk: Desk, area: str) -> None:
    for path in LISTS[area]:
        visit(desk, path)
        for one in one_of_each(desk, ONE_OF.get(path)):
            visit(desk, one)


def one_of_each(desk: Desk, pattern: str | None) -> list[str]:
    if pattern is None:
        return []
    links = desk.page.locator("main a").evaluate_all(
        "all => all.map(each => new URL(each.href).pathname)"
    )
    kinds: dict[str, str] = {}
    for link in links:
        if re.fullmatch(pattern, link):
            kinds.setdefault(re.sub(r"\d+", "N", link), link)
    return list(kinds.values())


def test_the_settings_of_a_newsletter_and_its_complaints_are_sound(desk: Desk) -> None:
    desk.page.goto("/")
    desk.click(desk.page.locator("tr[data-can] input[type=radio]").first)
    desk.click(desk.page.locator("button[value=edit]"))
    look(desk, "newsletter")
    desk.page.locator("[name=title]").fill("")
    desk.click(desk.page.locator(".decisions button"))
    expect(desk.page.locator(".field-error").first).to_be_visible()
    look(desk, "newsletter with complaints")


def test_every_step_of_an_issue_is_sound(desk: Desk) -> None:
    desk.prepare_issue()
    look(desk, "materials of the issue")
    desk.page.locator("[data-opens-dialog=picker]").first.click()
    expect(desk.page.locator("[data-picks]").first).to_be_visible()
    look(desk, "picker")
    desk.page.keyboard.press("Escape")
    desk.press("materials ok")
    expect(desk.page.locator("[data-edit]")).to_have_count(0)
    look(desk, "letter")
    issue = desk.page.url.removesuffix("preview/")
    for page in ("schedule/", "send/", "rehearsal/", "versions/"):
        visit(desk, issue + page)
    desk.page.goto("/")
    desk.click(desk.page.locator("tr[data-can] input[type=radio]").first)
    desk.press("prepare")
    look(desk, "drafts")


def test_the_account_of_a_sent_issue_is_sound(desk: Desk) -> None:
    desk.page.goto("/sent/")
    desk.select(re.compile(r"\S"))
    desk.click(desk.page.locator("button[value=account]"))
    desk.page.wait_for_url("**/issues/**")
    look(desk, "account")
    issue = re.findall(r"/issues/\d+/", desk.page.url)[0]
    for address in one_of_each(desk, rf"{issue}account/\d+/"):
        visit(desk, address)
        visit(desk, f"{address}letter/?view=text")
    for page in ("account/?state=refused", "again/", "progress/", "preview/"):
        visit(desk, issue + page)


def test_every_step_of_an_import_is_sound(desk: Desk) -> None:
    desk.page.goto("/subscribers/import/")
    desk.page.locator("input[type=file]").set_input_files(
        {
            "name": "people.csv",
            "mimeType": "text/csv",
            "buffer": PEOPLE[desk.language].encode(),
        }
    )
    desk.click(desk.page.locator("form.form button"))
    look(desk, "columns of an import")
    desk.page.locator("[name=readership_ids]").first.check()
    desk.page.locator("[name=consent_source]").fill("—")
    desk.click(desk.page.locator("#start-form .decisions button").first)
    expect(desk.page.locator("#left-out-title")).to_be_visible(timeout=30_000)
    look(desk, "result of an import")


def test_a_signing_key_and_its_record_are_sound(desk: Desk) -> None:
    desk.page.goto("/settings/signing/")
    desk.click(desk.page.locator("form[action$='/make/'] button").first)
    look(desk, "signing key")
    desk.page.locator("[data-copies]").first.click()
    expect(desk.page.locator(".toast")).to_be_visible()
    desk.click(desk.page.locator("form[action$='/on/'] button"))
    expect(desk.page.locator("button[name=anyway]")).to_be_visible()
    look(desk, "signing key without its record")
    desk.click(desk.page.locator("a[href$='/delete/']"))
    look(desk, "deleting a signing key")
    desk.page.go_back()
    desk.click(desk.page.locator("button[name=anyway]"))
    expect(desk.page.locator("form[action$='/off/']")).to_be_visible()
    look(desk, "signing key in use")


def test_a_test_letter_can_be_read_in_the_mailbox(desk: Desk) -> None:
    desk.prepare_letter(subject="—")
    form = desk.page.locator("[data-test-letter]")
    form.locator("[name=addresses]").fill("me@desk.example")
    form.locator("button").click()
    expect(form.locator("[data-tone=good]")).to_be_visible()
    desk.page.goto("/mailbox/")
    look(desk, "mailbox")
    letters = one_of_each(desk, ONE_OF["/mailbox/"])
    assert letters
    visit(desk, letters[0])


def test_what_strangers_see_is_sound(desk: Desk, chromium: Browser) -> None:
    stranger = Desk.open(chromium, desk.product, size=desk.page.viewport_size)  # type: ignore[arg-type]
    visit(stranger, "/login/")
    for path in ("/no-such-page/", "/u/no-such-link/"):
        stranger.page.goto(path)
        assert all("404" in error for error in stranger.errors)
        stranger.errors.clear()
        look(stranger, path)
    stranger.close()


def test_an_own_template_and_its_versions_are_sound(desk: Desk) -> None:
    visit(desk, "/look/designs/compact/")
    desk.page.locator("main form button.button-primary").click()
    expect(desk.page.locator("[data-template]")).to_be_visible()
    template = desk.page.url.removeprefix(desk.product.address)
    for path in ("", "versions/", "versions/1/", "delete/"):
        visit(desk, f"{template}{path}")
    visit(desk, "/look/designs/")
    visit(desk, "/newsletters/1/brand/")
