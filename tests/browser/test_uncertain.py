"""Answers that are lost, what the editor does about them, and every page on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.accounts import account_of
from tests.browser.desk import PHONE, Desk
from tests.browser.product import Product
from tests.browser.words import foreign_words
from tests.support.smtp_oracle import Oracle, Script

MakeProduct = Callable[..., Product]
VARIANTS = {
    "ru-wide-light": ("ru", None, "light"),
    "en-phone-dark": ("en", PHONE, "dark"),
}
LOST = 4


@pytest.fixture
def relay() -> Iterator[Oracle]:
    """Takes every letter, and hangs up without an answer after a few of them."""
    seen: list[str] = []

    def cut(recipient: str) -> str:
        seen.append(recipient)
        place, which = divmod(len(seen), 12)
        return "after_accept" if which == 0 and place <= LOST else ""

    oracle = Oracle(Script(cut=cut))
    yield oracle
    oracle.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "mail.log"
    file.write_text("")
    return file


@pytest.fixture(
    params=[pytest.param("ru-wide-light", marks=pytest.mark.soak), "en-phone-dark"]
)
def desk(
    request: pytest.FixtureRequest,
    chromium: Browser,
    make_product: MakeProduct,
    relay: Oracle,
    log: Path,
) -> Iterator[Desk]:
    language, size, colours = VARIANTS[request.param]
    product = make_product(
        language=language,
        relay_url=relay.url,
        environment={"GONETS_RELAY_LOG": f"postfix:{log}"},
    )
    desk = Desk.open(chromium, product, size=size, colours=colours)
    desk.log_in()
    yield desk
    desk.close()


def look(desk: Desk, name: str) -> None:
    desk.check(f"uncertain {name}")
    assert foreign_words(desk.page, desk.language) == [], name


def decide(desk: Desk, decision: str) -> None:
    desk.click(desk.page.locator(f"button[value={decision}]"))
    desk.page.wait_for_load_state()


def taken(log: Path, desk: Desk, address: str) -> None:
    """Let the relay's log have the letter to this address."""
    desk.page.get_by_role("link", name=address).first.click()
    message_id = desk.page.get_by_text(re.compile(r"^<\S+@\S+>$")).inner_text()
    log.write_text(
        f"Nov 25 12:00:00 mx postfix/cleanup[2]: 4E7F21A2B3: message-id={message_id}\n"
        "Nov 25 12:00:01 mx postfix/smtp[3]: 4E7F21A2B3: status=sent (250 Ok)\n"
    )


def test_lost_answers_are_shown_by_name_and_decided_by_people_or_the_log(
    desk: Desk, relay: Oracle, log: Path
) -> None:
    page = desk.page
    issue = desk.prepare_letter(subject="№ 1", number=1)
    desk.send()
    desk.wait_for_the_end()
    first, second, *others = account_of(desk, issue).uncertain
    assert len(others) == LOST - 2
    for address in (first, second, *others):
        expect(page.locator(".uncertain")).to_contain_text(address)
    look(desk, "progress")

    page.goto(f"/issues/{issue}/account/?state=uncertain")
    look(desk, "account")
    desk.click(page.locator("main p > a.button"))
    expect(page.get_by_label(first)).to_be_visible()
    look(desk, "list")
    page.go_back()
    taken(log, desk, first)
    look(desk, "address")
    decide(desk, "ask_log")
    expect(page.locator("code", has_text="status=sent")).to_be_visible()
    look(desk, "address decided")

    page.goto(f"/issues/{issue}/progress/")
    page.get_by_label(second).check()
    decide(desk, "count_as_accepted")
    look(desk, "decided")
    undo = page.locator("li", has_text=second).locator("button")
    desk.click(undo)
    expect(page.get_by_label(second)).to_be_visible()

    page.locator("#uncertain-all").check()
    decide(desk, "send_again")
    expect(page.locator("h1")).to_contain_text(str(LOST - 1))
    look(desk, "question")
    desk.click(page.locator("#uncertain-send"))
    desk.wait_for_the_end()
    copies = relay.copies()
    assert copies[first] == 1
    assert {copies[one] for one in (second, *others)} == {2}
    page.goto("/settings/log/")
    look(desk, "settings")
