"""The desk of a relay: lanes report to it what became of their letters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from logging import DEBUG
from typing import Any

from gonets.delivery.bookkeeping import Tell, keep_promise
from gonets.delivery.breaker import Finding
from gonets.delivery.circle import FOR_GOOD, Departure
from gonets.delivery.errors import (
    AnswerLost,
    LetterTooLarge,
    RelayFailure,
    RelayTrouble,
)
from gonets.delivery.health import RelayHealth
from gonets.delivery.judgement import (
    TOO_LARGE,
    Judgement,
    Pressure,
    cause_of,
    failure_of,
    judge,
    pressure,
)
from gonets.delivery.ledger import Grant
from gonets.delivery.parting import Parting
from gonets.delivery.ports import LetterUnfit
from gonets.delivery.states import DeliveryStatus, PauseCause, Stage
from gonets.delivery.stocking import Stocker
from gonets.delivery.supply import Feed, Supply
from gonets.delivery.surroundings import Surroundings
from gonets.delivery.tempo import Tempo
from gonets.delivery.transports.addresses import AddressUnfit
from gonets.delivery.types import Acceptance, BoundClaim, Outcome, Reply
from gonets.delivery.verdicts import judged_outcome, outcome_of
from gonets.delivery.watch import RelaySettings
from gonets.kernel import clock
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)


class Desk:
    """Judges answers and writes outcomes."""

    def __init__(
        self,
        *,
        relay: RelaySettings,
        supply: Supply,
        stocker: Stocker,
        health: RelayHealth,
        tempo: Tempo,
        surroundings: Surroundings,
    ) -> None:
        self._loop = asyncio.get_running_loop()  # A system call, each time.
        self._relay = relay
        self._supply = supply
        self._health = health
        self._tempo = tempo
        self._books = surroundings.books
        self._retry = surroundings.options.retry
        self._away_seconds = surroundings.options.patience.away_seconds
        self.parting = Parting(
            relay=relay,
            supply=supply,
            stocker=stocker,
            health=health,
            surroundings=surroundings,
        )

    def intend(self, bound: BoundClaim, tell: Tell) -> None:
        """Have it recorded that the letter leaves; ``tell`` hears whether it may."""
        self._books.intend(bound, tell)

    def promise_of(self, bound: BoundClaim) -> asyncio.Future[Grant]:
        """Do the same for somebody who waits.

        The future raises LedgerUnavailable if that could not be recorded.
        """
        promise = self.promise()
        self._books.intend(bound, partial(keep_promise, promise))
        return promise

    def promise(self) -> asyncio.Future[Grant]:
        return self._loop.create_future()

    def may_leave(self, bound: BoundClaim, grant: Grant) -> bool:
        if grant is Grant.GIVEN:
            return True
        if grant is Grant.HALTED:
            self.parting.halted(bound.claim.run_id)
        return False

    def is_held_back(self, bound: BoundClaim) -> bool:
        """Tell whether the run was dropped, or held, since this letter was offered."""
        feed = self._supply.feeds.get(bound.claim.run_id)
        if feed is None:
            return True
        return feed.trials is not None and feed.on_trial != bound.claim.delivery_id

    def is_usual(self, bound: BoundClaim) -> bool:
        """Tell whether the relay is well and the letter's run goes on here."""
        if self._health.last_failure is not None:
            return False
        feed = self._supply.feeds.get(bound.claim.run_id)
        return feed is not None and feed.trials is None

    def delivered(self, bound: BoundClaim, reply: Reply) -> None:
        """The relay has answered to the letter itself."""
        if reply.is_positive and not self._health.is_suspect:
            self.accepted(bound, reply)
        else:
            self.answered(bound, Stage.DOT, reply)

    def answered(self, bound: BoundClaim, stage: Stage, reply: Reply) -> Judgement:
        """The relay has answered to a command about this letter."""
        judgement = judge(stage, reply)
        if judgement in (Judgement.TROUBLE, Judgement.REJECTION):
            self.not_sent(bound)
            self.trouble(failure_of(judgement, stage, reply), bound.claim.run_id)
            return judgement
        if self._health.is_suspect:
            self._health.recovered()
            self._supply.wake()
        self._judged(bound, judgement, stage, reply)
        return judgement

    def accepted(self, bound: BoundClaim, reply: Reply) -> None:
        """Do what ``answered`` does, for nearly all letters, in a third of the time.

        The relay must be well.
        """
        claim = bound.claim
        self._supply.done()
        if self._supply.budgeted:
            self._supply.release(claim.delivery_id)
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
            if feed.trials is not None:
                self._tried(feed, claim.delivery_id, DeliveryStatus.ACCEPTED)
            finding = feed.breaker.accepted()
            if finding is not Finding.UNDECIDED:
                self.parting.follow(feed, finding)

    def unfit(self, bound: BoundClaim, why: LetterUnfit) -> None:
        """This letter cannot be made; perhaps none of them can."""
        is_personal = isinstance(why, AddressUnfit)
        judgement = Judgement.REFUSED if is_personal else Judgement.POLICY
        self._judged(bound, judgement, Stage.RENDER, Reply(code=0, text=str(why)))

    def too_large(self, bound: BoundClaim, why: LetterTooLarge) -> None:
        """The relay takes no letter of this size; another one perhaps does."""
        feed = self._supply.feeds.get(bound.claim.run_id)
        now = clock.monotonic()
        if feed is not None and feed.circle.has_others(self._relay.relay_id, now):
            self.not_sent(bound)
            # With the others' letters it can go on afterwards.
            until = now + self._away_seconds
            self.parting.leave(
                feed, Departure(cause=cause_of(why), answer=str(why), until=until)
            )
            return
        reply = Reply(code=0, enhanced_code=TOO_LARGE, text=str(why))
        self._judged(bound, Judgement.POLICY, Stage.RENDER, reply)

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
        feed = self._supply.feeds.get(claim.run_id)
        if feed is not None:
            self.parting.halt(feed, PauseCause.BROKEN, name)

    def trouble(self, failure: RelayFailure, run_id: int | None) -> None:
        """The relay fails; ``run_id``: only with the letters of this run."""
        name, stage = self._relay.name, failure.stage
        logger.warning(
            "The relay fails", run=run_id, relay=name, stage=stage, answer=failure
        )
        self._slow_relay(failure)
        now = clock.monotonic()
        if not self._health.failed(failure, now=now):
            return
        may_pass = isinstance(failure, RelayTrouble)
        departure = Departure(
            cause=cause_of(failure),
            answer=str(failure),
            until=now + self._away_seconds if may_pass else FOR_GOOD,
            at=now,
        )
        feeds = self._supply.feeds
        leaving = [feeds[one] for one in list(feeds) if run_id in (None, one)]
        carried_on = [self.parting.make_way(feed, departure) for feed in leaving]
        if run_id is not None or not any(carried_on):
            self._health.recovered()  # A person comes next; then we start afresh.

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
            )._replace(relay_id=self._relay.relay_id)
        )
        if judgement is not Judgement.ACCEPTED and logger.isEnabledFor(DEBUG):
            _note(logger.debug, "A letter was not accepted", bound, stage, reply)
        if judgement is Judgement.DEFERRED:
            self._slow_provider(bound, stage, reply)
        run_id = bound.claim.run_id
        feed = self._supply.feeds.get(run_id)
        if judgement is Judgement.POLICY:
            if feed is not None:
                on_the_way = self._supply.in_flight
                finding = feed.breaker.refused(reply, on_the_way=on_the_way)
                self.parting.follow(feed, finding)
            else:  # It was on its way when the others were decided about.
                self.parting.refused_late(run_id)
        elif feed is not None and judgement is Judgement.ACCEPTED:
            self.parting.follow(feed, feed.breaker.accepted())

    def _slow_provider(self, bound: BoundClaim, stage: Stage, reply: Reply) -> None:
        if pressure(stage, reply) is not Pressure.PROVIDER:
            return
        provider = self._supply.provider_of(bound)
        pace = self._tempo.slow_provider(provider, now=clock.monotonic())
        self._supply.look_at_gate()
        if pace is not None:
            logger.warning(
                "A provider asks to slow down",
                provider=provider,
                relay=self._relay.name,
                letters_per_second=round(pace, 2),
            )

    def _slow_relay(self, failure: RelayFailure) -> None:
        reply = failure.reply
        if reply is None or pressure(failure.stage, reply) is not Pressure.RELAY:
            return
        pace = self._tempo.slow_relay(now=clock.monotonic())
        if pace is not None:
            logger.warning(
                "The relay asks to slow down",
                relay=self._relay.name,
                letters_per_second=round(pace, 2),
            )

    def _close(self, outcome: Outcome) -> None:
        self._supply.done()
        if self._supply.budgeted:
            self._supply.release(outcome.delivery_id)
        self._books.settle(outcome)
        feed = self._supply.feeds.get(outcome.run_id)
        if feed is not None and feed.trials is not None:
            self._tried(feed, outcome.delivery_id, outcome.status)

    def _tried(self, feed: Feed, delivery_id: int, status: DeliveryStatus) -> None:
        """The letter that was tried has its answer: the others may follow.

        That of any other was on its way before, and says nothing.
        """
        if feed.on_trial != delivery_id:
            return
        feed.on_trial = None
        if status is DeliveryStatus.ACCEPTED:
            feed.breaker.tried()
        if feed.is_asking:
            return
        if status in (DeliveryStatus.PENDING, DeliveryStatus.UNCERTAIN):
            self._supply.try_one(feed)  # It has no answer.
        else:
            self._supply.set_free(feed)


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
