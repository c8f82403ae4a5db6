"""What the senders of a worker have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gonets.delivery.benches import Benches
from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.budgets import Budgets
from gonets.delivery.options import SendingOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    books: Bookkeeper
    benches: Benches
    options: SendingOptions
    budgets: Budgets
    on_claim: Callable[[int, int], None]  # a run's letters were claimed by a relay
    names: Callable[[], Mapping[int, str]]  # of the relays
