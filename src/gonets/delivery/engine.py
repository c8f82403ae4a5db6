"""The engine: looks which runs are to be sent, and has each relay's sender do it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from gonets.delivery.bookkeeping import Bookkeeper
from gonets.delivery.disk_guard import DiskGuard
from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.options import SendingOptions
from gonets.delivery.pausing import Pauser
from gonets.delivery.ports import LetterSource
from gonets.delivery.rates import RateMeter
from gonets.delivery.sender import RelaySender
from gonets.delivery.states import PauseCause
from gonets.delivery.watch import RelaySettings, RunState, note_rates, running_runs
from gonets.kernel import clock
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)

LOOK_EVERY = 0.2
RATE_EVERY = 1.0


class Engine:
    """Sends all running runs until it is told to stop."""

    def __init__(
        self,
        *,
        books: Bookkeeper,
        letters: LetterSource,
        options: SendingOptions,
        folders: Sequence[Path] = (),
    ) -> None:
        self._books = books
        self._letters = letters
        self._options = options
        self._senders: dict[int, RelaySender] = {}
        self._pauser = Pauser(books=books)
        self._disk = DiskGuard(books=books, folders=folders, least=options.least_room)
        self._meter = RateMeter()
        self._rated_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Look at the runs several times a second until ``stop`` is set."""
        while not stop.is_set():
            try:
                await self._look()
            except LedgerUnavailable as error:
                logger.error("The database is not available", why=error)
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    await stop.wait()
            except TimeoutError:
                continue

    def start_anew(self) -> None:
        """Give back all claims: they were made under a name that counts no more."""
        for sender in self._senders.values():
            sender.give_back()

    async def drain(self, *, within: float) -> None:
        senders, self._senders = list(self._senders.values()), {}
        await asyncio.gather(*(sender.drain(within=within) for sender in senders))

    async def _look(self) -> None:
        states = await self._books.do(running_runs)
        if await self._disk.stops([state.run_id for state in states]):
            states = []
        by_relay: dict[RelaySettings, list[RunState]] = defaultdict(list)
        for state in states:
            if state.relay is None:
                await self._pauser.pause(state.run_id, PauseCause.RELAY_MISSING)
            else:
                by_relay[state.relay].append(state)
        for relay in by_relay:
            await self._keep_sender(relay)
        for sender in self._senders.values():
            sender.sync(by_relay.get(sender.relay, []))
        await self._note_rates(states)

    async def _keep_sender(self, relay: RelaySettings) -> None:
        """Have a sender with exactly these settings."""
        sender = self._senders.get(relay.relay_id)
        if sender is not None and sender.relay == relay:
            return
        if sender is not None:
            del self._senders[relay.relay_id]
            await sender.drain(within=self._options.drain_seconds)
        self._senders[relay.relay_id] = RelaySender(
            relay=relay,
            books=self._books,
            letters=self._letters,
            options=self._options,
        )

    async def _note_rates(self, states: Sequence[RunState]) -> None:
        now = clock.monotonic()
        self._meter.note({state.run_id: state.settled for state in states}, now=now)
        if states and now - self._rated_at >= RATE_EVERY:
            self._rated_at = now
            await self._books.do(note_rates, self._meter.rates())
