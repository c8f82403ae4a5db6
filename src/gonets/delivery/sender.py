"""Sending through one relay: its runs, its connections, and what its answers mean."""

from __future__ import annotations

import asyncio
import logging
import math
import ssl
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from gonets.delivery.actions import pause_run
from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.breaker import Breaker, Finding
from gonets.delivery.claims import (
    claim_batch,
    refuse_policy_waits,
    return_policy_waits,
)
from gonets.delivery.errors import (
    AnswerLost,
    BadRelayAddress,
    LedgerUnavailable,
    RelayFailure,
    RunStateWrong,
)
from gonets.delivery.health import Patience, RelayHealth
from gonets.delivery.judgement import Judgement, cause_of, failure_of, judge
from gonets.delivery.lane import Lane
from gonets.delivery.pacing import TokenBucket
from gonets.delivery.ports import Letter, LetterSource, LetterUnfit
from gonets.delivery.retry import RetryPolicy
from gonets.delivery.states import DeliveryStatus, PauseCause, Stage
from gonets.delivery.stock import bind_batch
from gonets.delivery.supply import Feed, Supply
from gonets.delivery.transports.addresses import AddressUnfit, parse_relay_address
from gonets.delivery.transports.opening import connect
from gonets.delivery.transports.smtp import Parcel, SmtpConnection, TimeLimits
from gonets.delivery.types import BoundClaim, Claim, Outcome, Reply
from gonets.delivery.verdicts import judged_outcome, outcome_of
from gonets.delivery.watch import RelaySettings, RunState
from gonets.kernel import clock

logger = logging.getLogger(__name__)

LARGEST_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingOptions:
    """What tests and benchmarks may set differently."""

    patience: Patience = field(default_factory=Patience)
    limits: TimeLimits = field(default_factory=TimeLimits)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    tls: ssl.SSLContext | None = None
    drain_seconds: float = 30


