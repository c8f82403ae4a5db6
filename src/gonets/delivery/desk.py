"""The desk of a relay: lanes report to it what became of their letters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from logging import DEBUG
from typing import Any

from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.breaker import Finding
from gonets.delivery.claims import refuse_policy_waits, return_policy_waits
from gonets.delivery.errands import Errands
from gonets.delivery.errors import AnswerLost, RelayFailure
from gonets.delivery.health import RelayHealth
from gonets.delivery.judgement import Judgement, cause_of, failure_of, judge
from gonets.delivery.ledger import Grant
from gonets.delivery.options import SendingOptions
from gonets.delivery.pausing import Pauser
from gonets.delivery.ports import LetterUnfit
from gonets.delivery.states import DeliveryStatus, PauseCause, Stage
from gonets.delivery.supply import Feed, Supply
from gonets.delivery.transports.addresses import AddressUnfit
from gonets.delivery.types import Acceptance, BoundClaim, Outcome, Reply
from gonets.delivery.verdicts import judged_outcome, outcome_of
from gonets.kernel import clock
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)


class Desk:
    """Judges answers, writes outcomes, and stops runs that must not go on."""

    def __init__(
        self,
        *,
        books: Bookkeeper,
        supply: Supply,
        health: RelayHealth,
        errands: Errands,
        pauser: Pauser,
        options: SendingOptions,
    ) -> None:
        self._books = books
        self._supply = supply
        self._health = health
        self._errands = errands
        self._pauser = pauser
        self._retry = options.retry

    def intend(self, bound: BoundClaim) -> asyncio.Future[Grant]:
        """Have it recorded that the letter leaves now.

        The future raises LedgerUnavailable if that could not be recorded.
        """
        return self._books.intend(bound)

    def may_leave(self, bound: BoundClaim, grant: Grant) -> bool:
        if grant is Grant.HALTED:
            # Whoever halted the run has freed its claims.
            self._supply.drop(bound.claim.run_id)
        return grant is Grant.GIVEN

    def is_dropped(self, bound: BoundClaim) -> bool:
        """Tell whether the run has been dropped since this letter was offered."""
        return bound.claim.run_id not in self._supply.feeds

    def answered(self, bound: BoundClaim, stage: Stage, reply: Reply) -> Judgement:
        """The relay has answered to a command about this letter."""
        judgement = judge(stage, reply)
        if judgement is Judgement.ACCEPTED and not self._health.is_suspect:
            self._accepted(bound, reply)
            return judgement
        if judgement in (Judgement.TROUBLE, Judgement.REJECTION):
            self.not_sent(bound)
            self.trouble(failure_of(judgement, stage, reply), bound.claim.run_id)
            return judgement
        if self._health.is_suspect:
            self._health.recovered()
            self._supply.wake()
        self._judged(bound, judgement, stage, reply)
        return judgement

    def _accepted(self, bound: BoundClaim, reply: Reply) -> None:
        """Do what ``_judged`` does, for nearly all letters, in a third of the time."""
        claim = bound.claim
        self._supply.done()
        self._books.accept(
            Acceptance(
                claim.recipient.delivery_id,
                claim.run_id,
                claim.fence,
                reply.code,
                reply.enhanced_code,
                reply.text,
            )
        )
        feed = self._supply.feeds.get(claim.run_id)
        if feed is not None:
            self._follow(feed, feed.breaker.accepted())

    def unfit(self, bound: BoundClaim, why: LetterUnfit) -> None:
        """This letter cannot be made; perhaps none of them can."""
        is_personal = isinstance(why, AddressUnfit)
        judgement = Judgement.REFUSED if is_personal else Judgement.POLICY
        self._judged(bound, judgement, Stage.RENDER, Reply(code=0, text=str(why)))

    def not_sent(self, bound: BoundClaim) -> None:
        """The letter has certainly not left: its turn comes again."""
        self._close(outcome_of(bound.claim, DeliveryStatus.PENDING, now=clock.now()))

    def lost(self, bound: BoundClaim, failure: AnswerLost) -> None:
        """The relay may have taken the letter without our hearing of it."""
        if not failure.dot_left:
            self.not_sent(bound)
            return
        _note(logger.warning, "A letter is uncertain", bound, Stage.DOT, failure)
        self._close(
            outcome_of(
                bound.claim,
                DeliveryStatus.UNCERTAIN,
                now=clock.now(),
                stage=Stage.DOT,
                reply=Reply(code=0, text=str(failure)),
            )
        )

    def broken(self, bound: BoundClaim, error: Exception, *, left: bool) -> None:
        """An error of ours: stop this run rather than go on in the dark."""
        claim, name = bound.claim, type(error).__name__
        logger.error(
            "A letter failed by an error in the program",
            run=claim.run_id,
            delivery=claim.delivery_id,
            exc_info=error,
        )
        if left:
            self.lost(bound, AnswerLost(name, dot_left=True))
        else:
            self.not_sent(bound)
        self._stop(claim.run_id, PauseCause.BROKEN, name)

    def trouble(self, failure: RelayFailure, run_id: int | None) -> None:
        """The relay fails; ``run_id``: only with the letters of this run."""
        stage = failure.stage
        logger.warning("The relay fails", run=run_id, stage=stage, answer=failure)
        if not self._health.failed(failure, now=clock.monotonic()):
            return
        self._health.recovered()  # A person comes next; then we start afresh.
        for one in list(self._supply.feeds) if run_id is None else [run_id]:
            self._stop(one, cause_of(failure), str(failure))

    def nobody_left(self, feed: Feed) -> None:
        """Only refusals for policy are open: decide about them now."""
        self._follow(feed, feed.breaker.nobody_left())

    def _judged(
        self, bound: BoundClaim, judgement: Judgement, stage: Stage, reply: Reply
    ) -> None:
        self._close(
            judged_outcome(
                bound.claim,
                judgement,
                stage=stage,
                reply=reply,
                now=clock.now(),
                retry=self._retry,
            )
        )
        if judgement is not Judgement.ACCEPTED and logger.isEnabledFor(DEBUG):
            _note(logger.debug, "A letter was not accepted", bound, stage, reply)
        feed = self._supply.feeds.get(bound.claim.run_id)
        if feed is not None and judgement is Judgement.POLICY:
            self._follow(feed, feed.breaker.refused(reply))
        elif feed is not None and judgement is Judgement.ACCEPTED:
            self._follow(feed, feed.breaker.accepted())

    def _follow(self, feed: Feed, finding: Finding) -> None:
        if finding is Finding.ABOUT_US:
            self._supply.drop(feed.run_id)
            self._errands.run(self._take_refusals_back(feed))
        elif finding is Finding.ABOUT_ADDRESSES:
            self._errands.run(self._let_refusals_stand(feed.run_id))

    async def _take_refusals_back(self, feed: Feed) -> None:
        reply = feed.breaker.last_reply or Reply(code=0)
        cause = PauseCause.LETTER_REFUSED if reply.code else PauseCause.LETTER_UNFIT
        answer = str(reply) if reply.code else reply.text
        await self._pauser.pause(feed.run_id, cause, answer)
        await self._books.flush()
        await self._books.do(return_policy_waits, feed.run_id)

    async def _let_refusals_stand(self, run_id: int) -> None:
        await self._books.flush()
        await self._books.do(refuse_policy_waits, run_id)

    def _stop(self, run_id: int, cause: PauseCause, answer: str) -> None:
        self._supply.drop(run_id)
        self._errands.run(self._pauser.pause(run_id, cause, answer))

    def _close(self, outcome: Outcome) -> None:
        self._supply.done()
        self._books.settle(outcome)


def _note(
    write: Callable[..., Any],
    event: str,
    bound: BoundClaim,
    stage: Stage,
    answer: object,
) -> None:
    claim = bound.claim
    write(
        event,
        run=claim.run_id,
        delivery=claim.delivery_id,
        stage=stage,
        answer=answer,
    )
