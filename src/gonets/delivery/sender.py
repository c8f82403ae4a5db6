"""Sending through one relay: its runs, its lanes, and an orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from django.utils import translation

from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.desk import Desk
from gonets.delivery.errands import Errands
from gonets.delivery.errors import BadRelayAddress, RelayRejection
from gonets.delivery.health import RelayHealth
from gonets.delivery.lane import Lane
from gonets.delivery.options import SendingOptions
from gonets.delivery.pacing import TokenBucket
from gonets.delivery.pausing import Pauser
from gonets.delivery.ports import LetterSource
from gonets.delivery.states import DeliveryStatus, Stage
from gonets.delivery.stocking import Stocker
from gonets.delivery.supply import Supply
from gonets.delivery.transports.addresses import parse_relay_address
from gonets.delivery.transports.opening import connect
from gonets.delivery.transports.smtp import SmtpConnection
from gonets.delivery.verdicts import outcome_of
from gonets.delivery.watch import RelaySettings, RunState
from gonets.kernel import clock


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
        self._options = options
        self._errands = Errands()
        pauser = Pauser(books=books)
        self._stocker = Stocker(
            books=books,
            source=letters,
            errands=self._errands,
            pauser=pauser,
            relay=relay,
        )
        health = RelayHealth(patience=options.patience)
        bucket = TokenBucket(rate=relay.letters_per_second, now=clock.monotonic())
        self._supply = Supply(
            bucket=bucket, health=health, on_take=self._stocker.fill_if_low
        )
        self._desk = Desk(
            books=books,
            supply=self._supply,
            health=health,
            errands=self._errands,
            pauser=pauser,
            options=options,
        )
        self._lanes = [
            asyncio.create_task(self._lane().run())
            for _one in range(max(1, relay.connections))
        ]

    def sync(self, states: Sequence[RunState]) -> None:
        """Take up runs that are running now and drop those that are not."""
        running = {state.run_id for state in states}
        for run_id in set(self._supply.feeds) - running:
            self._supply.drop(run_id)  # Whoever stopped it has freed its claims.
        for state in states:
            feed = self._supply.feeds.get(state.run_id)
            if feed is None:
                self._stocker.adopt(self._supply, state)
                continue
            feed.may_have_more = feed.may_have_more or state.has_work
            self._stocker.fill_if_low(self._supply, feed)
            if state.policy_waits:
                self._desk.nobody_left(feed)

    async def drain(self, *, within: float) -> None:
        """Let letters in flight find their end, give the others back, hang up."""
        self._supply.close()
        await asyncio.wait(self._lanes, timeout=within)
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)
        await self._errands.finish()
        self._stocker.workshop.close()
        self.give_back()

    def give_back(self) -> None:
        """Let go of all letters that have not been offered to the relay yet."""
        for run_id in list(self._supply.feeds):
            for bound in self._supply.drop(run_id):
                pending = DeliveryStatus.PENDING
                self._books.settle(outcome_of(bound.claim, pending, now=clock.now()))

    def _lane(self) -> Lane:
        return Lane(
            supply=self._supply,
            desk=self._desk,
            letters=self._stocker.letters,
            workshop=self._stocker.workshop,
            connect=self._connect,
        )

    async def _connect(self) -> SmtpConnection:
        """Open a connection to the relay.

        :raises RelayFailure: if that is not possible.
        """
        try:
            with translation.override(None):  # Noted as a caption; pages translate it.
                address = parse_relay_address(self.relay.url)
        except BadRelayAddress as error:
            raise RelayRejection(str(error), stage=Stage.CONNECT) from error
        return await connect(
            address, limits=self._options.limits, tls=self._options.tls
        )
