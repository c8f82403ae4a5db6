"""Letters set aside because their provider has to wait, while others pass them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from typing import Generic, TypeVar

from gonets.delivery.budgets import UNTIL_ONE_IS_DONE, Budget, Gate

MOST_SET_ASIDE = 4000
"""So far ahead others are looked for; beyond it they wait too."""

SHORTEST_WAIT = 0.001
"""Added to a clock's reading, a shorter one might not make any difference."""

L = TypeVar("L")


class Siding(Generic[L]):
    """Hands out what may go now.  Every letter is looked at and set aside once.

    The letters of one provider keep their order, and those set aside go first.
    """

    def __init__(
        self,
        *,
        gate: Gate,
        address_of: Callable[[L], str],
        wake: Callable[[], None],
        most: int = MOST_SET_ASIDE,
    ) -> None:
        self._gate = gate
        self._address_of = address_of
        self._wake = wake
        self._most = most
        self._aside: dict[str, deque[L]] = {}
        self._due: list[tuple[float, str]] = []  # a heap: when to look again at whom
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def is_full(self) -> bool:
        return self._count >= self._most

    def next(self, ready: deque[L], now: float) -> tuple[L, Budget | None] | None:
        """Return the next letter that may go, and its budget; None: all must wait."""
        found = self._next_set_aside(now)
        while found is None and ready and not self.is_full:
            found = self._pass_or_set_aside(ready.popleft(), now)
        return found

    def next_at(self) -> float | None:
        """Return when to look again; None: when one is done, or nothing waits."""
        return self._due[0][0] if self._due else None

    def may_go(self, ready: deque[L], now: float) -> int:
        """Return how many letters are worth asking for now, roughly."""
        is_due = bool(self._due) and self._due[0][0] <= now
        return is_due + (0 if self.is_full else len(ready))

    def clear(self) -> list[L]:
        """Give back all that was set aside."""
        held = [letter for queue in self._aside.values() for letter in queue]
        self._aside, self._due, self._count = {}, [], 0
        return held

    def _next_set_aside(self, now: float) -> tuple[L, Budget | None] | None:
        while self._due and self._due[0][0] <= now:
            provider = heappop(self._due)[1]
            queue = self._aside.get(provider)
            if not queue:
                continue
            wait = self._gate.wait(provider, now)
            if wait:
                self._look_again(provider, now, wait)
                continue
            letter = queue.popleft()
            self._count -= 1
            budget = self._gate.take(provider, now)
            if queue:
                self._look_again(provider, now, self._gate.wait(provider, now))
            else:
                del self._aside[provider]
            return letter, budget
        return None

    def _pass_or_set_aside(
        self, letter: L, now: float
    ) -> tuple[L, Budget | None] | None:
        provider = self._gate.provider_of(self._address_of(letter))
        queue = self._aside.get(provider)
        if queue is not None:
            queue.append(letter)
            self._count += 1
            return None
        wait = self._gate.wait(provider, now)
        if not wait:
            return letter, self._gate.take(provider, now)
        self._aside[provider] = deque((letter,))
        self._count += 1
        self._look_again(provider, now, wait)
        return None

    def _look_again(self, provider: str, now: float, wait: float) -> None:
        if wait == UNTIL_ONE_IS_DONE:
            budget = self._gate.budgets.by_provider[provider]
            budget.tell_when_done(partial(self._one_is_done, provider, now))
        else:
            again_at = now + max(wait, SHORTEST_WAIT) if wait else now
            heappush(self._due, (again_at, provider))

    def _one_is_done(self, provider: str, since: float) -> None:
        heappush(self._due, (since, provider))
        self._wake()
