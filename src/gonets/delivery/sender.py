"""Sending through one relay: its runs, its lanes, and an orderly end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

from django.utils import translation

from gonets.delivery.budgets import Budgets, Gate
from gonets.delivery.circle import Circle
from gonets.delivery.claims import return_policy_waits
from gonets.delivery.desk import Desk
from gonets.delivery.errors import BadRelayAddress, RelayRejection, RelayTrouble
from gonets.delivery.health import RelayHealth
from gonets.delivery.lane import Lane
from gonets.delivery.loading import Loading
from gonets.delivery.ports import LetterSource
from gonets.delivery.seats import Seats
from gonets.delivery.shares import Condition
from gonets.delivery.states import Stage
from gonets.delivery.stocking import Stocker, claims_at_once
from gonets.delivery.supply import Supply
from gonets.delivery.surroundings import Surroundings
from gonets.delivery.tempo import Tempo
from gonets.delivery.transports.addresses import parse_relay_address
from gonets.delivery.transports.opening import connect
from gonets.delivery.transports.smtp import SmtpConnection
from gonets.delivery.watch import RelaySettings, RunState, Situation
from gonets.kernel import clock
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)


class RelaySender:
    """Keeps the connections of one relay busy with the letters of its runs."""

    def __init__(
        self, *, relay: RelaySettings, letters: LetterSource, surroundings: Surroundings
    ) -> None:
        self.relay = relay
        self._surroundings = surroundings
        self._options = options = surroundings.options
        self._gate = Gate(surroundings.budgets, caution=options.caution)
        self._health = RelayHealth(patience=options.patience)
        self._tempo = Tempo(
            rate=relay.letters_per_second,
            gate=self._gate,
            caution=options.caution,
            now=clock.monotonic(),
        )
        self._seats = Seats()
        self._supply = Supply(
            bucket=self._tempo.bucket,
            health=self._health,
            gate=self._gate,
            seats=self._seats,
        )
        self._stocker = Stocker(
            relay=relay,
            source=letters,
            supply=self._supply,
            health=self._health,
            tempo=self._tempo,
            surroundings=surroundings,
        )
        self._supply.on_take = self._stocker.fill_if_low
        self._desk = Desk(
            relay=relay,
            supply=self._supply,
            stocker=self._stocker,
            health=self._health,
            tempo=self._tempo,
            surroundings=surroundings,
        )
        self._loading = Loading(
            supply=self._supply,
            desk=self._desk,
            letters=self._stocker.letters,
            workshop=self._stocker.workshop,
            most_letters=relay.letters_per_connection,
        )
        self._door = asyncio.Lock()
        self._noted: tuple[str, str] | None = None
        self._lanes = self._begun_lanes(max(1, relay.connections))

    def _begun_lanes(self, count: int) -> list[asyncio.Task[None]]:
        return [asyncio.create_task(self._lane().run()) for _one in range(count)]

    @property
    def condition(self) -> Condition:
        return self._health.condition

    def sync(self, now: Situation, circles: Mapping[int, Circle]) -> None:
        """Take up runs that are running now and drop those that are not."""
        self._look(clock.monotonic())
        running = {state.run_id for state in now.runs}
        mine = {
            state.run_id: state
            for state in now.runs
            if self.relay.relay_id in now.carriers(state)
        }
        for run_id, feed in list(self._supply.feeds.items()):
            if run_id in mine and feed.circle is circles.get(run_id):
                continue
            if run_id in running:
                self._stocker.give_back(run_id, self._supply.drop(run_id))
            else:
                self._desk.parting.halted(run_id)
        for run_id, state in mine.items():
            self._carry(state, circles[run_id])
        for feed in self._supply.feeds.values():
            feed.breaker.workers = now.workers

    def fill(self, run_id: int) -> None:
        """Claim letters of a run if there are too few and the shares allow it."""
        feed = self._supply.feeds.get(run_id)
        if feed is not None:
            self._stocker.fill_if_low(feed)

    def pace(self, relay: RelaySettings) -> None:
        """Keep to another rate, or name, without new connections."""
        self.relay = relay
        self._tempo.limit(relay.letters_per_second)
        self._stocker.at_once = claims_at_once(relay)

    def limit(self, budgets: Budgets) -> None:
        """Have other limits from now on."""
        self._gate.budgets = budgets
        self._supply.sort_anew()

    def changed_condition(self) -> tuple[str, str] | None:
        """Return trouble and slowed paces, as people see them, if they are new."""
        failure, paces = self._health.last_failure, self._tempo.paces()
        found = (str(failure or ""), json.dumps(paces) if paces else "")
        if found == self._noted:
            return None
        self._noted = found
        return found

    async def drain(self, *, within: float) -> None:
        """Let letters in flight find their end, give the others back, hang up."""
        self._supply.close()
        await asyncio.wait(self._lanes, timeout=within)
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)
        run_ids = list(self._supply.feeds)
        self.give_back()
        for run_id in run_ids:
            self._stocker.errands.run(self._leave_nothing_undecided(run_id))
        await self._stocker.errands.finish()

    async def _leave_nothing_undecided(self, run_id: int) -> None:
        books = self._surroundings.books
        await books.flush()
        heard = {"relay_id": self.relay.relay_id, "worker_id": books.worker_id}
        await books.do(return_policy_waits, run_id, **heard)

    def _carry(self, state: RunState, circle: Circle) -> None:
        if circle.is_halted or circle.is_away(self.relay.relay_id, clock.monotonic()):
            return
        feed = self._supply.feeds.get(state.run_id)
        if feed is None:
            self._stocker.adopt(state, circle)
            return
        feed.may_have_more = feed.may_have_more or state.has_work
        self._stocker.hand_back(feed)
        self._stocker.fill_if_low(feed)
        if state.policy_waits:
            self._desk.parting.nobody_left(feed)

    def _look(self, now: float) -> None:
        """Notice silence, and quiet times."""
        supply = self._supply
        self._health.look(
            now,
            finished=supply.finished,
            in_flight=supply.in_flight,
            is_needed=supply.has_some_at_hand,
        )
        self._tempo.look(supply.finished, now=now)
        supply.look_at_gate()

    def give_back(self) -> None:
        """Let go of all letters that have not been offered to the relay yet."""
        for run_id in list(self._supply.feeds):
            self._stocker.give_back(run_id, self._supply.drop(run_id))

    def _lane(self) -> Lane:
        return Lane(
            supply=self._supply,
            desk=self._desk,
            loading=self._loading,
            connect=self._connect,
            idle_seconds=self.relay.idle_seconds,
        )

    async def _connect(self) -> SmtpConnection | None:
        """Open a connection to the relay; None if another lane has just been refused.

        One lane knocks first: a wrong password is tried once, not once per lane.  So it
        is with a relay that has let in as many as it takes.

        :raises RelayFailure: if that is not possible.
        """
        async with self._door:
            if not self._health.is_proven or self._seats.most is not None:
                may_enter = self._seats.may_enter(clock.monotonic())
                if not (may_enter and self._supply.has_work):
                    return None
                return await self._enter()
        return await self._enter()

    async def _enter(self) -> SmtpConnection | None:
        try:
            connection = await self._open()
        except RelayTrouble as trouble:
            if not self._seats.taken or self._health.condition is not Condition.WELL:
                raise
            self._note_full(trouble)
            return None
        self._seats.entered(connection)
        self._health.is_proven = True
        return connection

    def _note_full(self, trouble: RelayTrouble) -> None:
        if self._seats.turned_away(now=clock.monotonic()):
            logger.warning(
                "The relay takes no more connections",
                relay=self.relay.name,
                connections=self._seats.most,
                answer=trouble,
            )

    async def _open(self) -> SmtpConnection:
        try:
            with translation.override(None):  # Noted as a caption; pages translate it.
                address = parse_relay_address(self.relay.url)
        except BadRelayAddress as error:
            raise RelayRejection(str(error), stage=Stage.CONNECT) from error
        return await connect(
            address, limits=self._options.limits, tls=self._options.tls
        )
