"""A relay that is 50 ms away: how many letters each connection carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

from benchmarks.databases import SqliteDatabases
from benchmarks.product import built_site
from benchmarks.results import Result, median_of
from benchmarks.row import Plan, Rounds, Row
from benchmarks.sinks import far_sink

ROUND_TRIP_MILLISECONDS = 50
CONNECTIONS = 4
BAR = 15  # letters a second; one round trip a letter would be 20


def measure(plan: Plan) -> Iterator[Sequence[Result]]:
    """Send a run to each kind of relay; both take about the same time."""
    with ExitStack() as stack:
        sides = {
            name: _side(stack, letters=letters, pipelining=pipelining)
            for name, letters, pipelining in (
                ("with PIPELINING", plan.size(400, quick=40), True),
                ("plain dialogue", plan.size(100, quick=12), False),
            )
        }
        rounds = Rounds(plan=plan, sides=sides, unit="letters/s a connection")
        for samples in rounds.run(plan.rounds_of(5)):
            yield [
                median_of(
                    samples["with PIPELINING"],
                    name=f"relay {ROUND_TRIP_MILLISECONDS} ms away, per connection"
                    f" (C={CONNECTIONS}; peer: our dialogue without PIPELINING)",
                    unit="letters/s",
                    bar=BAR,
                    peer=samples["plain dialogue"],
                )
            ]


def _side(stack: ExitStack, *, letters: int, pipelining: bool) -> Callable[[], float]:
    site = stack.enter_context(built_site(SqliteDatabases(), readers=letters))
    port = stack.enter_context(
        far_sink(milliseconds=ROUND_TRIP_MILLISECONDS, pipelining=pipelining)
    )
    product = stack.enter_context(
        site.product(relay_url=f"smtp://127.0.0.1:{port}", connections=CONNECTIONS)
    )
    product.start_worker()
    return lambda: product.send().sending_rate / CONNECTIONS


ROW = Row(
    name="far-relay",
    place=4,
    title="a relay 50 ms away, with and without PIPELINING",
    measure=measure,
)
