"""Limits per provider: whose a domain is, what may go, and who passes whom."""

from __future__ import annotations

from collections import deque

import pytest

from gonets.delivery.budgets import Budget, Budgets, Gate, ProviderLimit
from gonets.delivery.providers import Providers
from gonets.delivery.siding import Siding


@pytest.mark.parametrize(
    ("address", "provider"),
    [
        ("ann@gmail.com", "Gmail"),
        ("ann@googlemail.com", "Gmail"),
        ("анна@bk.ru", "Mail.ru"),
        ("anna@internet.ru", "Mail.ru"),
        ("anna@yandex.ru", "Yandex"),
        ("anna@yandex.com.tr", "Yandex"),
        ("anna@ya.ru", "Yandex"),
        ("anna@yandex.evil.example", "yandex.evil.example"),
        ("anna@hotmail.co.uk", "Outlook"),
        ("anna@msn.com", "Outlook"),
        ("anna@aol.com", "Yahoo"),
        ("anna@me.com", "iCloud"),
        ("anna@lenta.ru", "Rambler"),
        ("anna@x.example", "x.example"),
        ("anna", "anna"),
    ],
)
def test_the_domains_of_one_provider_are_one(address: str, provider: str) -> None:
    assert Providers().of(address) == provider


def test_own_rows_come_before_the_built_in_ones() -> None:
    own = Providers([("Gmail", ["gmail.com"]), ("Ours", ["a.example", "ya.*"])])

    assert own.of("ann@gmail.com") == "Gmail"
    assert own.of("ann@googlemail.com") == "googlemail.com"  # the row is complete
    assert own.of("ann@ya.ru") == own.of("ann@a.example") == "Ours"
    assert own.of("ann@yandex.ru") == "Yandex"


def limit(
    provider: str = "Gmail",
    domains: tuple[str, ...] = ("gmail.com",),
    *,
    rate: float | None = None,
    at_once: int | None = None,
) -> ProviderLimit:
    return ProviderLimit(
        provider=provider,
        domains=domains,
        letters_per_second=rate,
        letters_at_once=at_once,
    )


def test_a_budget_keeps_both_its_rate_and_its_number_at_once() -> None:
    budget = Budget(limit(rate=2, at_once=2), now=0)

    budget.take(0)
    assert budget.wait(0) == 0.5
    assert budget.wait(0.5) == 0
    budget.take(0.5)
    assert budget.wait(60) == float("inf")  # two are on their way
    budget.done()
    assert budget.wait(60) == 0


def test_what_is_on_its_way_still_counts_when_the_limits_change() -> None:
    before = Budgets([limit(at_once=2), limit("Ours", ("a.example",), rate=1)])
    gate = Gate(before)
    first = gate.take("Gmail", 0)
    gate.take("Gmail", 0)
    gate.take("Ours", 0)

    others = [limit(at_once=1), limit("Ours", ("a.example",), rate=2)]
    gate.budgets = Budgets(others, now=0.1, before=before)

    assert gate.wait("Gmail", 0.1) == float("inf")
    assert first is not None
    first.done()
    assert gate.wait("Gmail", 0.1) == float("inf")  # the other one is on its way
    first.done()
    assert gate.wait("Gmail", 0.1) == 0
    assert gate.wait("Ours", 0.1) == pytest.approx(0.4)


def test_more_at_once_lets_those_go_that_wait_for_one_to_be_done() -> None:
    line = Line(many("gmail.com", 3), limit(at_once=1))
    line.pass_all(0)

    more = Budgets([limit(at_once=2)], before=line.gate.budgets)
    line.gate.budgets = more

    assert line.woken == 1
    assert line.addresses(1) == ["1@gmail.com"]


def test_without_any_limit_the_gate_stands_open() -> None:
    grouping_only = limit()

    assert Gate(Budgets()).is_open
    assert Gate(Budgets([grouping_only])).is_open
    assert not Gate(Budgets([limit(rate=1)])).is_open


def test_a_complaint_closes_the_gate_until_it_has_been_quiet_long_enough() -> None:
    gate = Gate(Budgets())

    assert gate.complained("Gmail", rate=8, now=0) == 4
    assert gate.complained("Gmail", rate=8, now=0.1) is None
    assert (gate.is_open, gate.paces()) == (False, {"Gmail": 4})
    assert gate.wait("Gmail", 1) == 0
    gate.take("Gmail", 1)
    assert gate.wait("Gmail", 1) == 0.25
    assert gate.wait("Yandex", 1) == 0
    assert gate.note_quiet(now=1000)
    assert gate.is_open


