"""The whole run with letters joined by hand: beside it, what real letters cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext

from benchmarks.databases import SqliteDatabases
from benchmarks.results import Result
from benchmarks.row import Plan, Row
from benchmarks.sinks import no_postfix
from benchmarks.whole_run import measure_whole_runs


def measure(plan: Plan) -> Iterator[Sequence[Result]]:
    return measure_whole_runs(
        plan,
        lambda: nullcontext(SqliteDatabases()),
        on="SQLite, letters joined by hand",
        bar=None,
        worker=("benchmarks.hand_made",),
    )


ROW = Row(
    name="hand-made",
    place=8,
    title="whole runs with letters joined by hand beside smtp-source",
    measure=measure,
    needs=(no_postfix,),
    is_extra=True,
)
