"""The walk of an editor, from the site's materials to «Рассылка окончена»."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.desk import PHONE, WIDE, Desk
from tests.browser.product import Product
from tests.support.postbox import Letter, Postbox

MakeProduct = Callable[..., Product]
OpenDesk = Callable[..., Desk]

SUBJECTS = {
    "ru": "Пять новостей недели — «Проверено»",
    "en": "Five stories — “checked”",
}
TITLES = {"ru": "Заголовок исправлен редактором", "en": "A title the editor corrected"}


@pytest.mark.parametrize(
    ("language", "size"),
    [
        pytest.param("ru", WIDE, id="ru-wide"),
        pytest.param("en", PHONE, id="en-phone"),
        pytest.param("ru", PHONE, id="ru-phone", marks=pytest.mark.soak),
        pytest.param("en", WIDE, id="en-wide", marks=pytest.mark.soak),
    ],
)
def test_the_walk_reaches_everybody_once_through_a_pause_and_a_killed_server(
    language: str,
    size: dict[str, int],
    make_product: MakeProduct,
    open_desk: OpenDesk,
    postbox: Postbox,
) -> None:
    product = make_product(
        language=language, relay_url=postbox.url, from_nothing=size is WIDE
    )
    desk = open_desk(product, size=size)
    desk.log_in()

    prepare_an_issue(desk)
    correct_the_letter(desk, subject=SUBJECTS[language], title=TITLES[language])
    send_a_test_letter(desk, postbox)
    postpone_and_come_back(desk, subject=SUBJECTS[language], title=TITLES[language])
    audience = start_sending(desk)
    paused_at = pause_at_a_third(desk)
    find_it_paused(desk, paused_at)
    taken_before = len(postbox.letters)

    product.kill()
    product.start()
    # The page may have been asking how it goes just then.
    desk.errors[:] = [one for one in desk.errors if "ERR_CONNECTION" not in one]
    time.sleep(1)
    assert len(postbox.letters) == taken_before, "a paused run must stay paused"

    continue_to_the_end(desk, subject=SUBJECTS[language])
    find_it_sent(desk, subject=SUBJECTS[language])
    everybody_has_it_once(postbox.letters, audience, desk, TITLES[language])


def prepare_an_issue(desk: Desk) -> None:
    desk.check("newsletters")
    desk.click(desk.page.locator("tr[data-can] input[type=radio]").first)
    desk.press("prepare")

    entries = desk.page.locator("[data-entry]")
    expect(entries.first).to_be_visible()
    offered = entries.count()
    assert offered >= 3
    desk.check("materials")

    add_two_materials(desk)
    expect(entries).to_have_count(offered + 2)
    desk.check("materials-added")
    desk.click(entries.last.locator("[data-selects]"))
    desk.press("remove")
    expect(entries).to_have_count(offered + 1)
    move_the_second_entry_up(desk)
    desk.press("materials ok")


def add_two_materials(desk: Desk) -> None:
    desk.press("add")
    picker = desk.page.locator("dialog#picker")
    unused = picker.locator("[data-picks]:not(:disabled)")
    expect(unused.first).to_be_visible()
    desk.check("picker")
    for number in (0, 1):
        desk.click(unused.nth(number))
    desk.click(picker.locator("[data-adds]"))
    expect(picker).to_be_hidden()


def move_the_second_entry_up(desk: Desk) -> None:
    entries = desk.page.locator("[data-entry]")
    second = entries.nth(1).get_attribute("data-entry")
    entries.nth(1).locator("[data-selects]").focus()
    with desk.page.expect_response("**/materials/order/"):
        desk.page.keyboard.press("Alt+ArrowUp")
    expect(entries.first).to_have_attribute("data-entry", second or "")


def correct_the_letter(desk: Desk, *, subject: str, title: str) -> None:
    page = desk.page
    expect(page.locator("iframe").first).to_be_visible()
    page.locator("input[name=subject], textarea[name=subject]").fill(subject)
    letter = desk.letter()
    heading = letter.locator("[data-edit$='.title']").first
    expect(heading).to_be_visible()
    heading.click()
    page.keyboard.press("Control+A")
    page.keyboard.type(title)
    page.locator("input[name=subject], textarea[name=subject]").click()
    wait_until_saved(desk)
    desk.check("preview")


def wait_until_saved(desk: Desk) -> None:
    expect(desk.page.locator("[data-save-state=saved]")).to_be_visible()


def send_a_test_letter(desk: Desk, postbox: Postbox) -> None:
    form = desk.page.locator("[data-test-letter]")
    form.locator("input[name=addresses]").fill("me@desk.example")
    form.locator("button").click()
    expect(form.locator("[data-tone=good]")).to_be_visible()
    assert postbox.recipients() == ["me@desk.example"]
    postbox.clear()


def postpone_and_come_back(desk: Desk, *, subject: str, title: str) -> None:
    desk.press("postpone")
    expect(desk.page.locator("h1")).to_have_text(desk.caption("planned"))
    row = desk.select(subject)
    expect(row.get_by_text(desk.caption("postponed"), exact=True)).to_be_visible()
    desk.check("planned")
    desk.press("continue")

    expect(desk.page.locator("iframe").first).to_be_visible()
    expect(desk.page.locator("[name=subject]")).to_have_value(subject)
    shown = desk.letter().locator("[data-edit$='.title']").first
    expect(shown).to_have_text(title)


def start_sending(desk: Desk) -> int:
    desk.press("send")
    heading = desk.page.locator("h1")
    expect(heading).to_have_text(re.compile(r"\d"))
    desk.check("confirmation")
    audience = int(re.sub(r"\D", "", heading.inner_text()))
    assert audience > 500
    desk.press("send")
    expect(desk.page.locator(".run-status")).to_be_visible()
    return audience


def pause_at_a_third(desk: Desk) -> int:
    desk.wait_for_percent(30)
    desk.check("sending")
    desk.press("pause")
    paused = re.compile(
        re.escape(desk.caption("paused", percent="@")).replace("@", r"\d+")
    )
    expect(desk.page.locator(".run-status")).to_have_text(paused, timeout=5_000)
    desk.check("paused")
    return desk.percent()


def find_it_paused(desk: Desk, percent: int) -> None:
    desk.go("planned")
    status = desk.caption("paused", percent=percent)
    expect(desk.page.get_by_text(status, exact=True)).to_be_visible()


def continue_to_the_end(desk: Desk, *, subject: str) -> None:
    desk.page.goto("/planned/")
    desk.select(subject)
    desk.press("continue")
    if not desk.sees(desk.caption("finished")) and desk.button("continue").is_visible():
        desk.press("continue")
    desk.wait_for_percent(100)
    expect(desk.page.locator(".run-status")).to_have_text(desk.caption("finished"))
    desk.check("finished")
    desk.press("run ok")


def find_it_sent(desk: Desk, *, subject: str) -> None:
    expect(desk.page.locator("h1")).to_have_text(desk.caption("sent"))
    row = desk.select(subject)
    expect(row.get_by_text(desk.caption("finished"), exact=True)).to_be_visible()
    desk.check("sent")
    desk.press("again")
    expect(desk.page.locator("input[type=radio]").first).to_be_visible()
    desk.check("again")


def everybody_has_it_once(
    letters: list[Letter], audience: int, desk: Desk, title: str
) -> None:
    counts = Counter(letter.recipient for letter in letters)
    assert len(counts) == audience, "nobody is forgotten"
    assert set(counts.values()) == {1}, "nobody has it twice"
    for letter in letters[:: max(1, audience // 20)]:
        message = letter.message
        assert message["Subject"] == SUBJECTS[desk.language]
        assert letter.recipient in str(message["To"])
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["List-Unsubscribe"].startswith(f"<{desk.product.address}/u/")
        assert title in letter.part("html")
        assert title in letter.part("plain")
    assert len({letter.message["Message-ID"] for letter in letters}) == audience
