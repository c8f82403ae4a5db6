"""DKIM on: how much of one core's pure signing rate is reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec

from benchmarks.databases import SqliteDatabases
from benchmarks.product import Product, built_site, call, end
from benchmarks.results import Result, median_of, ratios
from benchmarks.row import Plan, Rounds, Row
from benchmarks.sinks import no_postfix, postfix_sink

CONNECTIONS = 20
BAR = 0.8


def measure(plan: Plan) -> Iterator[Sequence[Result]]:
    letters = plan.size(10_000, quick=200)
    seconds = plan.size(3, quick=1)
    with (
        built_site(SqliteDatabases(), readers=letters) as site,
        postfix_sink() as port,
        site.product(
            relay_url=f"smtp://127.0.0.1:{port}", connections=CONNECTIONS
        ) as product,
    ):
        signing = product.start_answering("benchmarks.signing")
        try:
            call(signing, "switch_on")
            product.start_worker()
            sides = {
                "pure signing": lambda: call(signing, "pure_rate", seconds=seconds),
                "Gonets": lambda: _rate(product),
            }
            for samples in Rounds(plan=plan, sides=sides).run(plan.rounds_of(5)):
                yield _results(samples["Gonets"], samples["pure signing"])
            if not product.ask("letter").startswith("DKIM-Signature:"):
                raise RuntimeError("The letters were not signed.")
        finally:
            end(signing)


def _rate(product: Product) -> float:
    sending = product.send()
    return sending.letters / float(product.ask("seconds_of_sending", sending.run_id))


def _results(ours: Sequence[float], pure: Sequence[float]) -> list[Result]:
    name = f"DKIM on (RSA-2048), SQLite, C={CONNECTIONS}"
    return [
        median_of(
            ratios(ours, pure),
            name=f"{name} / pure signing of one core",
            unit="×",
            bar=BAR,
        ),
        median_of(
            ours,
            name=f"{name} (peer: pure signing of one core)",
            unit="letters/s",
            peer=pure,
        ),
    ]


def no_signing() -> str:
    """Say what signing needs, or nothing."""
    if find_spec("cryptography") is None:
        return "cryptography is not installed (make bench installs it)"
    if find_spec("gonets.letters.dkim") is None:
        return "this version does not sign letters"
    return ""


ROW = Row(
    name="dkim",
    place=6,
    title="DKIM on against pure signing",
    measure=measure,
    needs=(no_postfix, no_signing),
)
