"""A site with nothing on it: the first issue, and hostile input on the way to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.support.postbox import Postbox
from tests.support.website import WebSite, website

MakeProduct = Callable[..., Product]
OpenDesk = Callable[..., Desk]

PEOPLE = """Имя;Адрес
Анна;anna@mail.example
Анна ещё раз;ANNA@mail.example
=HYPERLINK("http://evil.example");eve@mail.example
Без адреса;не адрес
"""
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Соседний сайт</title>
<link>https://neighbour.example/</link><description>Новости</description>
<item><title>Открылся мост</title><link>https://neighbour.example/bridge</link>
<description>С понедельника по нему можно пройти.</description>
<guid>bridge</guid><pubDate>Mon, 02 Nov 2026 10:00:00 +0000</pubDate></item>
</channel></rss>"""
INJECTION = "Редакция\r\nBcc: everyone@evil.example"
MANY_LINES = """(field, text) => {
  const area = document.createElement("textarea");
  area.name = field.name;
  area.value = text;
  field.replaceWith(area);
}"""


@pytest.fixture(scope="module")
def site() -> Iterator[WebSite]:
    with website() as site:
        yield site


@pytest.fixture(scope="module")
def product(
    make_lasting_product: MakeProduct, quick_postbox: Postbox, site: WebSite
) -> Product:
    return make_lasting_product(
        language="ru",
        demo=False,
        relay_url=quick_postbox.url,
        environment={
            "GONETS_FETCH_NETWORKS": "127.0.0.0/8",
            "GONETS_FETCH_PORTS": str(site.port),
        },
    )


@pytest.fixture
def desk(product: Product, open_desk: OpenDesk) -> Desk:
    desk = open_desk(product)
    desk.log_in()
    return desk


def save(desk: Desk) -> None:
    """Press the main button of the form on the page."""
    desk.click(desk.page.locator("main form .button-primary").first)


def make_newsletter(desk: Desk, title: str, *, with_sections: bool = True) -> None:
    desk.page.goto("/newsletters/new/")
    for name, text in {
        "title": title,
        "sender_name": "Редакция",
        "sender_address": "news@desk.example",
        "postal_address": "Садовая улица, 1",
    }.items():
        desk.page.locator(f"[name={name}]").fill(text)
    if with_sections:
        desk.page.locator("[name=section_ids]").first.check()
    save(desk)
    expect(desk.page.locator("h1")).to_have_text(desk.caption("newsletters"))


def prepare(desk: Desk, newsletter: str) -> None:
    desk.page.goto("/")
    row = desk.page.locator("tr[data-can]").filter(has_text=newsletter)
    desk.click(row.locator("input[type=radio]"))
    desk.press("prepare")


def complaint(desk: Desk, field: str) -> Locator:
    return desk.page.locator(
        ".field", has=desk.page.locator(f"[name={field}]")
    ).locator(".field-error")


def test_the_empty_pages_lead_to_the_first_issue(
    make_product: MakeProduct, open_desk: OpenDesk, postbox: Postbox
) -> None:
    desk = open_desk(make_product(language="ru", demo=False, relay_url=postbox.url))
    desk.log_in()

    follow_the_empty_pages(desk)
    write_a_material(desk)
    make_newsletter(desk, "Первая рассылка")
    import_people(desk)
    prepare(desk, "Первая рассылка")
    expect(desk.page.locator("[data-entry]")).to_have_count(1)
    desk.press("materials ok")
    desk.page.locator("[name=subject]").fill("Первый выпуск")
    expect(desk.page.locator("[data-save-state=saved]")).to_be_visible()
    assert desk.send() == 2
    desk.wait_for_the_end()

    letters = {letter.recipient: letter for letter in postbox.letters}
    assert sorted(letters) == ["anna@mail.example", "eve@mail.example"]
    assert letters["anna@mail.example"].message["Subject"] == "Первый выпуск"
    assert "Анна" in letters["anna@mail.example"].part("plain")
    assert "Первая новость" in letters["eve@mail.example"].part("html")


def follow_the_empty_pages(desk: Desk) -> None:
    """Every empty list says what to do and has the button to do it with."""
    paths = ("/", "/planned/", "/sent/", "/materials/", "/sections/", "/subscribers/")
    for path in (*paths, "/sources/"):
        desk.page.goto(path)
        expect(desk.page.locator("main .empty h2")).to_be_visible()
        expect(desk.page.locator("main .empty .button").first).to_be_visible()
        desk.check(f"empty {path}")


def write_a_material(desk: Desk) -> None:
    desk.page.goto("/sections/new/")
    desk.page.locator("[name=name]").fill("Новости")
    save(desk)
    desk.page.goto("/materials/new/")
    desk.page.locator("[name=title]").fill("Первая новость")
    desk.page.locator("[name=teaser]").fill("Сайт открыт.")
    desk.page.locator("[name=address]").fill("https://site.example/first")
    save(desk)
    expect(desk.page.locator("main")).to_contain_text("Первая новость")