class RelaySender:
    """Keeps the connections of one relay busy with the letters of its runs."""

    def __init__(
        self,
        *,
        relay: RelaySettings,
        books: Bookkeeper,
        letters: LetterSource,
        options: SendingOptions,
    ) -> None:
        self.relay = relay
        self._books = books
        self._source = letters
        self._options = options
        self._letters: dict[str, Letter] = {}
        self._health = RelayHealth(patience=options.patience)
        bucket = TokenBucket(rate=relay.letters_per_second, now=clock.monotonic())
        self._supply = Supply(
            bucket=bucket, health=self._health, on_take=self._refill_if_low
        )
        self._batch = _batch_size(relay)
        self._errands: set[asyncio.Task[None]] = set()
        self._lanes = [
            asyncio.create_task(Lane(supply=self._supply, desk=self).run())
            for _one in range(max(1, relay.connections))
        ]

    # Called by the engine.

    def sync(self, states: Sequence[RunState]) -> None:
        """Take up runs that are running now and drop those that are not."""
        running = {state.run_id for state in states}
        for run_id in set(self._supply.feeds) - running:
            self._supply.drop(run_id)  # Whoever stopped it has freed its claims.
        for state in states:
            feed = self._supply.feeds.get(state.run_id)
            if feed is None:
                self._adopt(state)
            else:
                self._keep_going(feed, state)

    async def drain(self, *, within: float) -> None:
        """Let letters in flight find their end, give the others back, hang up."""
        self._supply.close()
        await asyncio.wait(self._lanes, timeout=within)
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)
        for run_id in list(self._supply.feeds):
            for bound in self._supply.drop(run_id):
                self._settle(bound, DeliveryStatus.PENDING)
        await asyncio.gather(*self._errands, return_exceptions=True)

    # Called by the lanes: they are at this desk.

    async def connect(self) -> SmtpConnection:
        """Open a connection to the relay.

        :raises RelayFailure: if that is not possible.
        """
        try:
            address = parse_relay_address(self.relay.url)
        except BadRelayAddress:
            self._pause_all(PauseCause.RELAY_ADDRESS, "")
            raise RelayFailure("bad address", stage=Stage.CONNECT) from None
        return await connect(
            address, limits=self._options.limits, tls=self._options.tls
        )

    def parcel(self, connection: SmtpConnection, bound: BoundClaim) -> Parcel:
        letter = self._letters[bound.binding.letter_ref]
        envelope = letter.envelope_for(bound.claim.recipient, bound.binding)
        return connection.pack(envelope)

    async def intend(self, bound: BoundClaim) -> bool:
        return await self._books.intend(bound)

    def answered(self, bound: BoundClaim, stage: Stage, reply: Reply) -> Judgement:
        judgement = judge(stage, reply)
        if judgement in (Judgement.TROUBLE, Judgement.REJECTION):
            self.not_sent(bound)
            failure = failure_of(judgement, stage, reply)
            self.trouble(failure, bound.claim.run_id)
            return judgement
        self._health.recovered()
        outcome = judged_outcome(
            bound,
            judgement,
            stage=stage,
            reply=reply,
            now=clock.now(),
            retry=self._options.retry,
        )
        self._close(outcome)
        if judgement is Judgement.POLICY:
            self._policy_refusal(bound, reply)
        elif judgement is Judgement.ACCEPTED:
            self._acceptance(bound)
        return judgement

    def unfit(self, bound: BoundClaim, why: LetterUnfit) -> None:
        """This letter cannot be made; perhaps none of them can."""
        reply = Reply(code=0, text=str(why))
        if isinstance(why, AddressUnfit):
            judgement = Judgement.REFUSED
        else:
            judgement = Judgement.POLICY
            self._policy_refusal(bound, reply)
        self._close(
            judged_outcome(
                bound,
                judgement,
                stage=Stage.RENDER,
                reply=reply,
                now=clock.now(),
                retry=self._options.retry,
            )
        )

    def not_sent(self, bound: BoundClaim) -> None:
        self._close(outcome_of(bound, DeliveryStatus.PENDING, now=clock.now()))

    def lost(self, bound: BoundClaim, failure: AnswerLost) -> None:
        if not failure.dot_left:
            self.not_sent(bound)
            return
        reply = Reply(code=0, text=str(failure))
        self._close(
            outcome_of(
                bound,
                DeliveryStatus.UNCERTAIN,
                now=clock.now(),
                stage=Stage.DOT,
                reply=reply,
            )
        )

    def broken(self, bound: BoundClaim, error: Exception, *, left: bool) -> None:
        """An error of ours: stop this run rather than go on in the dark."""
        logger.error(
            "Delivery %s of run %s failed by an error in the program",
            bound.claim.delivery_id,
            bound.claim.run_id,
            exc_info=error,
        )
        if left:
            self.lost(bound, AnswerLost(type(error).__name__, dot_left=True))
        else:
            self.not_sent(bound)
        self._pause(bound.claim.run_id, PauseCause.BROKEN, type(error).__name__)

    def trouble(self, failure: RelayFailure, run_id: int | None) -> None:
        logger.warning(
            "Relay %s, %s: %s", self.relay.relay_id, failure.stage.value, failure
        )
        if not self._health.failed(failure, now=clock.monotonic()):
            return
        self._health.recovered()  # A person comes next; then we start afresh.
        if run_id is None:
            self._pause_all(cause_of(failure), str(failure))
        else:
            self._pause(run_id, cause_of(failure), str(failure))

    # The rest is our own.

    def _settle(self, bound: BoundClaim, status: DeliveryStatus) -> None:
        self._books.settle(outcome_of(bound, status, now=clock.now()))

    def _close(self, outcome: Outcome) -> None:
        self._supply.done()
        self._books.settle(outcome)

    def _acceptance(self, bound: BoundClaim) -> None:
        feed = self._supply.feeds.get(bound.claim.run_id)
        if feed and feed.breaker.accepted() is Finding.ABOUT_ADDRESSES:
            self._run_errand(self._let_refusals_stand(feed.run_id))

    def _policy_refusal(self, bound: BoundClaim, reply: Reply) -> None:
        feed = self._supply.feeds.get(bound.claim.run_id)
        if feed and feed.breaker.refused(reply) is Finding.ABOUT_US:
            self._run_errand(self._stop_refused(feed))

    async def _let_refusals_stand(self, run_id: int) -> None:
        await self._books.flush()
        await self._books.write(refuse_policy_waits, run_id)

    async def _stop_refused(self, feed: Feed) -> None:
        reply = feed.breaker.last_reply or Reply(code=0)
        if reply.code:
            await self._pause_now(feed.run_id, PauseCause.LETTER_REFUSED, str(reply))
        else:
            await self._pause_now(feed.run_id, PauseCause.LETTER_UNFIT, reply.text)
        await self._books.flush()
        await self._books.write(return_policy_waits, feed.run_id)

    def _adopt(self, state: RunState) -> None:
        breaker = Breaker(has_accepted=state.accepted > 0)
        feed = Feed(run_id=state.run_id, breaker=breaker)
        self._supply.open(feed)
        feed.is_filling = True
        self._run_errand(self._begin(feed))

    async def _begin(self, feed: Feed) -> None:
        # Refusals that waited when an earlier worker ended have nobody to decide.
        await self._books.write(return_policy_waits, feed.run_id)
        await self._fill(feed)

    def _keep_going(self, feed: Feed, state: RunState) -> None:
        feed.may_have_more = feed.may_have_more or state.has_work
        self._refill_if_low(feed)
        if state.policy_waits:
            if feed.breaker.nobody_left() is Finding.ABOUT_US:
                self._run_errand(self._stop_refused(feed))
            else:
                self._run_errand(self._let_refusals_stand(feed.run_id))

    def _refill_if_low(self, feed: Feed) -> None:
        if feed.is_filling or not feed.may_have_more:
            return
        if len(feed.ready) <= self._batch // 2 and not self._supply.is_closed:
            feed.is_filling = True
            self._run_errand(self._fill(feed))

    async def _fill(self, feed: Feed) -> None:
        claims: list[Claim] = []
        try:
            claims = await self._books.write(
                claim_batch,
                feed.run_id,
                worker_id=self._books.worker_id,
                limit=self._batch,
            )
            feed.may_have_more = len(claims) == self._batch
            if claims:
                await self._bind(feed, claims)
        except LetterUnfit as why:
            self._return(claims)
            await self._pause_now(feed.run_id, PauseCause.LETTER_UNFIT, str(why))
        except LedgerUnavailable:
            self._return(claims)
            raise
        except Exception as error:
            logger.exception("Run %s cannot be prepared for sending", feed.run_id)
            self._return(claims)
            await self._pause_now(feed.run_id, PauseCause.BROKEN, type(error).__name__)
        finally:
            feed.is_filling = False

    async def _bind(self, feed: Feed, claims: Sequence[Claim]) -> None:
        await self._learn({claim.letter_ref for claim in claims})
        batch = await self._books.ask(bind_batch, self._source, claims)
        for outcome in batch.withheld:
            self._books.settle(outcome)
        if not self._supply.add(feed.run_id, batch.ready):
            for bound in batch.ready:
                self._settle(bound, DeliveryStatus.PENDING)

    async def _learn(self, letter_refs: set[str]) -> None:
        for letter_ref in letter_refs - set(self._letters):
            letter = await self._books.ask(self._source.letter, letter_ref)
            self._letters[letter_ref] = letter

    def _return(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            self._books.settle(
                Outcome(
                    delivery_id=claim.delivery_id,
                    run_id=claim.run_id,
                    fence=claim.fence,
                    status=DeliveryStatus.PENDING,
                    at=clock.now(),
                )
            )

    def _pause_all(self, cause: PauseCause, answer: str) -> None:
        for run_id in list(self._supply.feeds):
            self._pause(run_id, cause, answer)

    def _pause(self, run_id: int, cause: PauseCause, answer: str) -> None:
        self._run_errand(self._pause_now(run_id, cause, answer))

    async def _pause_now(self, run_id: int, cause: PauseCause, answer: str) -> None:
        self._supply.drop(run_id)
        try:
            await self._books.write(pause_run, run_id, cause=cause, answer=answer)
        except RunStateWrong as wrong:
            logger.info("Not paused: %s", wrong)

    def _run_errand(self, errand: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errand_done)

    def _errand_done(self, task: asyncio.Task[None]) -> None:
        self._errands.discard(task)
        if task.cancelled() or task.exception() is None:
            return
        error = task.exception()
        if isinstance(error, LedgerUnavailable):
            logger.error("The database is not available: %s", error)
        else:
            logger.error("An errand of the engine failed", exc_info=error)


def _batch_size(relay: RelaySettings) -> int:
    """Claim about two seconds' worth of letters at once."""
    if not relay.letters_per_second:
        return LARGEST_BATCH
    wanted = math.ceil(2 * relay.letters_per_second) + 2 * relay.connections
    return min(LARGEST_BATCH, wanted)
