"""One connection to the relay and the letters that travel over it, one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from django.utils.translation import gettext_noop as _  # Said to people later.

from gonets.delivery.desk import Desk
from gonets.delivery.errors import (
    AnswerLost,
    LedgerUnavailable,
    RelayFailure,
    RelayTrouble,
)
from gonets.delivery.judgement import SERVICE_CLOSING, Judgement, is_used_up
from gonets.delivery.loading import Load, Loading
from gonets.delivery.states import Stage
from gonets.delivery.stride import Asked, Stride
from gonets.delivery.supply import Supply
from gonets.delivery.transports.dialogue import ConnectionEnded
from gonets.delivery.transports.smtp import OfferAnswer, SmtpConnection

WALK = 20
"""Letters without a stride after one that has come to nothing: perhaps all would, with
a relay that answers in pieces, and trying costs a tenth of a letter's way."""


class Lane:
    """Sends letters for as long as the supply lasts."""

    def __init__(
        self,
        *,
        supply: Supply,
        desk: Desk,
        loading: Loading,
        connect: Callable[[], Awaitable[SmtpConnection | None]],
        idle_seconds: float,
    ) -> None:
        self._supply = supply
        self._desk = desk
        self._loading = loading
        self._connect = connect
        self._idle_seconds = idle_seconds
        self._connection: SmtpConnection | None = None
        self._walks_until = 0  # letters of the connection

    async def run(self) -> None:
        try:
            while not self._supply.is_closed:
                await self._once()
        finally:
            if self._connection is not None:
                self._connection.close()

    async def _once(self) -> None:
        enters = self._connection is None or self._connection.is_over
        if not await self._supply.wait(at_most=self._idle_seconds, enters=enters):
            await self._hang_up()
            return
        load = await self._next_load()
        if load is not None and self._connection is not None:
            await self._send(self._connection, load)

    async def _next_load(self) -> Load | None:
        try:
            connection = await self._usable()
            bound = await self._supply.take() if connection else None
        finally:
            self._supply.arrived()
        if connection is None or bound is None:
            return None
        return await self._loading.load(connection, bound)

    async def _usable(self) -> SmtpConnection | None:
        connection = self._connection
        if connection is not None and connection.is_usable:
            if self._loading.has_room(connection):
                return connection
            await connection.quit()
        elif connection is not None:
            connection.close()
        self._connection = None
        try:
            self._connection = await self._connect()
        except RelayFailure as failure:
            self._desk.trouble(failure, None)
        return self._connection

    async def _hang_up(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.quit()

    async def _send(self, connection: SmtpConnection, load: Load) -> None:
        """Offer and hand over letter after letter until none is at hand."""
        on_the_wire: list[Load] = [load]
        try:
            answer: OfferAnswer | None = await connection.offer(load.parcel)
            while answer is not None:
                answer = await self._carry_on(connection, on_the_wire, answer)
        except (RelayFailure, ConnectionEnded) as end:
            connection.close()
            self._give_back(on_the_wire)
            self._desk.trouble(_as_failure(end), None)
        except LedgerUnavailable:
            connection.close()
            self._give_back(on_the_wire)
        except Exception as error:  # noqa: BLE001 - recorded, and the run is paused
            connection.close()
            for one in on_the_wire:
                self._desk.broken(one.bound, error, left=one.has_left)
        except asyncio.CancelledError:
            connection.close()
            self._abandon(on_the_wire)
            raise

    async def _carry_on(
        self, connection: SmtpConnection, on_the_wire: list[Load], answer: OfferAnswer
    ) -> OfferAnswer | None:
        """Take the offered letter to its end; return the answer to the next offer.

        Where all goes as usual, any number of letters has come and gone in between.
        """
        load = on_the_wire[0]
        if not answer.is_open:
            on_the_wire.clear()
            self._declined(connection, load, answer)
            return None
        if self._desk.is_held_back(load.bound):
            self._keep_back(connection, on_the_wire)
            return None
        asked: Asked | None = Asked(
            self._desk.promise_of(load.bound), self._loading.following(connection)
        )
        while asked is not None:
            if not await self._hand_over(connection, on_the_wire, asked):
                self._keep_back(connection, on_the_wire)
                return None
            if len(on_the_wire) == 1 or connection.letters < self._walks_until:
                break
            asked = await self._stride(connection, on_the_wire)
        return await self._answers(connection, on_the_wire)

    async def _hand_over(
        self, connection: SmtpConnection, on_the_wire: list[Load], asked: Asked
    ) -> bool:
        """Write the first letter, and the offer behind it, if it may leave."""
        if asked.bound is not None:
            # The next letter is made while the disk is at work.
            following = await self._loading.load(connection, asked.bound)
            if following is not None:
                on_the_wire.append(following)
        load, *behind = on_the_wire
        if not self._desk.may_leave(load.bound, await asked.intent):
            return False
        load.has_left = True
        connection.hand_over(load.parcel, behind[0].parcel if behind else None)
        return True

    async def _stride(
        self, connection: SmtpConnection, on_the_wire: list[Load]
    ) -> Asked | None:
        letters = connection.letters
        stride = Stride(
            connection=connection,
            desk=self._desk,
            loading=self._loading,
            on_the_wire=on_the_wire,
        )
        asked = await stride.run()
        if connection.letters == letters:
            self._walks_until = letters + WALK
        return asked

    async def _answers(
        self, connection: SmtpConnection, on_the_wire: list[Load]
    ) -> OfferAnswer | None:
        """Hear what the relay says to the letter, and to the offer behind it."""
        load, *behind = on_the_wire
        try:
            reply = await connection.dot_reply(was_alone=not behind)
        except AnswerLost as lost:
            on_the_wire.pop(0)
            self._desk.lost(load.bound, lost)
            raise
        on_the_wire.pop(0)
        self._desk.delivered(load.bound, reply)
        return await connection.offer_answer() if behind else None

    def _keep_back(self, connection: SmtpConnection, on_the_wire: list[Load]) -> None:
        """The relay waits for a letter that must not leave: only closing helps."""
        connection.close()
        self._give_back(on_the_wire)
        on_the_wire.clear()

    def _declined(
        self, connection: SmtpConnection, load: Load, answer: OfferAnswer
    ) -> None:
        if connection.letters and is_used_up(answer.reply):
            connection.close()
            self._desk.not_sent(load.bound)
            return
        judgement = self._desk.answered(load.bound, answer.stage, answer.reply)
        is_about_us = judgement in (Judgement.TROUBLE, Judgement.REJECTION)
        if answer.must_close or is_about_us or answer.reply.code == SERVICE_CLOSING:
            connection.close()

    def _abandon(self, on_the_wire: list[Load]) -> None:
        """The relay is left for good, and nobody else will say what became of these."""
        for load in on_the_wire:
            if load.has_left:
                silent = _("there was no answer in time")
                self._desk.lost(load.bound, AnswerLost(silent, dot_left=True))
            else:
                self._desk.not_sent(load.bound)

    def _give_back(self, on_the_wire: list[Load]) -> None:
        for load in on_the_wire:
            self._desk.not_sent(load.bound)


def _as_failure(end: RelayFailure | ConnectionEnded) -> RelayFailure:
    if isinstance(end, RelayFailure):
        return end
    return RelayTrouble(str(end), stage=Stage.MAIL)
