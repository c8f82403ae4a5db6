"""The whole run on SQLite against ``smtp-source``, on the same ``smtp-sink``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext

from benchmarks.databases import SqliteDatabases
from benchmarks.results import Result
from benchmarks.row import Plan, Row
from benchmarks.sinks import no_postfix
from benchmarks.whole_run import DEFAULT, MANY, measure_whole_runs


def measure(plan: Plan) -> Iterator[Sequence[Result]]:
    return measure_whole_runs(
        plan,
        lambda: nullcontext(SqliteDatabases()),
        on="SQLite",
        bar=1.0,
        connections=(MANY, DEFAULT),
    )


ROW = Row(
    name="sqlite",
    place=1,
    title="whole runs on SQLite beside smtp-source",
    measure=measure,
    needs=(no_postfix,),
)
