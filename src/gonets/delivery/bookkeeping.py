"""The worker's end of the books: what its connections have to record, page by page.

While one page is on its way to the disk the next one gathers, so that the disk's own
speed decides how many letters share an fsync.
"""

from __future__ import annotations

import asyncio
import marshal
import multiprocessing
import pickle
import socket
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any, ParamSpec, TypeVar

from django.db import Error, connection, connections

from gonets.delivery.books import CALL, END, PAGE, Call, Page, Result, keep_books
from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.frames import BlockingEnd, LoopEnd
from gonets.delivery.ledger import Grant
from gonets.delivery.ports import LetterSource
from gonets.delivery.spool import Spool
from gonets.delivery.stock import Stock
from gonets.delivery.types import Acceptance, BoundClaim, Outcome
from gonets.kernel import clock
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

Tell = Callable[[Grant | LedgerUnavailable], None]
"""Is told what became of an intent: never at once, and it raises nothing."""

_FORKING = multiprocessing.get_context("fork")


class Bookkeeper:
    """Takes intents and outcomes from the event loop, and other database work too.

    Outcomes are never lost: what the database does not take is kept by the process that
    keeps the books; what that process does not take any more goes into the spool.
    """

    def __init__(self, *, spool: Spool, letters: LetterSource) -> None:
        self.worker_id = 0
        self.has_failed = asyncio.Event()  # the books are gone: only ending helps
        self.is_in_doubt = False  # whether something asked for has been done after all
        self._spool = spool
        self._letters = letters
        self._loop = asyncio.get_running_loop()
        self._page = Page()  # on which the event loop writes
        self._waiting: list[Tell] = []  # for the grants of this page's intents
        self._flushed: list[asyncio.Future[None]] = []
        self._handed_in: deque[_HandedIn] = deque()  # being recorded, in their order
        self._is_considered = False
        self._channel = LoopEnd(on_frame=self._hear, on_end=self._fail)
        self._is_closing = False
        self._call_ids = count(1)
        self._calls: dict[int, asyncio.Future[Any]] = {}
        self._desk = ThreadPoolExecutor(1, thread_name_prefix="gonets-desk")

    async def start(self) -> None:
        """Fork the process that keeps the books.

        Nothing but this thread may be running, and no database connection be open: it
        would be shared by two processes.
        """
        near, far = socket.socketpair()
        self._process = _FORKING.Process(
            target=_keep_books_apart,
            args=(near, far),
            kwargs={"spool": self._spool, "letters": self._letters},
            name="gonets-books",
        )
        self._process.start()
        far.close()
        await self._loop.create_connection(lambda: self._channel, sock=near)

    async def close(self) -> None:
        """Write what can be written and end the process."""
        if not self.has_failed.is_set():
            await self.flush()
            self._is_closing = True
            self._channel.say(END)
        await asyncio.to_thread(self._process.join)
        self._channel.hang_up()
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
        self._channel.say(CALL + pickle.dumps(call))
        return answer

    def _open_page(self) -> Page:
        if not self._is_considered:
            # Whatever else is said in this turn of the loop comes on the same page.
            self._is_considered = True
            self._loop.call_soon(self._consider)
        return self._page

    def _consider(self) -> None:
        """Hand the page in, unless there is more to come while another is recorded.

        One page may lie ready behind the one that is being recorded, so that the books
        need not wait for us; but it should not be a smaller one.
        """
        self._is_considered = False
        if not (self._page.has_entries or self._flushed):
            return
        if len(self._handed_in) < self._most_pages():
            handed_in = _HandedIn(self._page, self._waiting, self._flushed)
            self._handed_in.append(handed_in)
            self._page, self._waiting, self._flushed = Page(), [], []
            self._channel.say(handed_in.page.to_bytes(self.worker_id))

    def _most_pages(self) -> int:
        if not self._handed_in:
            return 1
        return (
            2 if len(self._page.intents) >= len(self._handed_in[0].page.intents) else 1
        )

    def _hear(self, frame: bytes) -> None:
        if frame[:1] == PAGE:
            self._recorded(marshal.loads(frame[1:]))  # noqa: S302 - ours
        else:
            self._done(pickle.loads(frame[1:]))  # noqa: S301 - ours

    def _recorded(self, answer: list[int] | str) -> None:
        handed_in = self._handed_in.popleft()
        self._consider()  # First: the books need not wait until all are told.
        if isinstance(answer, str):
            handed_in.fail(LedgerUnavailable(answer))
        else:
            handed_in.succeed(answer)

    def _done(self, result: Result) -> None:
        answer = self._calls.pop(result.call_id)
        if isinstance(result.error, LedgerUnavailable):
            self.is_in_doubt = True
        if answer.done():
            return
        if result.error is not None:
            answer.set_exception(result.error)
        else:
            answer.set_result(result.value)

    def _fail(self) -> None:
        """The books are gone: grant nothing, and keep in the spool what is known."""
        if self._is_closing:
            return
        if not self.has_failed.is_set():
            logger.critical("The process that keeps the ledger is gone.")
            self.has_failed.set()
        gone = LedgerUnavailable("the process that keeps the ledger is gone")
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


def _keep_books_apart(near: socket.socket, far: socket.socket, **named: Any) -> None:
    near.close()  # Or we would never hear that the worker has hung up.
    keep_books(BlockingEnd(far), **named)