def import_people(desk: Desk) -> None:
    page = desk.page
    page.goto("/subscribers/import/")
    people = PEOPLE.encode("windows-1251")
    page.locator("input[type=file]").set_input_files(
        FilePayload(name="люди.csv", mimeType="text/csv", buffer=people)
    )
    save(desk)
    expect(page.locator(".preview-table")).to_contain_text("Без адреса")
    page.locator("[name=readership_ids]").first.check()
    page.locator("[name=consent_source]").fill("Записались в библиотеке")
    desk.click(page.locator("#start-form .decisions button").first)

    left_out = page.locator("[aria-labelledby=left-out-title]")
    expect(left_out).to_contain_text("не адрес", timeout=30_000)
    expect(left_out).to_contain_text("ANNA@mail.example")
    exported = page.request.get("/subscribers/export/").body().decode("utf-8-sig")
    assert "'=HYPERLINK" in exported, "no spreadsheet may run it"
    assert exported.casefold().count("anna@mail.example") == 1


def test_a_feed_brings_materials_and_what_is_no_feed_is_explained(
    desk: Desk, site: WebSite
) -> None:
    page = desk.page
    for content in ("<html><body>Это страница, а не лента</body></html>", ""):
        page.goto("/sources/new/")
        page.locator("[name=address]").fill(site.serve("/page", content.encode()))
        save(desk)
        expect(complaint(desk, "address")).to_be_visible()
        desk.check("no feed")
    page.locator("[name=address]").fill(site.serve("/feed.xml", FEED.encode()))
    save(desk)
    expect(page.locator("#candidate")).to_contain_text("Открылся мост")
    desk.check("what would come")
    save(desk)
    expect(page.locator("main")).to_contain_text("Соседний сайт")
    page.get_by_role("button", name="Обновить").click()
    told = page.locator(".source [role=status]")
    expect(told).to_contain_text("Ничего нового")
    desk.check("fetched by the worker")
    page.locator(".source-name a").click()
    expect(page.locator("main")).to_contain_text("вручную")
    desk.check("one source")
    page.goto("/materials/")
    expect(page.locator("main")).to_contain_text("Открылся мост")


def test_a_file_that_is_no_picture_is_refused_and_the_text_stays(desk: Desk) -> None:
    page = desk.page
    page.goto("/sections/new/")
    page.locator("[name=name]").fill("Картинки")
    save(desk)
    page.goto("/materials/new/")
    page.locator("[name=title]").fill("С картинкой")
    drawing = b"<svg onload=alert(1)>"
    page.locator("[name=picture_file]").set_input_files(
        FilePayload(name="photo.jpg", mimeType="image/jpeg", buffer=drawing)
    )
    save(desk)
    expect(complaint(desk, "picture_file")).to_contain_text("не картинка")
    expect(page.locator("[name=title]")).to_have_value("С картинкой")
    desk.check("no picture")


def test_line_breaks_in_what_becomes_a_header_are_refused(desk: Desk) -> None:
    page = desk.page
    page.goto("/newsletters/new/")
    page.locator("[name=title]").fill("Взлом")
    page.locator("[name=sender_address]").fill("news@desk.example")
    page.locator("[name=postal_address]").fill("Садовая улица, 1")
    page.locator("[name=sender_name]").evaluate(MANY_LINES, INJECTION)
    save(desk)
    expect(complaint(desk, "sender_name")).to_contain_text("одна строка")
    expect(page.locator("[name=title]")).to_have_value("Взлом")

    make_newsletter(desk, "Заголовки", with_sections=False)
    prepare(desk, "Заголовки")
    desk.press("materials ok")
    expect(page.locator("#subject")).to_be_editable()
    page.locator("#subject").evaluate(
        "(field, text) => Object.defineProperty(field, 'value', {get: () => text})",
        INJECTION,
    )
    page.locator("#subject").dispatch_event("input")
    expect(page.locator("[data-save-state=rejected]")).to_contain_text("одна строка")


def test_a_letter_without_subject_and_readers_says_what_is_missing(
    desk: Desk,
) -> None:
    page = desk.page
    make_newsletter(desk, "Ни о чём", with_sections=False)
    expect(page.locator("#messages")).to_contain_text("Не выбрано ни одного раздела")
    prepare(desk, "Ни о чём")
    expect(page.locator(".empty h2")).to_be_visible()
    desk.check("issue without materials")
    desk.press("materials ok")
    expect(desk.letter().locator("[data-edit][role=textbox]").first).to_be_visible()
    page.locator("#subject").fill("")
    expect(page.locator("#checks")).to_contain_text("нет темы")
    desk.press("send")

    expect(page.locator("h1")).to_have_text("Отправлять письмо пока некому")
    expect(page.locator("#send-button")).to_be_disabled()
    expect(page.locator("main")).to_contain_text("нет темы")
    desk.check("nothing to send")
