"""The ledger on against the ledger off: what exactness costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.databases import SqliteDatabases
from benchmarks.product import Site, built_site, call, end
from benchmarks.results import Result, median_of, ratios
from benchmarks.row import Plan, Rounds, Row
from benchmarks.sinks import no_postfix, postfix_sink

CONNECTIONS = 20
BAR = 0.85


def measure(plan: Plan) -> Iterator[Sequence[Result]]:
    letters = plan.size(40_000, quick=1_000)
    with (
        built_site(SqliteDatabases(), readers=letters) as site,
        postfix_sink() as port,
    ):
        relay_url = f"smtp://127.0.0.1:{port}"
        sides = {
            "ledger on": lambda: letters / _seconds_with_ledger(site, relay_url),
            "ledger off": lambda: letters / _seconds_without(site, relay_url),
        }
        rounds = Rounds(plan=plan, sides=sides)
        for samples in rounds.run(plan.rounds_of(5)):
            yield _results(samples["ledger on"], samples["ledger off"], letters)


def _results(on: Sequence[float], off: Sequence[float], letters: int) -> list[Result]:
    what = f"SQLite, C={CONNECTIONS}, {letters:,} letters"
    return [
        median_of(ratios(on, off), name=f"ledger on / off: {what}", unit="×", bar=BAR),
        median_of(
            on,
            name=f"sending with the ledger (peer: without): {what}",
            unit="letters/s",
            peer=off,
        ),
    ]


def _seconds_with_ledger(site: Site, relay_url: str) -> float:
    with site.product(relay_url=relay_url, connections=CONNECTIONS) as product:
        product.start_worker()
        sending = product.send()
        return float(product.ask("seconds_of_sending", sending.run_id))


def _seconds_without(site: Site, relay_url: str) -> float:
    with site.product(relay_url=relay_url, connections=CONNECTIONS) as product:
        run_id = product.ask("press_send")["run_id"]
        product.ask("freeze", run_id)
        worker = product.start_answering("benchmarks.null_ledger")
        try:
            call(worker, "claim_all", run_id)
            return float(call(worker, "send"))
        finally:
            end(worker)


ROW = Row(
    name="ledger",
    place=3,
    title="the ledger on against the ledger off",
    measure=measure,
    needs=(no_postfix,),
)
