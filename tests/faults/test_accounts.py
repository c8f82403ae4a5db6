"""The judge of all other tests here must see every kind of fault."""

from __future__ import annotations

import pytest

from tests.faults.accounts import COUNTERS, Comparison

ANN, BOB = "ann@x.example", "bob@x.example"


def compared(
    *, taken: dict[str, int], account: dict[str, str], **numbers: object
) -> Comparison:
    counted = {name: list(account.values()).count(name) for name in COUNTERS}
    progress = {"status": "finished", "audience_size": len(account), **counted}
    return Comparison(taken=taken, account=account, progress={**progress, **numbers})


@pytest.mark.parametrize("taken", [{ANN: 1, BOB: 1}, {ANN: 1}])
def test_an_exact_account_has_no_faults(taken: dict[str, int]) -> None:
    account = {ANN: "accepted", BOB: "uncertain"}

    assert compared(taken=taken, account=account).faults() == []


@pytest.mark.parametrize(
    ("taken", "bob", "numbers", "words"),
    [
        ({ANN: 2, BOB: 1}, "accepted", {}, "twice: ann@"),
        ({ANN: 1}, "accepted", {}, "no relay took them: bob@"),
        ({ANN: 1, BOB: 1}, "refused", {}, "the account denies: bob@"),
        ({ANN: 1, BOB: 1}, "withheld", {}, "the account denies: bob@"),
        ({ANN: 1}, "deferred", {}, "forgotten when the run ended: bob@"),
        ({ANN: 1, "eve@x": 1}, "refused", {}, "in no audience of this run: eve@x"),
        ({ANN: 1}, "refused", {"refused": 2}, "2 are counted as refused: 1"),
        ({ANN: 1}, "refused", {"audience_size": 3}, "3 in the audience, 2 rows"),
    ],
)
def test_every_fault_is_named(
    taken: dict[str, int], bob: str, numbers: dict[str, int], words: str
) -> None:
    account = {ANN: "accepted", BOB: bob}

    faults = compared(taken=taken, account=account, **numbers).faults()

    assert words in "\n".join(faults)
