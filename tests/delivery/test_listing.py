"""Finding addresses of an account, a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gonets.delivery import actions
from gonets.delivery.account import Moves, shift
from gonets.delivery.listing import (
    AccountQuestion,
    account_page,
    account_portions,
)
from gonets.delivery.models import Delivery, Run
from gonets.delivery.states import DeliveryStatus
from gonets.delivery.types import NewRecipient
from gonets.kernel.addresses import parse_address

S = DeliveryStatus
MakeRun = Callable[..., Run]


def names(deliveries: list[Delivery]) -> list[str]:
    return [one.recipient.partition("@")[0] for one in deliveries]


def ask(run: Run, **wanted: Any) -> AccountQuestion:
    return AccountQuestion(run_id=run.pk, **wanted)


@transaction.atomic
def settle(run: Run, status: DeliveryStatus, *wanted: str) -> None:
    rows = run.deliveries.filter(recipient__in=[f"{name}@x.example" for name in wanted])
    moved = rows.update(status=status)
    shift(run.pk, Moves({status: moved, S.PENDING: -moved}))


def test_pages_are_turned_both_ways(make_run: MakeRun) -> None:
    run = make_run("a", "b", "c", "d", "e")

    first = account_page(ask(run), size=2)
    second = account_page(ask(run), after=first.deliveries[-1].pk, size=2)
    third = account_page(ask(run), after=second.deliveries[-1].pk, size=2)
    back = account_page(ask(run), before=second.deliveries[0].pk, size=2)

    assert [names(page.deliveries) for page in (first, second, third, back)] == [
        ["a", "b"],
        ["c", "d"],
        ["e"],
        ["a", "b"],
    ]
    assert [(page.has_earlier, page.has_later) for page in (first, second, third)] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    assert not back.has_earlier


def test_several_states_are_one_list_in_the_order_of_the_run(make_run: MakeRun) -> None:
    run = make_run("a", "b", "c", "d", "e")
    settle(run, S.EXPIRED, "a", "d")
    settle(run, S.REFUSED, "b", "e")
    question = ask(run, statuses=(S.REFUSED, S.EXPIRED))

    page = account_page(question, size=3)
    rest = account_page(question, after=page.deliveries[-1].pk, size=3)
    back = account_page(question, before=rest.deliveries[0].pk, size=3)

    assert names(page.deliveries) == names(back.deliveries) == ["a", "b", "d"]
    assert names(rest.deliveries) == ["e"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        pytest.param("Ann@X.example", ["ann"], id="a whole address, however spelled"),
        pytest.param("ann", ["ann", "joann"], id="a part of it"),
        pytest.param("n_n", [], id="an underscore is no wildcard"),
        pytest.param("%", [], id="nor is a per cent sign"),
        pytest.param("ЮЛЯ", ["юля"], id="another alphabet"),
        pytest.param("почта.рф", ["юля"], id="a domain as it is spelled"),
        pytest.param("юля@почта.рф", ["юля"], id="a whole international address"),
    ],
)
def test_an_address_is_found_by_what_people_type(
    make_run: MakeRun, search: str, found: list[str]
) -> None:
    run = make_run("joann", "ann", "bob", started=False)
    address = parse_address("юля@почта.рф")
    recipient = NewRecipient(address=address.spelling, address_key=address.key)
    actions.add_recipients(run.pk, [recipient])

    page = account_page(ask(run, search=search))

    assert names(page.deliveries) == found


def test_found_ones_are_turned_both_ways_too(make_run: MakeRun) -> None:
    run = make_run("ann3", "ann1", "bob", "ann2")
    settle(run, S.REFUSED, "ann1", "ann2", "ann3")
    question = ask(run, search="ann", statuses=(S.REFUSED,))

    first = account_page(question, size=2)
    second = account_page(question, after=first.deliveries[-1].pk, size=2)
    back = account_page(question, before=second.deliveries[0].pk, size=2)

    assert names(first.deliveries) == names(back.deliveries) == ["ann1", "ann2"]
    assert names(second.deliveries) == ["ann3"]


def test_portions_hold_everybody_once(make_run: MakeRun) -> None:
    run = make_run(*(f"r{number:02}" for number in range(25)))
    settle(run, S.REFUSED, "r03", "r24")

    everybody = [one for some in account_portions(ask(run), size=7) for one in some]
    refused = account_portions(ask(run, statuses=(S.REFUSED,)), size=1)

    assert names(everybody) == [f"r{number:02}" for number in range(25)]
    assert [names(some) for some in refused] == [["r03"], ["r24"]]


@pytest.mark.parametrize(
    ("statuses", "index"),
    [
        pytest.param((), "who_is_in_a_run", id="all"),
        pytest.param((S.PENDING,), "what_can_be_claimed", id="pending"),
        pytest.param((S.REFUSED, S.UNCERTAIN), "who_did_not_get_it", id="rare ones"),
    ],
)
def test_each_state_is_found_by_its_index(
    make_run: MakeRun, statuses: tuple[DeliveryStatus, ...], index: str
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by the size of the table")
    run = make_run("a", "b", "c")
    settle(run, S.REFUSED, "b")
    settle(run, S.UNCERTAIN, "c")

    with CaptureQueriesContext(connection) as asked:
        account_page(ask(run, statuses=statuses), after=1)

    plans = [plan(one["sql"]) for one in asked if 'delivery"."id" >' in one["sql"]]
    assert plans
    assert all(f"INDEX {index}" in each for each in plans)
    assert not any("TEMP B-TREE" in each for each in plans)


def plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return " ".join(str(row[3]) for row in cursor.fetchall())
