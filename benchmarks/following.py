"""Watching a run on its way, and killing its worker."""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.product import LONGEST_RUN_SECONDS, Product

LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How far a run was at a moment."""

    at: float
    accepted: int
    started_at: float

    @property
    def rate(self) -> float:
        """Letters per second since the audience was frozen."""
        return self.accepted / (self.at - self.started_at)

    def rate_since(self, earlier: Sight) -> float:
        return (self.accepted - earlier.accepted) / (self.at - earlier.at)


def follow(product: Product, run_id: int, *, until: int) -> Sight:
    """Wait until so many are accepted."""
    end = time.monotonic() + LONGEST_RUN_SECONDS
    while time.monotonic() < end:
        found = product.ask("progress", run_id)
        if found["accepted"] >= until:
            return Sight(
                at=time.time(),
                accepted=found["accepted"],
                started_at=found["started_at"],
            )
        time.sleep(LOOK_SECONDS)
    raise TimeoutError(f"The run does not get on: {found}\n{product.log()}")


def seconds_of_recovery(product: Product, run_id: int) -> float:
    """Kill the worker and start one; return how long until letters leave again."""
    product.kill_workers()
    before = product.ask("progress", run_id)["accepted"]
    began = time.monotonic()
    product.spawn_worker()
    follow(product, run_id, until=before + 1)
    return time.monotonic() - began


def check_account(product: Product, run_id: int, *, most_uncertain: int) -> None:
    """Let the run end; make sure that it is exact in spite of the kill."""
    end = product.wait_until_ended(run_id)
    if end["accepted"] + end["uncertain"] != end["size"]:
        raise RuntimeError(f"Somebody is missing: {end}")
    if end["uncertain"] > most_uncertain:
        raise RuntimeError(f"Too many are uncertain: {end}")
