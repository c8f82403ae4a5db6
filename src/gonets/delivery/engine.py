"""The engine: looks which runs are to be sent, and has the relays' senders do it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from gonets.delivery.benches import Benches
from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.budgets import Budgets
from gonets.delivery.circle import Circle
from gonets.delivery.disk_guard import DiskGuard
from gonets.delivery.errands import Errands
from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.options import SendingOptions
from gonets.delivery.pausing import Pauser
from gonets.delivery.ports import LetterSource
from gonets.delivery.rates import RateMeter
from gonets.delivery.sender import RelaySender
from gonets.delivery.shares import Condition
from gonets.delivery.states import PauseCause
from gonets.delivery.surroundings import Surroundings
from gonets.delivery.watch import (
    RelaySettings,
    Situation,
    note_condition,
    note_rates,
    situation,
)
from gonets.kernel import clock
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)

LOOK_EVERY = 0.2
GLANCE_EVERY, IDLE_LOOK_EVERY = 0.04, 0.8
"""To see whether anything has changed at all takes a hundredth of a look."""

RATE_EVERY = 1.0


class Engine:
    """Sends all running runs until it is told to stop."""

    def __init__(
        self,
        *,
        books: Bookkeeper,
        benches: Benches,
        letters: LetterSource,
        options: SendingOptions,
        folders: Sequence[Path] = (),
    ) -> None:
        self._books = books
        self._benches = benches
        self._letters = letters
        self._options = options
        self._senders: dict[int, RelaySender] = {}
        self._leaving: dict[int, asyncio.Task[None]] = {}
        self._circles: dict[int, Circle] = {}
        self._budgets = Budgets()
        self._errands = Errands()
        self._pauser = Pauser(books=books)
        self._disk = DiskGuard(books=books, folders=folders, least=options.least_room)
        self._meter = RateMeter()
        self._rated_at = 0.0
        self._is_idle = False  # nothing was to be sent at the last look

    async def run(self, stop: asyncio.Event) -> None:
        """Look at the runs several times a second until ``stop`` is set."""
        while not stop.is_set():
            try:
                await self._look()
            except LedgerUnavailable as error:
                logger.error("The database is not available", why=error)
            await self._rest(stop)

    async def _rest(self, stop: asyncio.Event) -> None:
        """Wait for the next look; an idle worker has it as soon as there is news."""
        if not (self._is_idle and self._books.tell_news):
            await _wait(stop, LOOK_EVERY)
            return
        until = clock.monotonic() + IDLE_LOOK_EVERY
        while clock.monotonic() < until and not stop.is_set():
            await _wait(stop, GLANCE_EVERY)
            if self._books.has_news():
                return

    def start_anew(self) -> None:
        """Give back all claims: they were made under a name that counts no more."""
        self._circles = {}
        for sender in self._senders.values():
            sender.give_back()

    async def drain(self, *, within: float) -> None:
        senders, self._senders = list(self._senders.values()), {}
        await asyncio.gather(
            *(sender.drain(within=within) for sender in senders),
            *self._leaving.values(),
        )
        await self._errands.finish()

    async def _look(self) -> None:
        now = await self._books.do(situation)
        if await self._disk.stops([state.run_id for state in now.runs]):
            now = Situation()
        self._is_idle = not now.runs
        self._keep_budgets(now)
        self._keep_circles(now)
        for relay in now.relays.values():
            self._keep_sender(relay)
        for relay_id in set(self._senders) - set(now.relays):
            if now.runs:
                self._let_go(relay_id)
        self._pause_forsaken()
        for sender in list(self._senders.values()):
            sender.sync(now, self._circles)
        await self._note(now)

    def _keep_budgets(self, now: Situation) -> None:
        if now.runs and now.limits != self._budgets.limits:
            self._budgets = Budgets(
                now.limits, now=clock.monotonic(), before=self._budgets
            )
            for sender in self._senders.values():
                sender.limit(self._budgets)

    def _keep_circles(self, now: Situation) -> None:
        running = {state.run_id for state in now.runs}
        for run_id, circle in list(self._circles.items()):
            if circle.is_over or run_id not in running:
                del self._circles[run_id]
        for state in now.runs:
            circle = self._circles.setdefault(
                state.run_id, Circle(condition_of=self._condition_of)
            )
            circle.sync(now.carriers(state), pending=state.pending)
            circle.note_progress(
                state.accepted, is_alone=now.workers == 1, now=clock.monotonic()
            )

    def _pause_forsaken(self) -> None:
        """Pause what nobody carries since the last relay that did was taken away.

        One whose sender is still to come, because it is set up otherwise now, may.
        """
        for run_id, circle in self._circles.items():
            is_awaited = not self._senders.keys() >= set(circle.members)
            if circle.is_halted or is_awaited or not circle.is_given_up:
                continue
            cause, answer = PauseCause.RELAY_MISSING, ""
            if circle.members:
                cause, answer = circle.reason(self._names())
            self._errands.run(self._pauser.halt(run_id, circle, cause, answer))

    def _condition_of(self, relay_id: int) -> Condition:
        sender = self._senders.get(relay_id)
        return Condition.OUT if sender is None else sender.condition

    def _keep_sender(self, relay: RelaySettings) -> None:
        """Have a sender with exactly these settings, once the former one has left."""
        relay_id = relay.relay_id
        sender = self._senders.get(relay_id)
        if sender is not None and sender.relay == relay:
            sender.pace(relay)
            return
        if sender is not None:
            self._let_go(relay_id)
        leaving = self._leaving.get(relay_id)
        if leaving is not None and not leaving.done():
            return
        self._leaving.pop(relay_id, None)
        for circle in self._circles.values():
            circle.come_back(relay_id)
        self._senders[relay_id] = RelaySender(
            relay=relay,
            letters=self._letters,
            surroundings=Surroundings(
                books=self._books,
                benches=self._benches,
                options=self._options,
                budgets=self._budgets,
                on_claim=self._claimed,
                names=self._names,
            ),
        )

    def _let_go(self, relay_id: int) -> None:
        """Have a sender end in its own time; meanwhile the others carry on."""
        sender = self._senders.pop(relay_id)
        drain = sender.drain(within=self._options.drain_seconds)
        self._leaving[relay_id] = asyncio.create_task(drain)

    def _claimed(self, run_id: int, relay_id: int) -> None:
        """One relay has taken its share of a run: the others may take theirs."""
        for other_id, sender in self._senders.items():
            if other_id != relay_id:
                sender.fill(run_id)

    def _names(self) -> Mapping[int, str]:
        return {one: sender.relay.name for one, sender in self._senders.items()}

    async def _note(self, now: Situation) -> None:
        """Keep for people how fast runs go, and how the relays fare."""
        moment = clock.monotonic()
        self._meter.note(
            {state.run_id: state.settled for state in now.runs}, now=moment
        )
        for relay_id, sender in list(self._senders.items()):
            changed = sender.changed_condition()
            if changed is not None:
                trouble, slowed = changed
                await self._books.do(
                    note_condition, relay_id, trouble=trouble, slowed=slowed
                )
        if now.runs and moment - self._rated_at >= RATE_EVERY:
            self._rated_at = moment
            await self._books.do(note_rates, self._meter.rates())


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    """Wait for so long, or until the worker is told to end."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
