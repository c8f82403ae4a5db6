"""Two workers against one where the relay's distance is what limits them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from benchmarks.databases import no_postgres, postgres_server
from benchmarks.product import Product, Site, built_site
from benchmarks.results import Result, median_of, ratios
from benchmarks.row import Plan, Rounds, Row
from benchmarks.sinks import far_sink

ROUND_TRIP_MILLISECONDS = 20
CONNECTIONS = 20  # of each worker
BAR = 1.8


def measure(plan: Plan) -> Iterator[Sequence[Result]]:
    """Let one worker send a run, and two workers the same run in a place beside it."""
    letters = plan.size(8_000, quick=200)
    with ExitStack() as stack:
        databases = stack.enter_context(postgres_server())
        site = stack.enter_context(built_site(databases, readers=letters))
        port = stack.enter_context(
            far_sink(milliseconds=ROUND_TRIP_MILLISECONDS, pipelining=True)
        )
        one, two = (_product(stack, site, port, workers=count) for count in (1, 2))
        sides = {
            "one worker": lambda: one.send().sending_rate,
            "two workers": lambda: two.send().sending_rate,
        }
        rounds = Rounds(plan=plan, sides=sides)
        for samples in rounds.run(plan.rounds_of(5)):
            yield _results(samples["one worker"], samples["two workers"])


def _results(one: Sequence[float], two: Sequence[float]) -> list[Result]:
    name = f"two workers, relay {ROUND_TRIP_MILLISECONDS} ms away, PostgreSQL"
    return [
        median_of(ratios(two, one), name=f"{name} / one worker", unit="×", bar=BAR),
        median_of(
            two,
            name=f"{name}, C={CONNECTIONS} each (peer: one worker)",
            unit="letters/s",
            peer=one,
        ),
    ]


def _product(stack: ExitStack, site: Site, port: int, *, workers: int) -> Product:
    product = stack.enter_context(
        site.product(relay_url=f"smtp://127.0.0.1:{port}", connections=CONNECTIONS)
    )
    for _one in range(workers):
        product.start_worker()
    return product


ROW = Row(
    name="two-workers",
    place=7,
    title="two workers against one, a relay 20 ms away",
    measure=measure,
    needs=(no_postgres,),
)
