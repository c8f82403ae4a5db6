"""Letters that are ready to be offered, of all running runs of one relay, in turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection

from gonets.delivery.breaker import Breaker
from gonets.delivery.health import RelayHealth
from gonets.delivery.pacing import TokenBucket
from gonets.delivery.types import BoundClaim
from gonets.delivery.workshop import Ahead
from gonets.kernel import clock


class Feed:
    """The claimed letters of one run."""

    def __init__(self, *, run_id: int, breaker: Breaker) -> None:
        self.run_id = run_id
        self.breaker = breaker
        self.ready: deque[BoundClaim] = deque()
        self.ahead = Ahead()
        self.has_begun = False
        self.is_filling = False
        self.may_have_more = True


class Supply:
    """Hands out letters within the pace, and while in doubt one at a time."""

    def __init__(
        self,
        *,
        bucket: TokenBucket,
        health: RelayHealth,
        on_take: Callable[[Supply, Feed], None],
    ) -> None:
        self.feeds: dict[int, Feed] = {}
        self.in_flight = 0
        self.is_closed = False
        self._ready = 0  # in all feeds together
        self._arriving = 0
        self._bucket = bucket
        self._health = health
        self._on_take = on_take
        self._turn: deque[int] = deque()
        self._changed = asyncio.Event()

    def open(self, feed: Feed) -> None:
        self.feeds[feed.run_id] = feed
        self._turn.append(feed.run_id)

    def drop(self, run_id: int) -> list[BoundClaim]:
        """Stop handing out letters of a run; return those it still held."""
        feed = self.feeds.pop(run_id, None)
        self._turn = deque(self.feeds)
        if feed is None:
            return []
        self._ready -= len(feed.ready)
        return list(feed.ready)

    def add(self, feed: Feed, letters: Collection[BoundClaim]) -> bool:
        """Add letters of a run; False if the run has been dropped meanwhile."""
        if self.feeds.get(feed.run_id) is not feed:
            return False
        feed.ready.extend(letters)
        self._ready += len(letters)
        self.wake()
        return True

    def done(self) -> None:
        """One letter that was taken has found its end."""
        self.in_flight -= 1
        if self._health.is_suspect:
            self.wake()

    def close(self) -> None:
        """Hand out nothing more; whoever waits is told."""
        self.is_closed = True
        self.wake()

    def wake(self) -> None:
        self._changed.set()

    async def wait(self, *, at_most: float | None = None) -> bool:
        """Wait for a letter to be had; False if the time is up or all is closed.

        Whoever gets True says ``arrived`` after having tried to take one: no more
        connections are opened than there are letters.
        """
        while not self.is_closed:
            if self._may_go() and self._ready > self._arriving:
                self._arriving += 1
                return True
            try:
                async with asyncio.timeout(self._nap(at_most)):
                    self._changed.clear()
                    await self._changed.wait()
            except TimeoutError:
                if at_most is not None:
                    return False
        return False

    def arrived(self) -> None:
        self._arriving -= 1
        if self._ready:
            self.wake()

    def _nap(self, at_most: float | None) -> float | None:
        rest = self._health.rests_until - clock.monotonic()
        if rest > 0 and self._health.is_suspect:
            return rest if at_most is None else min(rest, at_most)
        return at_most

    async def take(self) -> BoundClaim | None:
        """Return the next letter once its time has come; None if there is none."""
        while not self.is_closed and self._may_go() and self._ready:
            wait = self._bucket.take(clock.monotonic())
            if not wait:
                return self._next()
            await asyncio.sleep(wait)
        return None

    def take_at_once(self) -> BoundClaim | None:
        """Return a letter if there is one that may go right now."""
        if self.is_closed or not self._ready or not self._may_go():
            return None
        return None if self._bucket.take(clock.monotonic()) else self._next()

    def _may_go(self) -> bool:
        if not self._health.is_suspect:
            return True
        return clock.monotonic() >= self._health.rests_until and not self.in_flight

    def _next(self) -> BoundClaim | None:
        for _one in range(len(self._turn)):
            self._turn.rotate(-1)
            feed = self.feeds[self._turn[-1]]
            if feed.ready:
                self.in_flight += 1
                self._ready -= 1
                bound = feed.ready.popleft()
                self._on_take(self, feed)
                return bound
        return None
