"""The books of a worker: of all its parts they alone write to the ledger.

They are kept by a process of their own (``books_apart``), or where the letters are sent
(``books_here``).
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db import Error, connection

from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.fence import database_token
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


class Listener(Protocol):
    """Who is told what has become of pages and calls, in the event loop."""

    def recorded(self, answer: list[int] | str) -> None:
        """Of the first page that is out: the grants, or why there are none."""
        ...

    def done(self, result: Result) -> None: ...

    def look_again(self) -> None:
        """The page at hand may be taken now, though it is not full."""
        ...

    def fail(self) -> None:
        """The books are gone."""
        ...


class Books:
    """Outcomes are never lost: those that the database does not take wait here and in
    the spool, and until they are written no intent is granted.
    """

    def __init__(self, *, spool: Spool, letters: LetterSource) -> None:
        self._spool = spool
        self._letters = letters
        self._tray = Tray()
        self._unwritten: list[Outcome] = []

    @property
    def has_unwritten(self) -> bool:
        """Tell whether the database has not taken everything yet."""
        return bool(self._unwritten)

    @property
    def has_noted(self) -> bool:
        """Tell whether acceptances are still to be written out."""
        return bool(self._tray.with_taken())

    @property
    def has_noted_many(self) -> bool:
        return self._tray.has_many_taken()

    def carry_out(self, call: Call) -> Result:
        action = call.action or self._take_stock
        try:
            value = action(*call.args, **call.named)
        except Exception as error:  # noqa: BLE001 - the worker gets it, and decides
            return Result(call_id=call.call_id, error=_sendable(error))
        if action is database_token:  # It is another one since the fence was lifted.
            self._spool.database = str(value)
        return Result(call_id=call.call_id, value=value)

    def doubt(self) -> None:
        """Trust the database alone, after a call has failed."""
        self._tray.doubt()

    def _take_stock(self, *, run_id: int, worker_id: int, **how: int) -> Stock:
        stock = take_stock(
            self._letters, self._tray, run_id=run_id, worker_id=worker_id, **how
        )
        if stock.withheld:
            self._record(Group(worker_id=worker_id, outcomes=stock.withheld))
        return stock

    def record_page(self, page: Page, *, worker_id: int) -> list[int] | str:
        """Return what each intent is granted, or why nothing could be recorded."""
        wanted = [
            self._tray.of(run_id).find(delivery_id, fence)
            for delivery_id, run_id, fence in page.intents
        ]
        group = Group(
            worker_id=worker_id,
            acceptances=page.acceptances,
            intents=[held.intent for held in wanted if held is not None],
            outcomes=page.outcomes,
        )
        grants = self._record(group)
        if isinstance(grants, str) or None not in wanted:
            return grants
        answers = iter(grants)
        denied = Grant.DENIED.value
        return [denied if held is None else next(answers) for held in wanted]

    def write_accepted(self) -> None:
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
