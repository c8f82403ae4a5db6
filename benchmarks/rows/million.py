"""From 10,000 to 1,000,000 recipients: rate, memory, freezing, and a crash.

The worker is killed when nine tenths of the million are accepted, so that one run also
tells how long it takes to find one's way again among a million rows.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.databases import SqliteDatabases
from benchmarks.following import check_account, follow, seconds_of_recovery
from benchmarks.product import Product, Site, built_site
from benchmarks.results import Result, median_of, ratios
from benchmarks.row import Plan, Rounds, Row
from benchmarks.sinks import no_postfix, postfix_sink

CONNECTIONS = 20
FEW_IN_A_ROUND = 3
LEAST_RATIO, MOST_MEGABYTES, LONGEST_RECOVERY = 0.9, 50, 5


def measure(plan: Plan) -> Iterator[Sequence[Result]]:
    """One round by default: a million letters take minutes."""
    few, many = plan.size(10_000, quick=1_000), plan.size(1_000_000, quick=10_000)
    with (
        built_site(SqliteDatabases(), readers=few) as small,
        built_site(SqliteDatabases(), readers=many) as large,
        postfix_sink() as port,
    ):
        plan.say(f"{few:,} and {many:,} readers are built")
        relay_url = f"smtp://127.0.0.1:{port}"
        sizes = Sizes(few=few, many=many, relay_url=relay_url, say=plan.say)
        sides = {
            f"{few:,} recipients": lambda: sizes.send_few(small),
            f"{many:,} recipients": lambda: sizes.send_many(large),
        }
        for samples in Rounds(plan=plan, sides=sides).run(plan.rounds_of(1)):
            yield _results(sizes, *samples.values())


@dataclass(slots=True, kw_only=True)
class Sizes:
    """What is known of the few and of the many beside their rates, round by round."""

    few: int
    many: int
    relay_url: str
    say: Callable[[str], None]
    growth: list[float] = field(default_factory=list)  # of memory, in bytes
    peaks: list[float] = field(default_factory=list)
    freezing: list[float] = field(default_factory=list)
    ageing: list[float] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    _few_peak: float = 0

    def send_few(self, site: Site) -> float:
        return statistics.median(
            self._send_few_once(site) for _one in range(FEW_IN_A_ROUND)
        )

    def _send_few_once(self, site: Site) -> float:
        with site.product(relay_url=self.relay_url, connections=CONNECTIONS) as product:
            product.start_worker()
            sending = product.send()
            # Without the moment before the first letter, which would flatter the many.
            seconds = product.ask("seconds_of_sending", sending.run_id)
        self._few_peak = max(self._few_peak, sending.peak_memory)
        return self.few / float(seconds)

    def send_many(self, site: Site) -> float:
        with site.product(relay_url=self.relay_url, connections=CONNECTIONS) as product:
            product.start_worker()
            return self._follow(product, **product.ask("press_send"))

    def _follow(self, product: Product, *, run_id: int, pressed_at: float) -> float:
        tenths = [follow(product, run_id, until=1)]
        for tenth in range(1, 10):
            until = self.many * tenth // 10
            tenths.append(follow(product, run_id, until=until))
            self.say(f"{until:,} are accepted")
        peak = product.peak_memory()
        self.peaks.append(peak)
        self.growth.append(peak - self._few_peak)
        self.freezing.append(self.many / (tenths[0].started_at - pressed_at))
        self.ageing.append(tenths[9].rate_since(tenths[8]) / tenths[1].rate)
        self.recoveries.append(seconds_of_recovery(product, run_id))
        check_account(product, run_id, most_uncertain=CONNECTIONS)
        return tenths[9].rate


def _results(sizes: Sizes, few: Sequence[float], many: Sequence[float]) -> list[Result]:
    both = f"{sizes.few:,} → {sizes.many:,} recipients"
    return [
        median_of(
            ratios(many, few), name=f"letters/s, {both}", unit="×", bar=LEAST_RATIO
        ),
        median_of(
            many,
            name=f"sending to {sizes.many:,} (peer: to {sizes.few:,})",
            unit="letters/s",
            peer=few,
        ),
        median_of(
            sizes.ageing,
            name=f"last tenth / first tenth of {sizes.many:,}",
            unit="×",
        ),
        median_of(
            [one / 1e6 for one in sizes.growth],
            name=f"growth of peak memory, {both}",
            unit="MB",
            bar=MOST_MEGABYTES,
            is_limit=True,
        ),
        *_beside(sizes),
    ]


def _beside(sizes: Sizes) -> list[Result]:
    return [
        median_of(
            [one / 1e6 for one in sizes.peaks],
            name=f"peak memory of all our processes, {sizes.many:,} recipients",
            unit="MB",
        ),
        median_of(
            sizes.freezing,
            name=f"freezing an audience of {sizes.many:,}",
            unit="people/s",
        ),
        median_of(
            sizes.recoveries,
            name=f"kill -9 to the next letter, {sizes.many:,} rows",
            unit="s",
            bar=LONGEST_RECOVERY,
            is_limit=True,
        ),
    ]


ROW = Row(
    name="million",
    place=5,
    title="a million recipients beside ten thousand",
    measure=measure,
    needs=(no_postfix,),
)
