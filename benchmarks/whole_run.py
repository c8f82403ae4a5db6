"""Whole runs of the product in turns with Postfix's generator, on one sink."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial

from benchmarks.databases import Databases
from benchmarks.product import OWN_WORKER, Sending, Site, built_site
from benchmarks.results import Result, median_of, ratios
from benchmarks.row import Plan, Rounds
from benchmarks.sinks import postfix_sink, source_rate

MANY, DEFAULT = 20, 4
"""Connections: those of the bar, and what the product has without being told."""


@dataclass(slots=True, kw_only=True)
class WholeRuns:
    """Runs of one size against one sink, and what is known of each kind so far."""

    site: Site
    port: int
    letters: int
    worker: Sequence[str] = OWN_WORKER
    letter_size: int = 0
    sendings: dict[int, list[Sending]] = field(default_factory=dict)

    def ours(self, connections: int) -> float:
        """Send once in a fresh product; return its rate from the press of Send."""
        with self.site.product(
            relay_url=f"smtp://127.0.0.1:{self.port}", connections=connections
        ) as product:
            product.start_worker(self.worker)
            sending = product.send()
        self.sendings.setdefault(connections, []).append(sending)
        return sending.rate

    def theirs(self) -> float:
        return source_rate(
            port=self.port,
            letters=self.letters,
            sessions=MANY,
            size=self.letter_size,
        )

    def learn_size(self) -> None:
        """Learn the size of the letter, in a product that sends nothing."""
        with self.site.product(relay_url="smtp://127.0.0.1:9", connections=1) as one:
            one.ask("press_send")
            self.letter_size = len(one.ask("letter"))


def measure_whole_runs(
    plan: Plan,
    databases: Callable[[], AbstractContextManager[Databases]],
    *,
    on: str,
    bar: float | None,
    connections: Sequence[int] = (MANY,),
    worker: Sequence[str] = OWN_WORKER,
) -> Iterator[Sequence[Result]]:
    """Yield the results of a row that compares whole runs with ``smtp-source``."""
    letters = plan.size(100_000, quick=1_000)
    with databases() as kind, built_site(kind, readers=letters) as site:
        plan.say(f"{letters:,} readers are built")
        with postfix_sink() as port:
            runs = WholeRuns(site=site, port=port, letters=letters, worker=worker)
            runs.learn_size()
            sides = {"smtp-source": runs.theirs} | {
                f"Gonets, C={count}": partial(runs.ours, count) for count in connections
            }
            rounds = Rounds(plan=plan, sides=sides, seldom=(f"Gonets, C={DEFAULT}",))
            for samples in rounds.run(plan.rounds_of(5)):
                yield _results(runs, samples["smtp-source"], on=on, bar=bar)


def _results(
    runs: WholeRuns, theirs: Sequence[float], *, on: str, bar: float | None
) -> list[Result]:
    found = []
    for connections, sendings in runs.sendings.items():
        done = theirs if connections == MANY else theirs[::2]  # of the same rounds
        what = f"{runs.letters:,} × {runs.letter_size:,} bytes, {on}, C={connections}"
        found += [
            median_of(
                ratios([one.rate for one in sendings], done),
                name=f"whole run / smtp-source: {what}",
                unit="×",
                bar=bar if connections == MANY else None,
            ),
            median_of(
                [one.rate for one in sendings],
                name=f"whole run, press of Send to finished: {what}",
                unit="letters/s",
                peer=done,
            ),
            median_of(
                [one.sending_rate for one in sendings],
                name=f"sending alone, audience frozen: {what}",
                unit="letters/s",
                peer=done,
            ),
        ]
    return found + _costs(runs.sendings[MANY], on=on)


def _costs(sendings: Sequence[Sending], *, on: str) -> list[Result]:
    return [
        median_of(
            [one.microseconds_per_letter for one in sendings],
            name=f"processor time of the worker per letter, from the press on: {on}",
            unit="µs",
        ),
        median_of(
            [one.peak_memory / 1e6 for one in sendings],
            name=f"peak memory of all our processes: {on}, C={MANY}",
            unit="MB",
        ),
    ]
