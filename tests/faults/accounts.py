"""Comparing what the relay took over with what the account says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.engine import Engine
from tests.support.smtp_oracle import Oracle

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
OPEN = ("pending", "claimed", "intent", "deferred")
ENDED = ("finished", "cancelled")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What the relays took, beside what the engine says about the same people."""

    taken: Mapping[str, int]  # letters per address
    account: Mapping[str, str]  # status per address
    progress: Mapping[str, Any]

    def having(self, *statuses: str) -> set[str]:
        return {one for one, status in self.account.items() if status in statuses}

    def faults(self) -> list[str]:
        """Say in plain words what is wrong; nothing if all is exact."""
        return [*self._faults_about_people(), *self._faults_about_numbers()]

    def _faults_about_people(self) -> Iterable[str]:
        taken = set(self.taken)
        told = self.having("accepted", "uncertain")
        yield from _name("got the letter twice", self._twice())
        yield from _name(
            "are “accepted”, but no relay took them", self.having("accepted") - taken
        )
        yield from _name("got a letter that the account denies", taken - told)
        yield from _name("are in no audience of this run", taken - set(self.account))
        if self.progress["status"] in ENDED:
            yield from _name("were forgotten when the run ended", self.having(*OPEN))

    def _faults_about_numbers(self) -> Iterable[str]:
        counted = Counter(self.account.values())
        for name in COUNTERS:
            if self.progress[name] != counted[name]:
                yield f"{self.progress[name]} are counted as {name}: {counted[name]}"
        total = sum(self.progress[name] for name in COUNTERS)
        size = self.progress["audience_size"]
        if not total == size == len(self.account):
            yield f"{total} in all, {size} in the audience, {len(self.account)} rows"

    def _twice(self) -> set[str]:
        return {one for one, count in self.taken.items() if count > 1}


def _name(what: str, addresses: Iterable[str]) -> Iterable[str]:
    names = sorted(addresses)
    if names:
        yield f"{len(names)} {what}: {', '.join(names[:5])}"


def readers(count: int) -> list[str]:
    return [f"reader{number}@x.example" for number in range(count)]


def compare(engine: Engine, run_id: int, *oracles: Oracle) -> Comparison:
    taken: Counter[str] = Counter()
    for oracle in oracles:
        taken.update(oracle.copies())
    account, progress = engine.do("account_and_progress", run_id)
    return Comparison(taken=taken, account=account, progress=progress)


def uncertain_after_check(engine: Engine, run_id: int, *oracles: Oracle) -> int:
    """Return how many are uncertain, having made sure that everything else is exact."""
    comparison = compare(engine, run_id, *oracles)
    faults = comparison.faults()
    assert not faults, "\n".join([*faults, engine.log()[-3000:]])
    return len(comparison.having("uncertain"))
