"""A slip found while the letter is leaving: paused, corrected, continued."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.support.postbox import Postbox


def test_those_who_still_wait_get_the_corrected_letter_and_the_account_says_so(
    make_product: Callable[..., Product],
    open_desk: Callable[..., Desk],
    postbox: Postbox,
) -> None:
    desk = open_desk(make_product(language="ru", relay_url=postbox.url))
    desk.log_in()
    issue = desk.prepare_letter(subject="Ошыбка", number=1)
    audience = desk.send()
    desk.wait_for_percent(10)
    desk.press("pause")
    expect(desk.page.locator("#run-correct")).to_be_visible()
    sent = len(postbox.letters)

    desk.click(desk.page.locator("#run-correct"))
    desk.page.locator("[name=subject]").fill("Ошибка")
    expect(desk.page.locator("[data-save-state=saved]")).to_be_visible()
    desk.click(desk.page.locator(".decisions .button-primary"))
    question = desk.page.locator("#run-controls fieldset")
    expect(question).to_contain_text(str(audience - sent))
    desk.check("correcting")
    desk.press("continue")
    desk.wait_for_the_end()

    subjects = [str(letter.message["Subject"]) for letter in postbox.letters]
    assert subjects == ["Ошыбка"] * sent + ["Ошибка"] * (audience - sent)
    assert len(set(postbox.recipients())) == audience
    versions = versions_of(desk, issue)
    assert (versions.count("1"), versions.count("2")) == (sent, audience - sent)


def versions_of(desk: Desk, issue: int) -> list[str]:
    answer = desk.page.request.get(f"/issues/{issue}/account.csv")
    rows = csv.reader(io.StringIO(answer.body().decode("utf-8-sig")), delimiter=";")
    return [row[10] for row in list(rows)[1:]]
