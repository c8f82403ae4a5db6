"""The whole run on PostgreSQL against ``smtp-source``, on the same ``smtp-sink``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.databases import no_postgres, postgres_server
from benchmarks.results import Result
from benchmarks.row import Plan, Row
from benchmarks.sinks import no_postfix
from benchmarks.whole_run import measure_whole_runs


def measure(plan: Plan) -> Iterator[Sequence[Result]]:
    return measure_whole_runs(plan, postgres_server, on="PostgreSQL", bar=0.9)


ROW = Row(
    name="postgres",
    place=2,
    title="whole runs on PostgreSQL beside smtp-source",
    measure=measure,
    needs=(no_postfix, no_postgres),
)
