"""The story of a newsletter that comes out by itself: said, tried, skipped, seen."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.desk import PHONE

CHORE_SECONDS = 40


def test_an_editor_lets_a_newsletter_come_out_by_itself(make_product, open_desk):
    product = make_product(language="ru")
    desk = open_desk(product, size=PHONE)
    desk.log_in()
    page = desk.page
    page.goto("/newsletters/1/")
    page.locator("summary", has_text="Метки").click()
    expect(page.locator("#rule-taken")).to_contain_text(re.compile(r"\d+ материал"))
    page.get_by_label("Материалов не меньше").fill("500")
    expect(page.locator("#rule-taken")).to_contain_text("меньше чем 500")
    desk.check("settings with a rule")

    page.locator(".schedule-link a").click()
    words = page.locator(".schedule-words")
    expect(words).to_be_visible()
    page.get_by_label("По дням недели в месяце").focus()
    page.keyboard.press("Space")
    page.get_by_label("первый", exact=True).check()
    page.get_by_label("третий", exact=True).check()
    expect(words).to_contain_text("В первый и третий понедельник каждого месяца")
    desk.check("schedule tried out")
    desk.click(page.locator(".decisions .button-primary"))

    expect(page.locator("[name=day]")).to_have_count(5)
    desk.click(page.locator("[name=day]").nth(1))
    expect(page.locator("[name=back]")).to_have_count(1)
    desk.check("schedule with a date skipped")

    page.goto("/planned/")
    collecting = page.locator("tr", has_text="Собирается до")
    for _ in range(CHORE_SECONDS):
        if collecting.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(collecting).to_contain_text("Рассылка формируется")
    expect(collecting).to_contain_text("потом ждёт вас")
    desk.check("planned with a standing draft")
    desk.click(collecting.locator("input[type=radio]"))
    desk.press("continue")
    expect(page.locator("[data-entry]").first).to_be_visible()
