"""The story of a rehearsal: held from the letter, watched, read, and sent after it."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.desk import PHONE


def test_an_editor_rehearses_reads_the_report_and_sends(make_product, open_desk):
    product = make_product(language="ru")
    desk = open_desk(product, size=PHONE)
    desk.log_in()
    issue = desk.prepare_letter(subject="Паромы")
    desk.check("letter")

    desk.click(desk.page.get_by_role("button", name="Провести репетицию"))
    verdict = desk.page.locator("#rehearsal-verdict")
    expect(verdict).to_be_visible(timeout=60_000)

    expect(verdict).to_have_attribute("data-tone", "good")
    expect(verdict).to_have_text(re.compile(r"переданы все \d+"))
    expect(desk.page.locator("#rehearsal-announcement")).to_have_text(re.compile("все"))
    desk.check("report")
    summary = desk.page.locator("#found-withheld summary").first
    summary.focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#found-withheld table").first).to_be_visible()
    desk.check("report-open")
    with desk.page.expect_download() as download:
        desk.page.locator("a[download]").click()
    assert "@" in Path(download.value.path()).read_text("utf-8-sig")

    desk.page.goto(f"/issues/{issue}/send/")
    expect(desk.page.locator("dl.facts")).to_contain_text("Репетиция")
    desk.check("send")
    desk.page.goto("/mailbox/")
    assert (
        not desk.page.locator("a[href^='/mailbox/'][href$='/']")
        .filter(has_text="Паромы")
        .count()
    )
