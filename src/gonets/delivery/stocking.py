"""Keeping the supply of a relay filled: adopting runs, claiming and binding."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence

from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.breaker import Breaker
from gonets.delivery.claims import claim_some, return_policy_waits
from gonets.delivery.errands import Errands
from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.pausing import Pauser
from gonets.delivery.ports import Letter, LetterSource, LetterUnfit
from gonets.delivery.states import DeliveryStatus, PauseCause
from gonets.delivery.stock import bind_claims
from gonets.delivery.supply import Feed, Supply
from gonets.delivery.types import Claim
from gonets.delivery.verdicts import outcome_of
from gonets.delivery.watch import RelaySettings, RunState
from gonets.kernel import clock

logger = logging.getLogger(__name__)

MOST_CLAIMS = 500


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
        feed.is_filling = True
        self._errands.run(self._begin(supply, feed))

    def fill_if_low(self, supply: Supply, feed: Feed) -> None:
        if feed.is_filling or not feed.may_have_more or supply.is_closed:
            return
        if len(feed.ready) <= self._at_once // 2:
            feed.is_filling = True
            self._errands.run(self._fill(supply, feed))

    async def _begin(self, supply: Supply, feed: Feed) -> None:
        # Refusals that waited when an earlier worker ended have nobody to decide.
        await self._books.write(return_policy_waits, feed.run_id)
        await self._fill(supply, feed)

    async def _fill(self, supply: Supply, feed: Feed) -> None:
        try:
            claims = await self._books.write(
                claim_some,
                feed.run_id,
                worker_id=self._books.worker_id,
                limit=self._at_once,
            )
            feed.may_have_more = len(claims) == self._at_once
            if claims:
                await self._bind_or_return(supply, feed, claims)
        finally:
            feed.is_filling = False

    async def _bind_or_return(
        self, supply: Supply, feed: Feed, claims: Sequence[Claim]
    ) -> None:
        try:
            await self._bind(supply, feed, claims)
        except LetterUnfit as why:
            self._return(claims)
            await self._pauser.pause(feed.run_id, PauseCause.LETTER_UNFIT, str(why))
        except LedgerUnavailable:
            self._return(claims)
            raise
        except Exception as error:
            logger.exception("Run %s cannot be prepared for sending", feed.run_id)
            self._return(claims)
            name = type(error).__name__
            await self._pauser.pause(feed.run_id, PauseCause.BROKEN, name)

    async def _bind(self, supply: Supply, feed: Feed, claims: Sequence[Claim]) -> None:
        for letter_ref in {claim.letter_ref for claim in claims} - set(self.letters):
            letter = await self._books.ask(self._source.letter, letter_ref)
            self.letters[letter_ref] = letter
        stock = await self._books.ask(bind_claims, self._source, claims)
        for outcome in stock.withheld:
            self._books.settle(outcome)
        if not supply.add(feed, stock.ready):
            self._return([bound.claim for bound in stock.ready])

    def _return(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            self._books.settle(
                outcome_of(claim, DeliveryStatus.PENDING, now=clock.now())
            )


def claims_at_once(relay: RelaySettings) -> int:
    """Claim about two seconds' worth of letters at once."""
    if not relay.letters_per_second:
        return MOST_CLAIMS
    wanted = math.ceil(2 * relay.letters_per_second) + 2 * relay.connections
    return min(MOST_CLAIMS, wanted)
