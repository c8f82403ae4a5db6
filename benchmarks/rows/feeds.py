"""A thousand feeds of fifty entries: their processor time beside plain feedparser's."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence

from benchmarks.results import Result, median_of, ratios
from benchmarks.row import Plan, Row

BAR = 1.5
MOST_GROWTH = 30
"""In MB, from the first fifth of the feeds to the last one."""


def measure(plan: Plan) -> Iterator[Sequence[Result]]:
    count = plan.size(1000, quick=10)
    rounds: list[dict[str, float]] = []
    for number in range(plan.rounds_of(3)):
        rounds.append(_round(count))
        plan.say(f"round {number + 1}: {rounds[-1]}")
        yield _results(rounds, count)


def _round(count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="gonets-feeds-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.feed_reading", str(count), folder],
            capture_output=True,
            text=True,
            check=True,
        )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _results(rounds: Sequence[dict[str, float]], count: int) -> list[Result]:
    plain = [one["feedparser"] for one in rounds]
    name = f"{count:,} feeds × 50 entries"
    found = [
        median_of(
            ratios([one[what] for one in rounds], plain),
            name=f"{name}, {what} / feedparser on the same bytes",
            unit="× processor time",
            bar=BAR,
            is_limit=True,
        )
        for what in ("all new", "same bytes", "not modified")
    ]
    growth = median_of(
        [one["grown"] / 1_000_000 for one in rounds],
        name=f"{name}, all new: memory beyond that of the first fifth",
        unit="MB",
        bar=MOST_GROWTH,
        is_limit=True,
    )
    return [*found, growth]


ROW = Row(
    name="feeds",
    place=9,
    title="a thousand feeds beside plain feedparser",
    measure=measure,
)
