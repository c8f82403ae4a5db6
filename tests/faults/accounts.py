"""Comparing what the relay took over with what the account says."""

from __future__ import annotations

from tests.support.engine import Engine
from tests.support.smtp_oracle import Oracle


def readers(count: int) -> list[str]:
    return [f"reader{number}@x.example" for number in range(count)]


def uncertain_after_check(engine: Engine, run_id: int, *oracles: Oracle) -> int:
    """Return how many are uncertain, having made sure that everything else is exact."""
    account = engine.do("account", run_id)
    copies: dict[str, int] = {}
    for oracle in oracles:
        for address, count in oracle.copies().items():
            copies[address] = copies.get(address, 0) + count
    accepted = {address for address, status in account.items() if status == "accepted"}
    uncertain = {
        address for address, status in account.items() if status == "uncertain"
    }

    assert [one for one, count in copies.items() if count > 1] == []  # nobody twice
    assert accepted - set(copies) == set()  # no false "accepted"
    assert set(copies) - accepted - uncertain == set()  # none unaccounted for
    progress = engine.do("progress", run_id)
    for status in set(account.values()):
        counted = sum(1 for one in account.values() if one == status)
        assert progress[status] == counted, status
    assert sum(progress[name] for name in COUNTERS) == progress["audience_size"]
    return len(uncertain)


COUNTERS = (
    "pending",
    "claimed",
    "intent",
    "deferred",
    "accepted",
    "refused",
    "expired",
    "withheld",
    "cancelled",
    "uncertain",
)