class Line:
    """Letters by their addresses, in front of a gate."""

    def __init__(
        self, addresses: list[str], *limits: ProviderLimit, most: int = 4000
    ) -> None:
        self.gate = Gate(Budgets(limits))
        self.ready = deque(addresses)
        self.looks = 0
        self.woken = 0
        self.siding: Siding[str] = Siding(
            gate=self.gate, address_of=self._look, wake=self._wake, most=most
        )

    def _look(self, address: str) -> str:
        self.looks += 1
        return address

    def _wake(self) -> None:
        self.woken += 1

    def pass_all(self, now: float) -> list[tuple[str, Budget | None]]:
        passed = []
        while (found := self.siding.next(self.ready, now)) is not None:
            passed.append(found)
        return passed

    def addresses(self, now: float) -> list[str]:
        return [address for address, _budget in self.pass_all(now)]


def many(domain: str, count: int) -> list[str]:
    return [f"{number}@{domain}" for number in range(count)]


def test_others_pass_a_provider_whose_budget_is_spent() -> None:
    line = Line([*many("gmail.com", 3), *many("x.example", 2)], limit(rate=1))

    assert line.addresses(0) == ["0@gmail.com", "0@x.example", "1@x.example"]
    assert line.siding.next_at() == 1
    assert line.addresses(0.9) == []
    assert line.addresses(1) == ["1@gmail.com"]
    assert line.addresses(2) == ["2@gmail.com"]
    assert (line.siding.next_at(), len(line.siding)) == (None, 0)


def test_those_set_aside_go_before_those_that_come_later() -> None:
    line = Line(many("gmail.com", 2), limit(rate=1))
    line.pass_all(0)

    line.ready.extend(["late@gmail.com"])

    assert line.addresses(1) == ["1@gmail.com"]
    assert line.addresses(2) == ["late@gmail.com"]


def test_every_letter_is_looked_at_once_however_long_it_waits() -> None:
    line = Line([*many("gmail.com", 500), *many("x.example", 500)], limit(rate=10))

    for second in range(60):
        line.pass_all(float(second))

    assert line.looks == 1000
    assert len(line.siding) == 500 - 1 - 59 * 2  # a burst is two letters


def test_the_look_ahead_is_bounded_and_goes_on_when_there_is_room() -> None:
    line = Line([*many("gmail.com", 5), "a@x.example"], limit(rate=1), most=3)

    assert line.addresses(0) == ["0@gmail.com"]
    assert (len(line.siding), len(line.ready)) == (3, 2)
    assert line.siding.may_go(line.ready, 0.5) == 0  # nobody needs to ask
    assert line.addresses(1) == ["1@gmail.com"]
    assert line.addresses(2) == ["2@gmail.com", "a@x.example"]


def test_one_that_is_done_lets_the_next_one_go_at_once() -> None:
    line = Line(many("gmail.com", 3), limit(at_once=1))

    [(_first, budget)] = line.pass_all(0)
    assert budget is not None
    assert (line.siding.may_go(line.ready, 0), line.siding.next_at()) == (0, None)
    budget.done()

    assert line.woken == 1
    assert line.addresses(0) == ["1@gmail.com"]


def test_the_domains_of_one_provider_have_one_budget() -> None:
    own = limit("Ours", ("a.example", "b.example"), at_once=2)
    line = Line(["1@a.example", "1@b.example", "2@a.example", "1@c.example"], own)

    assert line.addresses(0) == ["1@a.example", "1@b.example", "1@c.example"]


def test_many_providers_that_wait_do_not_slow_each_other_down() -> None:
    limits = [limit(f"P{n}", (f"d{n}.example",), rate=1) for n in range(100)]
    every = [f"{turn}@d{n}.example" for turn in range(3) for n in range(100)]
    line = Line(every, *limits)

    assert [len(line.addresses(float(now))) for now in range(4)] == [100, 100, 100, 0]
    assert line.looks == 300


def test_what_was_set_aside_can_be_given_back() -> None:
    line = Line(many("gmail.com", 3), limit(rate=1))
    line.pass_all(0)

    assert line.siding.clear() == ["1@gmail.com", "2@gmail.com"]
    assert line.addresses(100) == []
