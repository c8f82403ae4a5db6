"""Sending a finished issue again: to whom, how many, and who really gets it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.accounts import account_of
from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.support.postbox import Postbox

MakeProduct = Callable[..., Product]
OpenDesk = Callable[..., Desk]

SMALLER = 1
"""The row of the demo's newsletter with fewer subscribers."""


@pytest.fixture(scope="module")
def product(make_lasting_product: MakeProduct, quick_postbox: Postbox) -> Product:
    return make_lasting_product(language="en", relay_url=quick_postbox.url)


@pytest.fixture
def postbox(quick_postbox: Postbox) -> Iterator[Postbox]:
    quick_postbox.clear()
    yield quick_postbox
    quick_postbox.refused = frozenset()


def test_each_choice_shows_its_count_and_reaches_just_those(
    product: Product, open_desk: OpenDesk, postbox: Postbox
) -> None:
    desk = open_desk(product)
    desk.log_in()
    refused = set(some_subscribers(desk))
    postbox.refused = frozenset(refused)
    issue = desk.prepare_letter(subject="Again and again", number=SMALLER)
    audience = desk.send()
    desk.wait_for_the_end()
    assert set(account_of(desk, issue).refused) == refused

    add_subscriber(desk, "newcomer@mail.example")
    assert counts(desk, issue) == {
        "everyone": audience + 1,
        "newcomers": 1,
        "failed": len(refused),
    }

    assert sent_to("newcomers", desk, issue, postbox) == ["newcomer@mail.example"]
    postbox.refused = frozenset()
    assert sent_to("failed", desk, issue, postbox) == sorted(refused)
    everyone = sent_to("everyone", desk, issue, postbox)
    assert len(everyone) == len(set(everyone)) == audience + 1
    assert counts(desk, issue)["failed"] == 0
    desk.page.goto("/sent/")
    expect(desk.select("Again and again")).to_contain_text("sent 4 times")


def test_a_copy_is_a_new_issue_and_sends_nothing(
    product: Product, open_desk: OpenDesk, postbox: Postbox
) -> None:
    desk = open_desk(product)
    desk.log_in()
    desk.page.goto("/sent/")
    desk.click(desk.page.locator("tr[data-can] input[type=radio]").last)
    desk.press("again")
    desk.page.locator("[name=choice][value=copy]").check()
    desk.click(desk.page.locator("main form .button-primary"))

    expect(desk.page.locator("[data-preview]")).to_be_visible()
    desk.page.locator("[name=subject]").fill("A copy of it")
    expect(desk.page.locator("[data-save-state=saved]")).to_be_visible()
    desk.go("planned")
    expect(desk.page.locator("tr[data-can]", has_text="A copy of it")).to_be_visible()
    desk.go("sent")
    expect(desk.page.locator("tr[data-can]", has_text="A copy of it")).to_have_count(0)
    assert postbox.letters == []


def some_subscribers(desk: Desk) -> list[str]:
    """Return three confirmed subscribers of the smaller newsletter."""
    desk.page.goto("/subscribers/")
    choices = desk.page.locator("[name=newsletter] option")
    newsletter = choices.nth(SMALLER + 1).get_attribute("value")
    answer = desk.page.request.get(
        f"/subscribers/export/?newsletter={newsletter}&standing=confirmed"
    )
    rows = list(csv.reader(io.StringIO(answer.body().decode("utf-8-sig"))))
    return [next(cell for cell in row if "@" in cell) for row in rows[1:4]]


def add_subscriber(desk: Desk, address: str) -> None:
    page = desk.page
    page.goto("/subscribers/new/")
    page.locator("[name=address]").fill(address)
    for box in page.locator("[name=readership_ids]").all():
        box.check()
    page.locator("[name=evidence]").fill("Asked in person")
    desk.click(page.locator("main form .button-primary"))
    expect(page.locator("main")).to_contain_text(address)


def counts(desk: Desk, issue: int) -> dict[str, int]:
    """Return the number shown beside each choice."""
    page = desk.page
    page.goto(f"/issues/{issue}/again/")
    shown = {}
    for choice in ("everyone", "newcomers", "failed"):
        label = page.locator("label", has=page.locator(f"[value={choice}]"))
        words = label.locator(".choice-count").inner_text()
        digits = "".join(filter(str.isdecimal, words))
        shown[choice] = int(digits or 0)
    return shown


def sent_to(choice: str, desk: Desk, issue: int, postbox: Postbox) -> list[str]:
    """Send again to these; return who got it."""
    postbox.clear()
    desk.page.goto(f"/issues/{issue}/again/")
    desk.page.locator(f"[name=choice][value={choice}]").check()
    desk.click(desk.page.locator("main form .button-primary"))
    desk.wait_for_the_end()
    return sorted(postbox.recipients())
