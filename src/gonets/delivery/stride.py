"""A connection in its stride: letter after letter while everything goes as usual.

A lane is a task that waits twice per letter: for the relay's answers, and for the grant
of the books.  Nearly always both are the usual ones, and what follows is quick and
waits for nothing; being woken for it took an eighth of all the time of this process.
So while a lane is in its stride, whoever brings the news calls back, and two steps
alternate::

    handed over --the relay takes the letter and opens the next offer--> asked
        the acceptance is noted, the next letter moves up, its intent goes to
        the books, and the letter behind it is made

    asked --the books grant it--> handed over
        the letter, its last dot and the offer behind it are written

Anything else ends the stride and wakes the lane, which sees to it with all care: an
answer that is no acceptance or comes in pieces, a relay in doubt, a dropped run, a
denied intent, no further letter at hand or one that takes long to make, the end of the
connection.  Nothing of the unusual is decided here, and nothing is done with it before
the lane does.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from gonets.delivery.bookkeeping import keep_promise
from gonets.delivery.desk import Desk
from gonets.delivery.errors import LedgerUnavailable
from gonets.delivery.ledger import Grant
from gonets.delivery.loading import Load, Loading
from gonets.delivery.transports.smtp import SmtpConnection
from gonets.delivery.types import BoundClaim


class Asked(NamedTuple):
    """The relay waits for a letter about whose intent the books have been asked."""

    intent: asyncio.Future[Grant]
    bound: BoundClaim | None  # a letter that is to follow it, and still to be made


class Stride:
    """One stretch of letters; ``on_the_wire`` is always as it would be without it."""

    def __init__(
        self,
        *,
        connection: SmtpConnection,
        desk: Desk,
        loading: Loading,
        on_the_wire: list[Load],
    ) -> None:
        self._connection = connection
        self._desk = desk
        self._loading = loading
        self._on_the_wire = on_the_wire
        self._is_asked = False
        self._left_over: BoundClaim | None = None
        self._late_grant = desk.promise()

    async def run(self) -> Asked | None:
        """Go on from a letter that has just been handed over, with an offer behind it.

        Return None if the answers to both are still to be read.

        :raises Exception: whatever went wrong in between.
        """
        dialogue = self._connection.dialogue
        self._disturbed = dialogue.tell_first(self._heard)
        try:
            await self._disturbed
        except BaseException:
            self._late_grant.cancel()  # Nobody will ask for it.
            if self._left_over is not None:
                self._desk.not_sent(self._left_over)
            raise
        finally:
            dialogue.tell_nobody_first()
        return Asked(self._late_grant, self._left_over) if self._is_asked else None

    def _heard(self, received: bytes) -> bool:
        """Take what came if it is the usual; else leave it, untouched, to the lane."""
        if self._disturbed.done():
            return False
        load, following = self._on_the_wire
        if not self._desk.is_usual(following.bound):
            return False
        try:
            reply = self._connection.usual_answer(received)
            if reply is None:
                return False
            del self._on_the_wire[0]
            self._desk.accepted(load.bound, reply)
            self._ask(following)
        except Exception as error:  # noqa: BLE001 - raised where the lane waits
            self._disturbed.set_exception(error)
        return True

    def _ask(self, load: Load) -> None:
        self._is_asked = True
        self._desk.intend(load.bound, self._granted)
        # The next letter is made before the disk has even begun.
        bound = self._loading.following(self._connection)
        if bound is None or self._loading.is_costly(bound):
            self._left_over = bound
            self._disturbed.set_result(None)
            return
        following = self._loading.load_at_once(self._connection, bound)
        if following is None:
            self._disturbed.set_result(None)
        else:
            self._on_the_wire.append(following)

    def _granted(self, answer: Grant | LedgerUnavailable) -> None:
        """Let the letter leave, unless something has happened meanwhile."""
        if self._disturbed.done() or answer is not Grant.GIVEN:
            keep_promise(self._late_grant, answer)
            if not self._disturbed.done():
                self._disturbed.set_result(None)
            return
        load, following = self._on_the_wire
        self._is_asked, load.has_left = False, True
        try:
            self._connection.hand_over(load.parcel, following.parcel)
        except Exception as error:  # noqa: BLE001 - raised where the lane waits
            self._disturbed.set_exception(error)
