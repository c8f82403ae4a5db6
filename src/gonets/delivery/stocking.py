"""Keeping the supply of a relay filled: adopting runs, claiming and binding."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gonets.delivery.breaker import Breaker
from gonets.delivery.circle import Circle
from gonets.delivery.claims import (
    give_back,
    return_abandoned_waits,
    return_policy_waits,
)
from gonets.delivery.errands import Errands
from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.health import RelayHealth
from gonets.delivery.pausing import Pauser
from gonets.delivery.ports import Letter, LetterSource, LetterUnfit
from gonets.delivery.shares import Condition
from gonets.delivery.states import DeliveryStatus, PauseCause
from gonets.delivery.supply import Feed, Supply
from gonets.delivery.surroundings import Surroundings
from gonets.delivery.tempo import Tempo
from gonets.delivery.types import BoundClaim
from gonets.delivery.verdicts import outcome_of
from gonets.delivery.watch import RelaySettings, RunState
from gonets.delivery.workshop import Workshop
from gonets.kernel import clock
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)

FEWEST_CLAIMS, MOST_CLAIMS = 50, 500
"""While they are made no page is recorded; but each time costs as much as a page."""

CLAIM_SECONDS = 2


class Stocker:
    """Fills the feeds of a relay's runs and knows the letters that they send."""

    def __init__(
        self,
        *,
        relay: RelaySettings,
        source: LetterSource,
        supply: Supply,
        health: RelayHealth,
        tempo: Tempo,
        surroundings: Surroundings,
    ) -> None:
        self.letters: dict[str, Letter] = {}
        self.workshop = Workshop(
            letters=self.letters,
            connections=relay.connections,
            benches=surroundings.benches,
        )
        self._relay_id = relay.relay_id
        self.at_once = claims_at_once(relay)
        self._source = source
        self._supply = supply
        self._health = health
        self.errands = Errands()
        self._tempo = tempo
        self._books = surroundings.books
        self._pauser = Pauser(books=surroundings.books)
        self._on_claim = surroundings.on_claim

    def adopt(self, state: RunState, circle: Circle) -> None:
        """Take up a run that has begun to run, or was resumed."""
        breaker = Breaker(has_accepted=state.has_accepted)
        feed = Feed(run_id=state.run_id, breaker=breaker, circle=circle)
        self._supply.open(feed)
        if circle.is_begun:
            self.fill_if_low(feed)
            return
        circle.is_begun = True
        self.errands.run(self._begin(feed))

    def fill_if_low(self, feed: Feed) -> None:
        if feed.is_filling or not feed.may_have_more or self._supply.is_closed:
            return
        if len(feed.ready) > self.at_once // 2:
            return
        limit = self._allowance(feed)
        if limit:
            feed.is_filling = True
            feed.circle.take(self._relay_id, limit)
            self.errands.run(self._fill(feed, limit))

    def hand_back(self, feed: Feed) -> None:
        """Keep no more than one letter to try while the relay is in doubt."""
        now = clock.monotonic()
        if self._health.condition is Condition.WELL or not feed.circle.is_shared:
            return
        keep = 1 if self._health.may_be_tried(now) else 0
        if feed.held > keep and feed.circle.has_other_well(self._relay_id, now):
            self.give_back(feed.run_id, self._supply.unload(feed, keep=keep))

    def give_back(self, run_id: int, letters: Sequence[BoundClaim]) -> None:
        """Let other relays have these letters, none of which has left."""
        if letters:
            self.errands.run(self._give_back(run_id, letters))

    def _allowance(self, feed: Feed) -> int:
        circle = feed.circle
        if not circle.is_shared:
            return self.at_once
        now = clock.monotonic()
        if self._health.condition is not Condition.WELL:
            is_tried = feed.held or self._supply.in_flight
            if is_tried or not self._health.may_be_tried(now):
                return 0
        # What a slow relay does not hold, one that comes back can take.
        limit = min(self.at_once, self._tempo.letters_in(CLAIM_SECONDS))
        return circle.allowance(self._relay_id, limit=limit, now=now)

    async def _begin(self, feed: Feed) -> None:
        # Refusals that have waited since then have nobody to decide about them.
        heard = {"relay_id": self._relay_id, "worker_id": self._books.worker_id}
        await self._books.do(return_policy_waits, feed.run_id, **heard)
        await self._books.do(return_abandoned_waits, feed.run_id)
        self.fill_if_low(feed)

    async def _fill(self, feed: Feed, limit: int) -> None:
        claimed = 0
        try:
            claimed = await self._stock_up(feed, limit)
        except LetterUnfit as why:
            await self._halt(feed, PauseCause.LETTER_UNFIT, str(why))
        except LedgerUnavailable:
            raise
        except Exception as error:
            logger.exception("The run cannot be prepared", run=feed.run_id)
            await self._halt(feed, PauseCause.BROKEN, type(error).__name__)
        finally:
            feed.is_filling = False
            feed.circle.take(self._relay_id, claimed - limit)
        if claimed and feed.circle.is_shared:
            self._on_claim(feed.run_id, self._relay_id)

    async def _halt(self, feed: Feed, cause: PauseCause, answer: str) -> None:
        await self._pauser.halt(feed.run_id, feed.circle, cause, answer)

    async def _stock_up(self, feed: Feed, limit: int) -> int:
        """Claim up to so many letters; return how many it has taken in."""
        stock = await self._books.take_stock(
            feed.run_id, relay_id=self._relay_id, limit=limit
        )
        feed.may_have_more = not stock.is_last
        try:
            for bound in stock.ready:
                await self._know(bound.binding.letter_ref)
        except BaseException:
            self.give_back(feed.run_id, stock.ready)
            raise
        if not self._supply.add(feed, stock.ready):
            self.give_back(feed.run_id, stock.ready)
            return 0
        costly = [bound for bound in stock.ready if self._is_costly(bound)]
        self.workshop.prepare(feed.ahead, costly)
        return len(stock.ready)

    def _is_costly(self, bound: BoundClaim) -> bool:
        return self.letters[bound.binding.letter_ref].is_costly

    async def _know(self, letter_ref: str) -> None:
        if letter_ref not in self.letters:
            letter = await self._books.ask(self._source.letter, letter_ref)
            self.letters[letter_ref] = letter

    async def _give_back(self, run_id: int, letters: Sequence[BoundClaim]) -> None:
        """Give letters back at once, or else with whatever is written next."""
        held = [(claim.delivery_id, claim.fence) for claim, _binding in letters]
        try:
            await self._books.do(give_back, run_id, held)
        except LedgerUnavailable:
            now, pending = clock.now(), DeliveryStatus.PENDING
            for claim, _binding in letters:
                self._books.settle(outcome_of(claim, pending, now=now))
            raise


def claims_at_once(relay: RelaySettings) -> int:
    """Claim what leaves in about two seconds at once, or a few per connection."""
    few = 2 * relay.connections
    if not relay.letters_per_second:
        return max(FEWEST_CLAIMS, min(MOST_CLAIMS, few + few // 2))
    wanted = math.ceil(CLAIM_SECONDS * relay.letters_per_second)
    return min(MOST_CLAIMS, wanted + few)
