"""The disk under the databases: how long one sync takes, which no program can beat.

A connection has one letter on its way, so that with C connections a ledger on this disk
carries at most C letters a sync.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence

from benchmarks.product import FOLDER
from benchmarks.results import Result, median_of
from benchmarks.row import Plan, Rounds, Row

PAGES = b"x" * 8192  # two pages of SQLite


def measure(plan: Plan) -> Iterator[Sequence[Result]]:
    syncs = plan.size(300, quick=20)
    sides = {"the disk": lambda: _milliseconds(syncs)}
    rounds = Rounds(plan=plan, sides=sides, unit="ms a sync")
    for samples in rounds.run(plan.rounds_of(5)):
        yield [
            median_of(
                samples["the disk"],
                name=f"one sync of {len(PAGES):,} bytes where the databases lie",
                unit="ms",
            )
        ]


def _milliseconds(syncs: int) -> float:
    with tempfile.TemporaryFile(dir=FOLDER, buffering=0) as file:
        return statistics.median(_sync(file.fileno()) for _one in range(syncs)) * 1000


def _sync(descriptor: int) -> float:
    began = time.monotonic()
    os.write(descriptor, PAGES)
    os.fdatasync(descriptor)
    return time.monotonic() - began


ROW = Row(
    name="disk",
    place=0,
    title="what a sync costs here",
    measure=measure,
)
