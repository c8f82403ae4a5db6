"""What a provider may get: so many letters per second, so many at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gonets.delivery.pacing import TokenBucket
from gonets.delivery.providers import Providers
from gonets.delivery.slowing import Caution, Slowing

UNTIL_ONE_IS_DONE = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLimit:
    """A limit as it is set up; without numbers it only says what belongs together."""

    provider: str
    domains: tuple[str, ...]
    letters_per_second: float | None = None
    letters_at_once: int | None = None

    @property
    def limits_anything(self) -> bool:
        return bool(self.letters_per_second or self.letters_at_once)


class Budget:
    """The budget of one provider, over all relays of this worker."""

    def __init__(self, limit: ProviderLimit, *, now: float) -> None:
        self.limit = limit
        self.in_flight = 0
        self._bucket = TokenBucket(rate=limit.letters_per_second, now=now)
        self._waiting: list[Callable[[], None]] = []

    def change(self, limit: ProviderLimit) -> None:
        """Keep to other numbers from now on; what is on its way still counts."""
        self.limit = limit
        self._bucket.rate = limit.letters_per_second
        self._tell()

    def wait(self, now: float) -> float:
        """Return how long to wait; 0: a letter may go."""
        at_once = self.limit.letters_at_once
        if at_once and self.in_flight >= at_once:
            return UNTIL_ONE_IS_DONE
        return self._bucket.wait(now)

    def take(self, now: float) -> None:
        """A letter goes, after ``wait`` has said that it may."""
        self._bucket.take(now)
        self.in_flight += 1

    def done(self) -> None:
        """One that was taken has found its end; whoever waits for that is told."""
        self.in_flight -= 1
        self._tell()

    def _tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell()

    def tell_when_done(self, tell: Callable[[], None]) -> None:
        self._waiting.append(tell)


class Budgets:
    """The limits of all providers; ``providers`` knows whose a domain is."""

    def __init__(
        self,
        limits: Iterable[ProviderLimit] = (),
        *,
        now: float = 0,
        before: Budgets | None = None,
    ) -> None:
        """Limit letters from now on; what left within limits ``before`` is counted."""
        former = {} if before is None else before.by_provider
        self.limits = tuple(limits)
        self.providers = Providers((one.provider, one.domains) for one in self.limits)
        self.by_provider: dict[str, Budget] = {}
        for limit in self.limits:
            if not limit.limits_anything:
                continue
            budget = former.get(limit.provider) or Budget(limit, now=now)
            budget.change(limit)
            self.by_provider[limit.provider] = budget


class Gate:
    """What the letters of one relay have to pass: budgets, and what slowed it down.

    Where nothing is limited and nothing slowed, ``is_open`` says so, and nobody has to
    look at any address.
    """

    def __init__(self, budgets: Budgets, *, caution: Caution | None = None) -> None:
        self.budgets = budgets
        self._caution = caution or Caution()
        self._slowed: dict[str, tuple[Slowing, TokenBucket]] = {}

    @property
    def is_open(self) -> bool:
        return not self._slowed and not self.budgets.by_provider

    def provider_of(self, address_key: str) -> str:
        return self.budgets.providers.of(address_key)

    def wait(self, provider: str, now: float) -> float:
        """Return how long letters to this provider have to wait; 0: not at all."""
        budget = self.budgets.by_provider.get(provider)
        slowed = self._slowed.get(provider)
        return max(
            budget.wait(now) if budget else 0.0, slowed[1].wait(now) if slowed else 0.0
        )

    def take(self, provider: str, now: float) -> Budget | None:
        """A letter goes; return the budget to tell when it has found its end."""
        slowed = self._slowed.get(provider)
        if slowed:
            slowed[0].went()
            slowed[1].take(now)
        budget = self.budgets.by_provider.get(provider)
        if budget:
            budget.take(now)
        return budget

    def complained(self, provider: str, *, rate: float, now: float) -> float | None:
        """The provider asks us to slow down; return the new pace, None if it is old."""
        slowing, bucket = self._slowed.setdefault(
            provider,
            (Slowing(caution=self._caution), TokenBucket(rate=None, now=now)),
        )
        if not slowing.complained(rate=rate, now=now):
            return None
        bucket.rate = slowing.pace
        return slowing.pace

    def note_quiet(self, *, now: float) -> bool:
        """Speed up where it has been quiet; return whether anything changed."""
        has_changed = False
        for provider, (slowing, bucket) in list(self._slowed.items()):
            has_changed |= slowing.note_quiet(now=now)
            bucket.rate = slowing.pace
            if slowing.pace is None:
                del self._slowed[provider]
        return has_changed

    def paces(self) -> dict[str, float]:
        """Return what is slowed down at the moment, in letters per second."""
        return {
            provider: round(slowing.pace, 2)
            for provider, (slowing, _bucket) in self._slowed.items()
            if slowing.pace is not None
        }
