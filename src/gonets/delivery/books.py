"""The process that keeps the ledger: of all parts of a worker it alone writes.

The worker's own process spends its time on the wire.  Were the database in a thread of
it, both would wait for Python's one lock at every statement.  What they say to each
other are frames of bytes over a pipe; when the worker's end of it closes, however that
came about, this process ends too.
"""

from __future__ import annotations

import marshal
import pickle
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import Error, connection, connections

from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.fence import database_token
from gonets.delivery.frames import BlockingEnd, FramesEnded
from gonets.delivery.ledger import Grant, record, write_accepted
from gonets.delivery.parts import Group
from gonets.delivery.ports import LetterSource
from gonets.delivery.spool import Spool
from gonets.delivery.stock import Stock, take_stock
from gonets.delivery.tray import Tray
from gonets.delivery.types import Acceptance, Outcome
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)

RETRY_SECONDS = 0.5
QUIET_SECONDS = 0.2
END = b"E"
PAGE, CALL = b"P", b"C"

Claimed = tuple[int, int, int]
"""A delivery, its run, and the fence of its claim."""


@dataclass(slots=True)
class Page:
    """What the connections have to record, in the order in which they said it."""

    acceptances: list[Acceptance] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    intents: list[Claimed] = field(default_factory=list)

    @property
    def has_entries(self) -> bool:
        return bool(self.acceptances or self.intents or self.outcomes)

    def all_outcomes(self, now: datetime) -> list[Outcome]:
        return [*(one.outcome(now) for one in self.acceptances), *self.outcomes]

    def to_bytes(self, worker_id: int) -> bytes:
        # Plain values go through marshal, four times as fast as pickle; the two ends
        # are the same process forked, so its format is the same on both.
        others = pickle.dumps(self.outcomes) if self.outcomes else b""
        accepted = [*map(tuple, self.acceptances)]
        return PAGE + marshal.dumps((worker_id, accepted, self.intents, others))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An action to be carried out here: a function of a module; None: take stock."""

    call_id: int
    action: Callable[..., Any] | None
    args: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    call_id: int
    value: Any = None
    error: Exception | None = None


def keep_books(channel: BlockingEnd, *, spool: Spool, letters: LetterSource) -> None:
    """Answer the worker's frames until it hangs up."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # The worker says when to end.
    books = _Books(channel, spool=spool, letters=letters)
    try:
        while (frame := books.next_frame()) != END:
            channel.say(books.answer(frame))
    except FramesEnded:
        logger.debug("The worker has hung up.")
    finally:
        books.write_what_waits()
        connections.close_all()


class _Books:
    """Outcomes are never lost: those that the database does not take wait here and in
    the spool, and until they are written no intent is granted.
    """

    def __init__(
        self, channel: BlockingEnd, *, spool: Spool, letters: LetterSource
    ) -> None:
        self._channel = channel
        self._spool = spool
        self._letters = letters
        self._tray = Tray()
        self._unwritten: list[Outcome] = []

    def next_frame(self) -> bytes:
        """Wait for the next frame; meanwhile write what could not be written before."""
        while self._unwritten and not self._channel.has_more(within=RETRY_SECONDS):
            self.write_what_waits()
        if self._tray.with_taken():
            # At once when there are many, while their successors are on the wire.
            rest = 0 if self._tray.has_many_taken() else QUIET_SECONDS
            if not self._channel.has_more(within=rest):
                self._write_accepted()
        return self._channel.hear()

    def answer(self, frame: bytes) -> bytes:
        kind, content = frame[:1], frame[1:]
        if kind == PAGE:
            return PAGE + marshal.dumps(self._record_page(content))
        call: Call = pickle.loads(content)  # noqa: S301 - ours
        action = call.action or self._take_stock
        try:
            value = action(*call.args, **call.named)
        except Exception as error:  # noqa: BLE001 - the worker gets it, and decides
            self._tray.doubt()
            return CALL + pickle.dumps(
                Result(call_id=call.call_id, error=_sendable(error))
            )
        return CALL + pickle.dumps(Result(call_id=call.call_id, value=value))

    def _take_stock(self, *, run_id: int, worker_id: int, **how: int) -> Stock:
        stock = take_stock(
            self._letters, self._tray, run_id=run_id, worker_id=worker_id, **how
        )
        if stock.withheld:
            self._record(Group(worker_id=worker_id, outcomes=stock.withheld))
        return stock

    def _record_page(self, page: bytes) -> list[int] | str:
        worker_id, accepted, claimed, others = marshal.loads(page)  # noqa: S302 - ours
        wanted = [
            self._tray.of(run_id).find(delivery_id, fence)
            for delivery_id, run_id, fence in claimed
        ]
        group = Group(
            worker_id=worker_id,
            acceptances=[*map(Acceptance._make, accepted)],
            intents=[held.intent for held in wanted if held is not None],
            outcomes=pickle.loads(others) if others else [],  # noqa: S301 - ours
        )
        grants = self._record(group)
        if isinstance(grants, str) or None not in wanted:
            return grants
        answers = iter(grants)
        denied = Grant.DENIED.value
        return [denied if held is None else next(answers) for held in wanted]

    def _write_accepted(self) -> None:
        try:
            write_accepted(self._tray)
        except Error as error:
            logger.error("The ledger cannot be written", why=error)
            self._tray.doubt()
            connection.close()

    def write_what_waits(self) -> None:
        if self._unwritten:
            self._record(Group(worker_id=0))

    def _record(self, group: Group) -> list[int] | str:
        """Return what each intent is granted, or why nothing could be recorded."""
        whole = group.with_outcomes(self._unwritten)
        try:
            grants = record(whole, self._tray)
            # Nothing can have left before this: in time for what may be spooled.
            self._spool.database = self._spool.database or database_token()
        except Error as error:
            return self._keep_for_later(group, error)
        if self._unwritten:
            self._unwritten = []
            self._spool.clear()
        return [grant.value for grant in grants]

    def _keep_for_later(self, group: Group, error: Exception) -> str:
        logger.error("The ledger cannot be written", why=error)
        self._tray.doubt()
        outcomes = group.all_outcomes()
        self._unwritten += outcomes
        self._spool.add(outcomes)
        connection.close()
        return str(error) or type(error).__name__


def _sendable(error: Exception) -> Exception:
    if isinstance(error, Error):
        connection.close()
        return LedgerUnavailable(str(error))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - ours
    except Exception:
        logger.exception("An action of the ledger failed")
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
