"""What the connections of a worker have to record, gathered page by page.

While one page is on its way to the disk, or while the relay works on its letters, the
next one gathers: so many letters share an fsync.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any, ParamSpec, Protocol, TypeVar

from django.db import Error, connection, connections

from gonets.delivery.books import Call, Page, Result
from gonets.delivery.books_apart import BooksApart
from gonets.delivery.books_here import BooksHere
from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.ledger import Grant
from gonets.delivery.ports import LetterSource
from gonets.delivery.recovery import LEASE
from gonets.delivery.spool import Spool
from gonets.delivery.stock import Stock
from gonets.delivery.types import Acceptance, BoundClaim, Outcome
from gonets.kernel import clock
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

LAST_SECONDS = 1.0
"""For which books may be silent once there is no time left."""

Tell = Callable[[Grant | LedgerUnavailable], None]
"""Is told what became of an intent: never at once, and it raises nothing."""


class KeptBooks(Protocol):
    """Where the books are kept."""

    tell_news: bool  # whether ``has_news`` knows

    async def start(self) -> None: ...

    def takes(self, page: Page) -> bool:
        """Tell whether the page should be handed in as it is."""
        ...

    def record(self, page: Page, *, worker_id: int) -> None:
        """Answer through ``Listener.recorded``, in the order of the pages."""
        ...

    def call(self, call: Call) -> None:
        """Answer through ``Listener.done``."""
        ...

    def has_news(self) -> bool:
        """Tell whether somebody else has written since this was asked last."""
        ...

    def hurry(self) -> None:
        """The worker is about to end: wait for nobody."""
        ...

    def give_up(self) -> None:
        """End where they are, if they can wait without end; ``Listener.fail`` hears."""
        ...

    def dismiss(self) -> None:
        """Nothing more is asked for."""
        ...

    async def close(self) -> None: ...


class Bookkeeper:
    """Takes intents and outcomes from the event loop, and other database work too.

    Outcomes are never lost: what the database does not take is kept by the books, and
    what they do not take any more goes into the spool.
    """

    def __init__(
        self, *, spool: Spool, letters: LetterSource, lease: timedelta = LEASE
    ) -> None:
        self.worker_id = 0
        self._lease = lease
        self.has_failed = asyncio.Event()  # the books are gone: only ending helps
        self.is_in_doubt = False  # whether something asked for has been done after all
        self._spool = spool
        self._loop = asyncio.get_running_loop()
        self._page = Page()  # on which the event loop writes
        self._waiting: list[Tell] = []  # for the grants of this page's intents
        self._flushed: list[asyncio.Future[None]] = []
        self._handed_in: deque[_HandedIn] = deque()  # being recorded, in their order
        self._is_considered = False
        is_file = connection.vendor == "sqlite"
        kept = BooksHere if is_file else BooksApart
        self._books: KeptBooks = kept(self, spool=spool, letters=letters)
        self._is_closing = False
        self._call_ids = count(1)
        self._calls: dict[int, asyncio.Future[Any]] = {}
        self._heard = 0  # answers of the books
        self._desk = ThreadPoolExecutor(1, thread_name_prefix="gonets-desk")

    async def start(self) -> None:
        """Open the books, in a process of their own where the database is a server.

        Nothing but this thread may be running, and no database connection be open: it
        would be shared by two processes.
        """
        await self._books.start()

    @property
    def tell_news(self) -> bool:
        """Whether ``has_news`` knows, without a question to a server."""
        return self._books.tell_news

    def has_news(self) -> bool:
        """Tell whether somebody else has written since this was asked last."""
        return not self.has_failed.is_set() and self._books.has_news()

    def hurry(self) -> None:
        """Wait for a database that somebody else holds no longer than a moment."""
        self._books.hurry()

    async def give_up_if_silent(self, *, patience: float, ends_at: float) -> None:
        """Give the books up once they owe an answer and none has come for so long.

        A server that swallows what is said to it would keep them, and us, without end.
        From ``ends_at`` on there is hardly any patience left.
        """
        heard, since = self._heard, clock.monotonic()
        while not self.has_failed.is_set():
            await asyncio.sleep(min(patience, LAST_SECONDS) / 4)
            now = clock.monotonic()
            if heard != self._heard or not (self._handed_in or self._calls):
                heard, since = self._heard, now
            elif now - since > (patience if now < ends_at else LAST_SECONDS):
                logger.error("The database answers no more: the worker ends without.")
                self._books.give_up()
                return

    async def close(self) -> None:
        """Write what can be written and close the books."""
        if not self.has_failed.is_set():
            await self.flush()
            self._is_closing = True
            self._books.dismiss()
        await self._books.close()
        await self._loop.run_in_executor(self._desk, connections.close_all)
        self._desk.shutdown()

    def accept(self, acceptance: Acceptance) -> None:
        """Record an acceptance with the next page, without waiting for it."""
        self._open_page().acceptances.append(acceptance)

    def settle(self, outcome: Outcome) -> None:
        """Record any other outcome with the next page, without waiting for it."""
        self._open_page().outcomes.append(outcome)

    def intend(self, bound: BoundClaim, tell: Tell) -> None:
        """Record an intent; ``tell`` is told later whether the letter may leave."""
        claim = bound.claim
        claimed = (claim.recipient.delivery_id, claim.run_id, claim.fence)
        self._open_page().intents.append(claimed)
        self._waiting.append(tell)

    def flush(self) -> asyncio.Future[None]:
        """Return a future that is done once everything before it has been tried."""
        self._open_page()
        written: asyncio.Future[None] = self._loop.create_future()
        self._flushed.append(written)
        return written

    async def do(self, action: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Have an action or a query done where the books are kept.

        :raises LedgerUnavailable: if the database cannot be reached.
        """
        done: T = await self._call(action, *args, **named)
        return done

    async def take_stock(self, run_id: int, *, relay_id: int, limit: int) -> Stock:
        """Claim some deliveries for a relay and bind their letters.

        :raises LetterUnfit: if the whole letter cannot be made; nothing stays claimed.
        :raises LedgerUnavailable: if the database cannot be reached.
        """
        stock: Stock = await self._call(
            None,
            run_id=run_id,
            worker_id=self.worker_id,
            relay_id=relay_id,
            limit=limit,
        )
        return stock

    async def ask(
        self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Read, or compute something that takes a while, in a thread of this process.

        :raises LedgerUnavailable: if the database cannot be reached.
        """

        def at_the_desk() -> T:
            try:
                return question(*args, **kwargs)
            except Error as error:
                connection.close()
                raise LedgerUnavailable(str(error)) from error

        return await self._loop.run_in_executor(self._desk, at_the_desk)

    def _call(
        self, action: Callable[..., Any] | None, *args: Any, **named: Any
    ) -> asyncio.Future[Any]:
        call = Call(call_id=next(self._call_ids), action=action, args=args, named=named)
        answer: asyncio.Future[Any] = self._loop.create_future()
        self._calls[call.call_id] = answer
        self._books.call(call)
        return answer

    def _open_page(self) -> Page:
        if not self._is_considered:
            # Whatever else is said in this turn of the loop comes on the same page.
            self._is_considered = True
            self._loop.call_soon(self.look_again)
        return self._page

    def look_again(self) -> None:
        """Hand the page in, if the books take it as it is."""
        self._is_considered = False
        if not (self._page.has_entries or self._flushed):
            return
        if self._flushed or self._books.takes(self._page):
            handed_in = _HandedIn(self._page, self._waiting, self._flushed)
            self._handed_in.append(handed_in)
            self._page, self._waiting, self._flushed = Page(), [], []
            self._books.record(handed_in.page, worker_id=self.worker_id)

    def recorded(self, answer: list[int] | str) -> None:
        self._heard += 1
        handed_in = self._handed_in.popleft()
        self.look_again()  # First: the books need not wait until all are told.
        if isinstance(answer, str):
            handed_in.fail(LedgerUnavailable(answer))
        elif handed_in.took_longer_than(self._lease / 2):
            # We slept, and others may have taken over: nothing may leave any more.
            handed_in.fail(LedgerUnavailable("what was granted is out of date"))
        else:
            handed_in.succeed(answer)

    def done(self, result: Result) -> None:
        self._heard += 1
        answer = self._calls.pop(result.call_id)
        if isinstance(result.error, LedgerUnavailable):
            self.is_in_doubt = True
        if answer.done():
            return
        if result.error is not None:
            answer.set_exception(result.error)
        else:
            answer.set_result(result.value)

    def fail(self) -> None:
        """The books are gone: grant nothing, and keep in the spool what is known."""
        if self._is_closing:
            return
        if not self.has_failed.is_set():
            logger.critical("The books are gone: the worker ends.")
            self.has_failed.set()
        gone = LedgerUnavailable("the books are gone")
        waiting = _HandedIn(self._page, self._waiting, self._flushed)
        self._page, self._waiting, self._flushed = Page(), [], []
        for handed_in in (*self._handed_in, waiting):
            self._spool.add(handed_in.page.all_outcomes(clock.now()))
            handed_in.fail(gone)
        self._handed_in.clear()
        calls, self._calls = self._calls, {}
        for answer in calls.values():
            if not answer.done():
                answer.set_exception(gone)


class _HandedIn:
    """A page on its way to the disk, and who waits for it."""

    def __init__(
        self,
        page: Page,
        waiting: Sequence[Tell],
        flushed: Sequence[asyncio.Future[None]],
    ) -> None:
        self.page = page
        self._waiting = waiting
        self._flushed = flushed
        self._at, self._at_by_the_wall = clock.monotonic(), clock.now()

    def took_longer_than(self, limit: timedelta) -> bool:
        """Ask both clocks: one of them stands still while the machine sleeps."""
        awake = timedelta(seconds=clock.monotonic() - self._at)
        return max(awake, clock.now() - self._at_by_the_wall) > limit

    def succeed(self, answers: Sequence[int]) -> None:
        for tell, answer in zip(self._waiting, answers, strict=True):
            tell(GRANTS[answer])
        self._tell_flushed()

    def fail(self, error: LedgerUnavailable) -> None:
        for tell in self._waiting:
            tell(error)
        self._tell_flushed()

    def _tell_flushed(self) -> None:
        for waiting in self._flushed:
            if not waiting.done():
                waiting.set_result(None)


GRANTS = {grant.value: grant for grant in Grant}


def keep_promise(
    promise: asyncio.Future[Grant], answer: Grant | LedgerUnavailable
) -> None:
    """Be the one who is told, for somebody who waits."""
    if promise.done():
        return
    if isinstance(answer, Grant):
        promise.set_result(answer)
    else:
        promise.set_exception(answer)
