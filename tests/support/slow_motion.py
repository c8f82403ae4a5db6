"""A relay, books and letters that do only what a test tells them to, one by one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

from gonets.delivery.benches import Benches
from gonets.delivery.bookkeeping import Bookkeeper, Tell
from gonets.delivery.budgets import Budgets
from gonets.delivery.circle import Circle
from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.ledger import Grant
from gonets.delivery.options import SendingOptions
from gonets.delivery.ports import Binding, Envelope, LetterUnfit, Recipient
from gonets.delivery.sender import RelaySender
from gonets.delivery.shares import Condition
from gonets.delivery.states import DeliveryStatus
from gonets.delivery.stock import Stock
from gonets.delivery.surroundings import Surroundings
from gonets.delivery.transports.smtp import TimeLimits
from gonets.delivery.types import Acceptance, BoundClaim, Claim, Outcome
from gonets.delivery.watch import RelaySettings, RunState, Situation

ACCEPTED = b"250 2.0.0 Ok: queued as 1\r\n"
OPEN = b"250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go ahead\r\n"
USUAL = ACCEPTED + OPEN
PATIENT = TimeLimits()
LETTERS = 4


class Letters:
    """Makes letters from memory; some are costly, some cannot be made."""

    def __init__(self, *, costly: str = "", unfit: str = "") -> None:
        self._costly, self._unfit = costly, unfit
        self.is_costly = False

    def letter(self, letter_ref: str) -> Letters:
        letter = Letters(unfit=self._unfit)
        letter.is_costly = letter_ref == self._costly
        return letter

    def envelope_for(self, recipient: Recipient, _binding: Binding) -> Envelope:
        if recipient.address.startswith(self._unfit or "-"):
            raise LetterUnfit("It cannot be made.")
        body = f"Subject: News\r\n\r\nFor {recipient.address}\r\n"
        return Envelope("news@x.example", recipient.address, body.encode())

    def bind(self, **_named: Any) -> list[Any]:
        raise NotImplementedError


class Books:
    """Books in memory that answer to an intent when the test wants it."""

    worker_id = 1

    def __init__(self, letters: int, refs: Callable[[int], str]) -> None:
        self.ready = [_bound(number, refs(number)) for number in range(1, letters + 1)]
        self.accepted: list[int] = []
        self.outcomes: list[Outcome] = []
        self.has_more = asyncio.Event()
        self.asked: asyncio.Queue[tuple[int, Tell]] = asyncio.Queue()

    def accept(self, acceptance: Acceptance) -> None:
        self.accepted.append(acceptance.delivery_id)
        self.has_more.set()

    def settle(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.has_more.set()

    def intend(self, bound: BoundClaim, tell: Tell) -> None:
        self.asked.put_nowait((bound.claim.delivery_id, tell))

    async def answer(self, answer: Grant | LedgerUnavailable = Grant.GIVEN) -> int:
        delivery_id, tell = await self.asked.get()
        tell(answer)
        return delivery_id

    async def flush(self) -> None:
        pass

    async def do(self, *_args: Any, **_named: Any) -> None:
        pass

    async def ask(self, question: Callable[..., Any], *args: Any) -> Any:
        return question(*args)

    async def take_stock(self, _run_id: int, **_named: Any) -> Stock:
        ready, self.ready = self.ready, []
        return Stock(ready=ready, withheld=0, is_last=True)

    def statuses(self) -> dict[int, DeliveryStatus]:
        return {one.delivery_id: one.status for one in self.outcomes}


def _bound(number: int, letter_ref: str) -> BoundClaim:
    address = f"{number}@x.example"
    recipient = Recipient(number, address, address, "")
    when = datetime(2026, 11, 23, tzinfo=UTC)
    binding = Binding(letter_ref, f"<{number}@x.example>", when, {})
    return BoundClaim(Claim(1, 1, recipient, letter_ref, 0, None, None), binding)


class Relay:
    """A server that reads what it waits for and says what it is told."""

    def __init__(self) -> None:
        self.met: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
        self.met = asyncio.Queue()
        self.letters: list[bytes] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def meet(self) -> None:
        """Take up the next connection and greet it."""
        self.reader, writer = await self.met.get()
        self._writers.append(writer)
        self.say(b"220 relay\r\n")
        await self.reader.readuntil(b"\r\n")
        self.say(b"250-relay\r\n250 PIPELINING\r\n")
        await self.offer()
        self.say(OPEN)

    async def offer(self) -> bytes:
        return await self.reader.readuntil(b"DATA\r\n")

    async def letter(self) -> bytes:
        """Read a letter with its last dot."""
        content = await self.reader.readuntil(b"\r\n.\r\n")
        self.letters.append(content)
        return content

    def say(self, *pieces: bytes) -> None:
        for piece in pieces:
            self._writers[-1].write(piece)

    async def is_left(self) -> bool:
        """Wait until the connection is cut; tell whether no further letter came."""
        try:
            return b"\r\n.\r\n" not in await self.reader.read()
        except ConnectionResetError:
            return True

    def hang_up_gently(self) -> None:
        """Hang up once all has been said."""
        self._writers[-1].close()

    def hang_up(self) -> None:
        self._writers[-1].transport.abort()

    async def close(self) -> None:
        while not self.met.empty():
            self._writers.append((await self.met.get())[1])
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)  # They are closed in the next turn of the loop.


class Scene:
    """One connection with a few letters; the first of them has been offered."""

    def __init__(
        self,
        port: int,
        *,
        books: Books,
        letters: Letters,
        relay: Relay,
        limits: TimeLimits,
        per_connection: int,
    ) -> None:
        self.books, self.relay = books, relay
        self._settings = RelaySettings(
            relay_id=1,
            name="relay",
            url=f"smtp://127.0.0.1:{port}",
            letters_per_second=None,
            connections=1,
            letters_per_connection=per_connection,
            idle_seconds=20,
        )
        self.sender = RelaySender(
            relay=self._settings,
            letters=letters,
            surroundings=Surroundings(
                books=cast(Bookkeeper, books),
                benches=Benches(letters=letters),
                options=SendingOptions(limits=limits),
                budgets=Budgets(),
                on_claim=lambda _run_id, _relay_id: None,
                names=lambda: {1: "relay"},
            ),
        )
        self._circle = Circle(condition_of=lambda _relay_id: Condition.WELL)
        self._circle.sync({1: 1}, pending=LETTERS)

    def run(self) -> None:
        state = RunState(
            run_id=1,
            relay_id=1,
            letter_ref="first",
            pending=LETTERS,
            accepted=1,
            has_accepted=True,
            settled=0,
            has_work=True,
            policy_waits=0,
        )
        now = Situation(runs=(state,), relays={1: self._settings}, weights={1: 1})
        self.sender.sync(now, {1: self._circle})

    def pause(self) -> None:
        self.sender.sync(Situation(), {})

    async def finish(self) -> None:
        """Carry on as usual to the end of the run."""
        while len(self.books.accepted) < LETTERS:
            await self.books.answer()
            await self.relay.letter()
            self.relay.say(USUAL if len(self.relay.letters) < LETTERS else ACCEPTED)
            await self.settled(len(self.relay.letters))

    async def settled(self, count: int) -> None:
        """Wait until so many letters have found an end."""
        while len(self.books.accepted) + len(self.books.outcomes) < count:
            self.books.has_more.clear()
            await self.books.has_more.wait()


@asynccontextmanager
async def scene(
    refs: Callable[[int], str] = lambda _number: "first",
    *,
    letters: int = LETTERS,
    limits: TimeLimits = PATIENT,
    per_connection: int = 1000,
    **odd: str,
) -> AsyncIterator[Scene]:
    """Begin: the first letter is handed over, and the second one offered behind it."""
    relay = Relay()
    server = await asyncio.start_server(
        lambda reader, writer: relay.met.put((reader, writer)), "127.0.0.1"
    )
    port = server.sockets[0].getsockname()[1]
    made = Scene(
        port,
        books=Books(letters, refs),
        letters=Letters(**odd),
        relay=relay,
        limits=limits,
        per_connection=per_connection,
    )
    try:
        async with asyncio.timeout(60):
            made.run()
            await relay.meet()
            assert await made.books.answer() == 1
            await relay.letter()
            yield made
            await made.sender.drain(within=0.02)
    finally:
        server.close()
        await relay.close()


def in_order(relay: Relay) -> list[int]:
    return [int(letter.split(b"For ")[1].split(b"@")[0]) for letter in relay.letters]
