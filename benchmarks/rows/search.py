"""Finding materials among a hundred thousand, in Russian and English, on both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

from benchmarks.databases import (
    Databases,
    SqliteDatabases,
    no_postgres,
    postgres_server,
)
from benchmarks.product import built_site, call, end
from benchmarks.results import Result, median_of
from benchmarks.row import Plan, Row

ANSWERED_WITHIN = 50.0  # milliseconds
Samples = dict[str, list[float]]


def measure(plan: Plan) -> Iterator[Sequence[Result]]:
    count = plan.size(100_000, quick=300)
    done: list[Result] = []
    with ExitStack() as stack:
        kinds: Mapping[str, Databases] = {
            "SQLite": SqliteDatabases(),
            "PostgreSQL": stack.enter_context(postgres_server()),
        }
        for on, databases in kinds.items():
            for samples in _measured(plan, databases, count):
                yield [*done, *_results(samples, on, count)]
            done.extend(_results(samples, on, count))


def _measured(plan: Plan, databases: Databases, count: int) -> Iterator[Samples]:
    samples: Samples = {}
    with (
        built_site(databases, readers=1) as site,
        site.product(relay_url="", connections=1) as product,
    ):
        finding = product.start_answering("benchmarks.finding")
        try:
            call(finding, "build", materials=count)
            call(finding, "searches")  # what only the first one waits for
            for number in range(plan.rounds_of(7)):
                for search, took in call(finding, "searches").items():
                    samples.setdefault(search, []).append(took)
                plan.say(f"round {number + 1}: slowest {_slowest(samples)}")
                yield samples
        finally:
            end(finding)


def _slowest(samples: Samples) -> str:
    search = max(samples, key=lambda each: samples[each][-1])
    return f"{search}, {samples[search][-1]:.1f} ms"


def _results(samples: Samples, on: str, count: int) -> list[Result]:
    return [
        median_of(
            took,
            name=f"finding {search} among {count:,} materials, {on}",
            unit="ms",
            bar=ANSWERED_WITHIN,
            is_limit=True,
        )
        for search, took in samples.items()
    ]


ROW = Row(
    name="search",
    place=9,
    title="finding materials among a hundred thousand",
    measure=measure,
    needs=(no_postgres,),
)
