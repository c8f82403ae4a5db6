"""An editor's waiting: assembling 500 candidates, rendering a letter of 30 entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.databases import SqliteDatabases
from benchmarks.product import built_site, call, end
from benchmarks.results import Result, median_of
from benchmarks.row import Plan, Row

CANDIDATES = 500
ENTRIES = 30
ASSEMBLED_WITHIN = 200.0  # milliseconds
RENDERED_WITHIN = 100.0
SIDES = {
    "assemble": (f"assembling {CANDIDATES} candidates", ASSEMBLED_WITHIN),
    "show": (f"the page of {CANDIDATES} entries", None),
    "remove_one": (f"removing one of {CANDIDATES} entries", None),
    "render": (f"rendering a letter of {ENTRIES} entries once", RENDERED_WITHIN),
}
KINDS = ("", ", processor time")


def measure(plan: Plan) -> Iterator[Sequence[Result]]:
    samples: dict[str, list[list[float]]] = {name: [] for name in SIDES}
    with (
        built_site(SqliteDatabases(), readers=1) as site,
        site.product(relay_url="", connections=1) as product,
    ):
        composing = product.start_answering("benchmarks.composing")
        try:
            large = call(
                composing, "build", materials=plan.size(CANDIDATES, quick=CANDIDATES)
            )
            small = call(composing, "build", materials=ENTRIES)
            for name in SIDES:  # what only the first one waits for
                call(composing, name, small if name == "render" else large)
            for _round in range(plan.rounds_of(7)):
                for name in SIDES:
                    which = small if name == "render" else large
                    samples[name].append(call(composing, name, which))
                yield _results(samples)
        finally:
            end(composing)


def _results(samples: dict[str, list[list[float]]]) -> list[Result]:
    return [
        median_of(
            [one[place] for one in samples[name]],
            name=f"{title}, SQLite{kind}",
            unit="ms",
            bar=bar,
            is_limit=True,
        )
        for name, (title, bar) in SIDES.items()
        for place, kind in enumerate(KINDS)
    ]


ROW = Row(
    name="composing",
    place=9,
    title="assembling an issue and rendering its letter",
    measure=measure,
)
