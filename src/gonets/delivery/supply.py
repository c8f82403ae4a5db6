"""Letters that are ready to be offered, of all running runs of one relay, in turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection

from gonets.delivery.breaker import Breaker
from gonets.delivery.budgets import Budget, Gate
from gonets.delivery.circle import Circle
from gonets.delivery.health import RelayHealth
from gonets.delivery.pacing import TokenBucket
from gonets.delivery.seats import Seats
from gonets.delivery.siding import Siding
from gonets.delivery.types import BoundClaim
from gonets.delivery.workshop import Ahead
from gonets.kernel import clock

LONGEST_NAP = 0.5
"""A letter that waits for its pace looks as often whether that is still the pace."""


class Feed:
    """The claimed letters of one run."""

    def __init__(self, *, run_id: int, breaker: Breaker, circle: Circle) -> None:
        self.run_id = run_id
        self.breaker = breaker
        self.circle = circle
        self.ready: deque[BoundClaim] = deque()
        self.ahead = Ahead()
        self.siding: Siding[BoundClaim] | None = None  # once anything is limited
        self.is_filling = False
        self.may_have_more = True
        self.trials: int | None = None  # letters that may be offered; None: any number
        self.on_trial: int | None = None  # the delivery whose answer is waited for then
        self.is_asking = False  # what other workers have heard is being asked

    @property
    def held(self) -> int:
        """How many letters wait here, those set aside included."""
        return len(self.ready) + (len(self.siding) if self.siding else 0)

    def unload(self) -> list[BoundClaim]:
        letters = [*(self.siding.clear() if self.siding else ()), *self.ready]
        self.ready.clear()
        return letters


class Supply:
    """Hands out letters within the pace, and while in doubt one at a time."""

    def __init__(
        self,
        *,
        bucket: TokenBucket,
        health: RelayHealth,
        gate: Gate,
        seats: Seats | None = None,
    ) -> None:
        self.feeds: dict[int, Feed] = {}
        self.in_flight = 0
        self.finished = 0
        self.on_take: Callable[[Feed], None] = _nothing  # a letter has left its feed
        self.budgeted: dict[int, Budget] = {}  # letters in flight that hold a budget
        self.is_closed = False
        self._ready = 0  # in all feeds together
        self._arriving = 0
        self._bucket = bucket
        self._health = health
        self._gate = gate
        self._seats = seats or Seats()
        self._is_limited = False
        self._turn: deque[int] = deque()
        self._changed = asyncio.Event()

    def open(self, feed: Feed) -> None:
        self.feeds[feed.run_id] = feed
        self._turn.append(feed.run_id)

    def drop(self, run_id: int) -> list[BoundClaim]:
        """Stop handing out letters of a run; return those it still held."""
        feed = self.feeds.pop(run_id, None)
        self._turn = deque(self.feeds)
        return [] if feed is None else self.unload(feed)

    def unload(self, feed: Feed, *, keep: int = 0) -> list[BoundClaim]:
        """Take from a feed what it holds, but for the first ``keep`` letters."""
        letters = feed.unload()
        feed.ready.extend(letters[:keep])
        self._ready -= len(letters) - len(feed.ready)
        return letters[keep:]

    def add(self, feed: Feed, letters: Collection[BoundClaim]) -> bool:
        """Add letters of a run; False if the run has been dropped meanwhile."""
        if self.feeds.get(feed.run_id) is not feed:
            return False
        feed.ready.extend(letters)
        self._ready += len(letters)
        self.wake()
        return True

    def hold(self, feed: Feed) -> None:
        """Hand out nothing of this run, and let nothing leave that has been offered."""
        self._limit(feed, 0)

    def try_one(self, feed: Feed) -> None:
        """Hand out a single letter of this run, unless one is being tried already."""
        self._limit(feed, 1 if feed.on_trial is None else 0)

    def set_free(self, feed: Feed) -> None:
        """Hand out any number of letters of this run again."""
        self._limit(feed, None)

    def _limit(self, feed: Feed, trials: int | None) -> None:
        feed.trials = trials
        self.look_at_gate()
        self.wake()

    def done(self) -> None:
        """One letter that was taken has found its end."""
        self.in_flight -= 1
        self.finished += 1
        if self._health.is_suspect:
            self.wake()

    def release(self, delivery_id: int) -> None:
        """One letter has found its end: its provider may get another one."""
        budget = self.budgeted.pop(delivery_id, None)
        if budget is not None:
            budget.done()

    def look_at_gate(self) -> None:
        """See whether letters have to pass the gate one by one."""
        was_limited = self._is_limited
        self._is_limited = not self._gate.is_open or any(
            feed.siding or feed.trials is not None for feed in self.feeds.values()
        )
        if was_limited and not self._is_limited:
            self.wake()

    def sort_anew(self) -> None:
        """Ask again whose each letter is: other limits may call them otherwise."""
        for feed in self.feeds.values():
            if feed.siding:
                feed.ready.extendleft(reversed(feed.siding.clear()))
            feed.siding = None
        self.look_at_gate()
        self.wake()

    def provider_of(self, bound: BoundClaim) -> str:
        return self._gate.provider_of(bound.claim.recipient.address_key)

    @property
    def has_work(self) -> bool:
        return not self.is_closed and self._may_go() and self._at_hand() > 0

    @property
    def has_some_at_hand(self) -> bool:
        """Tell whether letters could go if the relay were well."""
        return self._at_hand() > 0

    def close(self) -> None:
        """Hand out nothing more; whoever waits is told."""
        self.is_closed = True
        self.wake()

    def wake(self) -> None:
        self._changed.set()

    async def wait(self, *, at_most: float | None = None, enters: bool = False) -> bool:
        """Wait for a letter to be had; False if the time is up or all is closed.

        Whoever gets True says ``arrived`` after having tried to take one: no more
        connections are opened than there are letters.  Who ``enters`` has none yet,
        and waits for the relay to take one more as well.
        """
        until = clock.monotonic() + (at_most or 0)
        while not self.is_closed:
            has_seat = not enters or self._seats.may_enter(clock.monotonic())
            if has_seat and self._may_go() and self._at_hand() > self._arriving:
                self._arriving += 1
                return True
            try:
                async with asyncio.timeout(self._nap(at_most, has_seat=has_seat)):
                    self._changed.clear()
                    await self._changed.wait()
            except TimeoutError:
                if at_most is not None and clock.monotonic() >= until:
                    return False
        return False

    def arrived(self) -> None:
        self._arriving -= 1
        if self._ready:
            self.wake()

    def _nap(self, at_most: float | None, *, has_seat: bool) -> float | None:
        now = clock.monotonic()
        naps = [] if at_most is None else [at_most]
        if not has_seat:
            naps.append(max(0.001, self._seats.tries_again_at - now))
        if self._health.is_suspect and self._health.rests_until > now:
            naps.append(self._health.rests_until - now)
        elif self._is_limited:
            naps += [max(0.001, at - now) for at in self._next_looks()]
        return min(naps, default=None)

    def _next_looks(self) -> list[float]:
        sidings = [feed.siding for feed in self.feeds.values() if feed.siding]
        times = [siding.next_at() for siding in sidings]
        return [at for at in times if at is not None]

    async def take(self) -> BoundClaim | None:
        """Return the next letter once its time has come; None if there is none."""
        while not self.is_closed and self._may_go() and self._at_hand():
            wait = self._bucket.take(clock.monotonic())
            if not wait:
                return self._next()
            await asyncio.sleep(min(wait, LONGEST_NAP))
        return None

    def take_at_once(self) -> BoundClaim | None:
        """Return a letter if there is one that may go right now."""
        if self.is_closed or not self._ready:
            return None
        if self._health.is_suspect and not self._may_go():
            return None
        if self._is_limited and not self._at_hand():
            return None
        if self._bucket.rate and self._bucket.take(clock.monotonic()):
            return None
        return self._next()

    def _may_go(self) -> bool:
        if not self._health.is_suspect:
            return True
        return clock.monotonic() >= self._health.rests_until and not self.in_flight

    def _at_hand(self) -> int:
        """Return how many letters may go now, roughly where some are limited."""
        if not self._is_limited:
            return self._ready
        now = clock.monotonic()
        return sum(_may_go(feed, now) for feed in self.feeds.values())

    def _next(self) -> BoundClaim | None:
        turn = self._turn
        for _one in range(len(turn)):
            turn.rotate(-1)
            feed = self.feeds[turn[-1]]
            if self._is_limited:
                bound = self._pass_gate(feed)
            else:
                bound = feed.ready.popleft() if feed.ready else None
            if bound is not None:
                self.in_flight += 1
                self._ready -= 1
                self.on_take(feed)
                return bound
        return None

    def _pass_gate(self, feed: Feed) -> BoundClaim | None:
        """Return a letter whose provider may get one; others are set aside."""
        if feed.trials == 0:
            return None
        if feed.siding is None:
            feed.siding = Siding(gate=self._gate, address_of=_key_of, wake=self.wake)
        found = feed.siding.next(feed.ready, clock.monotonic())
        if found is None:
            self.on_take(feed)  # There may be others behind those set aside.
            return None
        bound, budget = found
        if feed.trials:
            feed.trials -= 1
            feed.on_trial = bound.claim.delivery_id
        if budget is not None:
            self.budgeted[bound.claim.delivery_id] = budget
        return bound


def _may_go(feed: Feed, now: float) -> int:
    count = feed.siding.may_go(feed.ready, now) if feed.siding else len(feed.ready)
    return count if feed.trials is None else min(count, feed.trials)


def _nothing(_feed: Feed) -> None:
    pass


def _key_of(bound: BoundClaim) -> str:
    return bound.claim.recipient.address_key
