"""A product that dies or is stopped in the middle of a run accounts for everybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.accounts import account_of
from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.support.postbox import Postbox

MakeProduct = Callable[..., Product]
OpenDesk = Callable[..., Desk]

CONNECTIONS = 4
"""At most as many letters are under way when the power fails."""


@pytest.fixture(scope="module")
def slow_postbox() -> Iterator[Postbox]:
    with Postbox(seconds=0.04) as box:
        yield box


@pytest.fixture(scope="module")
def product(make_lasting_product: MakeProduct, slow_postbox: Postbox) -> Product:
    return make_lasting_product(language="ru", relay_url=slow_postbox.url)


def test_a_killed_product_goes_on_by_itself_and_names_whom_it_cannot_vouch_for(
    product: Product, open_desk: OpenDesk, slow_postbox: Postbox
) -> None:
    slow_postbox.clear()
    desk = open_desk(product)
    desk.log_in()
    issue = desk.prepare_letter(subject="Обрыв", number=1)
    audience = desk.send()
    desk.wait_for_percent(30)

    product.kill()
    product.start()

    desk.page.goto(f"/issues/{issue}/progress/")
    desk.wait_for_the_end()
    account = account_of(desk, issue)
    letters = Counter(slow_postbox.recipients())
    assert len(account.all) == len(set(account.all)) == audience
    assert set(account.accepted) | set(account.uncertain) == set(account.all)
    assert all(letters[address] == 1 for address in account.accepted)
    assert set(letters.values()) == {1}, "nobody has it twice"
    assert len(account.uncertain) <= CONNECTIONS
    for address in account.uncertain:
        expect(desk.page.locator(".uncertain")).to_contain_text(address)


def test_a_product_that_is_asked_to_stop_leaves_nothing_uncertain(
    product: Product, open_desk: OpenDesk, slow_postbox: Postbox
) -> None:
    slow_postbox.clear()
    desk = open_desk(product)
    desk.log_in()
    issue = desk.prepare_letter(subject="Остановка", number=1)
    audience = desk.send()
    desk.wait_for_percent(30)

    assert product.stop() == 0
    assert len(slow_postbox.letters) < audience
    product.start()

    desk.page.goto(f"/issues/{issue}/progress/")
    desk.wait_for_the_end()
    account = account_of(desk, issue)
    assert account.uncertain == []
    assert sorted(slow_postbox.recipients()) == sorted(account.all)
    assert len(account.accepted) == audience
