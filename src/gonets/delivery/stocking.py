"""Keeping the supply of a relay filled: adopting runs, claiming and binding."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.breaker import Breaker
from gonets.delivery.claims import return_policy_waits
from gonets.delivery.errands import Errands
from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.pausing import Pauser
from gonets.delivery.ports import Letter, LetterSource, LetterUnfit
from gonets.delivery.states import DeliveryStatus, PauseCause
from gonets.delivery.supply import Feed, Supply
from gonets.delivery.types import BoundClaim
from gonets.delivery.verdicts import outcome_of
from gonets.delivery.watch import RelaySettings, RunState
from gonets.delivery.workshop import Workshop
from gonets.kernel import clock
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)

FEWEST_CLAIMS, MOST_CLAIMS = 50, 500
"""While they are made no page is recorded; but each time costs as much as a page."""


class Stocker:
    """Fills the feeds of a relay's runs and knows the letters that they send."""

    def __init__(
        self,
        *,
        books: Bookkeeper,
        source: LetterSource,
        errands: Errands,
        pauser: Pauser,
        relay: RelaySettings,
    ) -> None:
        self.letters: dict[str, Letter] = {}
        self.workshop = Workshop(letters=self.letters, connections=relay.connections)
        self._books = books
        self._source = source
        self._errands = errands
        self._pauser = pauser
        self._at_once = claims_at_once(relay)

    def adopt(self, supply: Supply, state: RunState) -> None:
        """Take up a run that has begun to run, or was resumed."""
        breaker = Breaker(has_accepted=state.accepted > 0)
        feed = Feed(run_id=state.run_id, breaker=breaker)
        supply.open(feed)
        self.fill_if_low(supply, feed)

    def fill_if_low(self, supply: Supply, feed: Feed) -> None:
        if feed.is_filling or not feed.may_have_more or supply.is_closed:
            return
        if len(feed.ready) <= self._at_once // 2:
            feed.is_filling = True
            self._errands.run(self._fill(supply, feed))

    async def _fill(self, supply: Supply, feed: Feed) -> None:
        try:
            if not feed.has_begun:
                # Refusals that waited when an earlier worker ended: nobody is left to
                # decide about them.
                await self._books.do(return_policy_waits, feed.run_id)
                feed.has_begun = True
            await self._stock_up(supply, feed)
        except LetterUnfit as why:
            await self._pauser.pause(feed.run_id, PauseCause.LETTER_UNFIT, str(why))
        except LedgerUnavailable:
            raise
        except Exception as error:
            logger.exception("The run cannot be prepared", run=feed.run_id)
            name = type(error).__name__
            await self._pauser.pause(feed.run_id, PauseCause.BROKEN, name)
        finally:
            feed.is_filling = False

    async def _stock_up(self, supply: Supply, feed: Feed) -> None:
        stock = await self._books.take_stock(feed.run_id, limit=self._at_once)
        feed.may_have_more = not stock.is_last
        try:
            for bound in stock.ready:
                await self._know(bound.binding.letter_ref)
        except BaseException:
            self._return(stock.ready)
            raise
        if not supply.add(feed, stock.ready):
            self._return(stock.ready)
            return
        costly = [bound for bound in stock.ready if self._is_costly(bound)]
        self.workshop.prepare(feed.ahead, costly)

    def _is_costly(self, bound: BoundClaim) -> bool:
        return self.letters[bound.binding.letter_ref].is_costly

    async def _know(self, letter_ref: str) -> None:
        if letter_ref not in self.letters:
            letter = await self._books.ask(self._source.letter, letter_ref)
            self.letters[letter_ref] = letter

    def _return(self, stock: Sequence[BoundClaim]) -> None:
        for bound in stock:
            self._books.settle(
                outcome_of(bound.claim, DeliveryStatus.PENDING, now=clock.now())
            )


def claims_at_once(relay: RelaySettings) -> int:
    """Claim about two seconds' worth of letters at once, or a few per connection."""
    few = 2 * relay.connections
    if not relay.letters_per_second:
        return max(FEWEST_CLAIMS, min(MOST_CLAIMS, few + few // 2))
    return min(MOST_CLAIMS, math.ceil(2 * relay.letters_per_second) + few)
