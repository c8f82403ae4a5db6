"""How a relay parts from a run that must not go on over it, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from gonets.delivery.breaker import Finding
from gonets.delivery.circle import FOR_GOOD, Departure
from gonets.delivery.health import RelayHealth
from gonets.delivery.judgement import cause_of_refusals
from gonets.delivery.pausing import Pauser
from gonets.delivery.states import PauseCause
from gonets.delivery.stocking import Stocker
from gonets.delivery.supply import Feed, Supply
from gonets.delivery.surroundings import Surroundings
from gonets.delivery.types import BoundClaim, Reply
from gonets.delivery.undecided import Undecided
from gonets.delivery.watch import RelaySettings
from gonets.kernel import clock
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)


class Parting:
    """Leaves runs to others, pauses them, and decides what refusals come to."""

    def __init__(
        self,
        *,
        relay: RelaySettings,
        supply: Supply,
        stocker: Stocker,
        health: RelayHealth,
        surroundings: Surroundings,
    ) -> None:
        self._relay = relay
        self._supply = supply
        self._stocker = stocker
        self._health = health
        self._errands = stocker.errands
        self._names = surroundings.names
        self._pauser = Pauser(books=surroundings.books)
        self._undecided = Undecided(
            books=surroundings.books, supply=supply, relay_id=relay.relay_id
        )

    def halted(self, run_id: int) -> None:
        """A run is not running any more: whoever halted it has freed its claims.

        Whoever waits for a decision about policy is as untried.
        """
        feed = self._supply.feeds.get(run_id)
        self._supply.drop(run_id)
        if feed is not None and feed.breaker.waiting:
            self._errands.run(self._undecided.take_back(run_id))

    def nobody_left(self, feed: Feed) -> None:
        """Only refusals for policy are open: decide about our own now.

        Other workers decide about theirs with their next look; what those have heard
        that have ended meanwhile, nobody knows anything about: it is tried again.
        """
        if feed.breaker.has_refused:
            self.follow(feed, feed.breaker.nobody_left())
        self._errands.run(self._undecided.take_abandoned_back(feed.run_id))

    def follow(self, feed: Feed, finding: Finding) -> None:
        """Do what a finding about the refusals for policy asks for."""
        if finding is Finding.ABOUT_US:
            reply = feed.breaker.last_reply or Reply(code=0)
            cause = cause_of_refusals(reply)
            answer = str(reply) if reply.code else reply.text
            if cause is PauseCause.LETTER_UNFIT:  # It would be so over any relay.
                self.halt(feed, cause, answer)
            else:
                self.leave(feed, Departure(cause=cause, answer=answer))
        elif finding is Finding.ABOUT_ADDRESSES:
            self._errands.run(self._undecided.let_stand(feed.run_id))
        elif finding is Finding.ASK_ALL and not feed.is_asking:
            self._undecided.hold(feed)
            self._errands.run(self._ask_all(feed))

    async def _ask_all(self, feed: Feed) -> None:
        finding = await self._undecided.ask_all(feed)
        if self._supply.feeds.get(feed.run_id) is not feed:
            return
        if finding is None:
            self.halted(feed.run_id)
        else:
            self.follow(feed, finding)

    def make_way(self, feed: Feed, departure: Departure) -> bool:
        """Leave a run to other workers or relays, or pause it; True if they do."""
        return self._step_aside(feed, departure) or self.leave(feed, departure)

    def refused_late(self, run_id: int) -> None:
        """A refusal has come after the others were decided about: it is as untried."""
        self._errands.run(self._undecided.take_back(run_id))

    def _step_aside(self, feed: Feed, departure: Departure) -> bool:
        """Let other workers carry on if they do; True: they do.

        A host that cannot reach the relay must not stop those that can.
        """
        relay_id, circle = self._relay.relay_id, feed.circle
        since = max(self._health.failing_since, circle.left_at(relay_id))
        may_pass = departure.until != FOR_GOOD
        if not may_pass or not circle.goes_on_elsewhere(since=since):
            return False
        letters = self._supply.drop(feed.run_id)
        circle.leave(relay_id, departure)
        self._hand_over("The run goes on without this worker", feed, departure, letters)
        return True

    def leave(self, feed: Feed, departure: Departure) -> bool:
        """Let other relays carry on with the run, or pause it; True if they do."""
        letters = self._supply.drop(feed.run_id)
        circle = feed.circle
        circle.leave(self._relay.relay_id, departure)
        if circle.is_stranded(clock.monotonic()):
            self.halt(feed, *circle.reason(self._names()))
            return False
        self._hand_over("The run goes on without this relay", feed, departure, letters)
        return True

    def _hand_over(
        self,
        event: str,
        feed: Feed,
        departure: Departure,
        letters: Sequence[BoundClaim],
    ) -> None:
        """Leave to others what has not left, and what waits for a decision."""
        logger.warning(
            event,
            run=feed.run_id,
            relay=self._relay.name,
            cause=departure.cause,
            answer=departure.answer,
        )
        self._stocker.give_back(feed.run_id, letters)
        self._errands.run(self._undecided.take_back(feed.run_id))

    def halt(self, feed: Feed, cause: PauseCause, answer: str) -> None:
        """Pause the run; whoever waits for a decision about policy is as untried."""
        self._supply.drop(feed.run_id)
        if not feed.circle.is_halted:
            pausing = self._pauser.halt(feed.run_id, feed.circle, cause, answer)
            self._errands.run(pausing)
            self._errands.run(self._undecided.take_all_back(feed.run_id))
