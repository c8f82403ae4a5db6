"""Refusals for policy that wait until it is known whether they mean us."""

from __future__ import annotations

from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.breaker import Finding, Tally
from gonets.delivery.claims import (
    policy_waits,
    refuse_policy_waits,
    return_abandoned_waits,
    return_policy_waits,
)
from gonets.delivery.models import Run
from gonets.delivery.states import RunStatus
from gonets.delivery.supply import Feed, Supply
from gonets.delivery.types import Reply
from gonets.delivery.verdicts import NO_ANSWER


class Undecided:
    """What one relay's refusals come to, once all that was heard is in the books."""

    def __init__(self, *, books: Bookkeeper, supply: Supply, relay_id: int) -> None:
        self._books = books
        self._supply = supply
        self._relay_id = relay_id

    async def take_back(self, run_id: int) -> None:
        """The relay minds us: whoever it refused is as untried."""
        await self._books.flush()
        await self._books.do(return_policy_waits, run_id, relay_id=self._relay_id)

    async def take_all_back(self, run_id: int) -> None:
        """Do so whichever relay it was."""
        await self._books.flush()
        await self._books.do(return_policy_waits, run_id)

    async def take_abandoned_back(self, run_id: int) -> None:
        """Nobody lives who could decide about what other workers have heard."""
        await self._books.do(return_abandoned_waits, run_id)

    async def let_stand(self, run_id: int) -> None:
        """The relay minds the addresses, as far as this worker can tell."""
        await self._books.flush()
        heard = {"relay_id": self._relay_id, "worker_id": self._books.worker_id}
        await self._books.do(refuse_policy_waits, run_id, **heard)

    def hold(self, feed: Feed) -> None:
        """Offer nothing more of a run until its refusals have been asked about."""
        feed.is_asking = True
        self._supply.hold(feed)

    async def ask_all(self, feed: Feed) -> Finding | None:
        """Decide with what all workers have heard; None: the run has been halted.

        The feed is held until then, and goes on with one letter: together they offer
        hardly more than one alone would.
        """
        breaker, finding = feed.breaker, Finding.UNDECIDED
        try:
            heard = 0
            # Letters that were on their way may be refused while we ask.
            while finding is Finding.UNDECIDED and heard != breaker.waiting:
                heard = breaker.waiting
                await self._books.flush()
                last = breaker.last_reply or NO_ANSWER
                tally = await self._books.do(
                    tally_of, feed.run_id, self._relay_id, last
                )
                if tally is None:
                    return None
                finding = breaker.heard_by_all(tally)
        finally:
            feed.is_asking = False
            self._supply.try_one(feed)
        return finding


def tally_of(run_id: int, relay_id: int, last: Reply) -> Tally | None:
    """Count what all workers have heard from a relay; None if the run is halted."""
    run = Run.objects.filter(pk=run_id, status=RunStatus.RUNNING).first()
    if run is None:
        return None
    waits = policy_waits(run_id).filter(relay_id=relay_id)
    equal = waits.filter(code=last.code, enhanced_code=last.enhanced_code)
    return Tally(
        waiting=waits.count(),
        equal=equal.count(),
        accepted=run.accepted - run.accepted_before,
    )
