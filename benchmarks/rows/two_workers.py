"""Two workers against one where the relay's distance is what limits them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.databases import no_postgres, postgres_server
from benchmarks.product import Site, built_site
from benchmarks.results import Result, median_of, ratios
from benchmarks.row import Plan, Rounds, Row
from benchmarks.sinks import far_sink

ROUND_TRIP_MILLISECONDS = 20
CONNECTIONS = 4  # of each worker: the product's default
BAR = 1.8


def measure(plan: Plan) -> Iterator[Sequence[Result]]:
    letters = plan.size(1_600, quick=100)
    with (
        postgres_server() as databases,
        built_site(databases, readers=letters) as site,
        far_sink(milliseconds=ROUND_TRIP_MILLISECONDS, pipelining=True) as port,
    ):
        sides = {
            "one worker": lambda: _rate(site, port, workers=1),
            "two workers": lambda: _rate(site, port, workers=2),
        }
        rounds = Rounds(plan=plan, sides=sides)
        for samples in rounds.run(plan.rounds_of(5)):
            yield _results(samples["one worker"], samples["two workers"])


def _results(one: Sequence[float], two: Sequence[float]) -> list[Result]:
    name = f"two workers, relay {ROUND_TRIP_MILLISECONDS} ms away, PostgreSQL"
    return [
        median_of(ratios(two, one), name=f"{name} / one worker", unit="×", bar=BAR),
        median_of(two, name=f"{name} (peer: one worker)", unit="letters/s", peer=one),
    ]


def _rate(site: Site, port: int, *, workers: int) -> float:
    with site.product(
        relay_url=f"smtp://127.0.0.1:{port}", connections=CONNECTIONS
    ) as product:
        for _one in range(workers):
            product.start_worker()
        return product.send().sending_rate


ROW = Row(
    name="two-workers",
    place=7,
    title="two workers against one, a relay 20 ms away",
    measure=measure,
    needs=(no_postgres,),
)
