"""One connection to the relay and the letters that travel over it, one by one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from gonets.delivery.desk import Desk
from gonets.delivery.errors import (
    AnswerLost,
    LedgerUnavailable,
    RelayFailure,
    RelayTrouble,
)
from gonets.delivery.judgement import SERVICE_CLOSING, Judgement
from gonets.delivery.ports import Letter, LetterUnfit
from gonets.delivery.states import Stage
from gonets.delivery.supply import Supply
from gonets.delivery.transports.dialogue import ConnectionEnded
from gonets.delivery.transports.smtp import OfferAnswer, Parcel, SmtpConnection
from gonets.delivery.types import BoundClaim
from gonets.delivery.watch import RelaySettings
from gonets.delivery.workshop import Ahead, Workshop


@dataclass(slots=True)
class Load:
    """A letter on its way, ready for the wire."""

    bound: BoundClaim
    parcel: Parcel
    has_left: bool = False


class Lane:
    """Sends letters for as long as the supply lasts."""

    def __init__(
        self,
        *,
        supply: Supply,
        desk: Desk,
        letters: Mapping[str, Letter],
        workshop: Workshop,
        connect: Callable[[], Awaitable[SmtpConnection | None]],
        relay: RelaySettings,
    ) -> None:
        self._supply = supply
        self._desk = desk
        self._letters = letters
        self._workshop = workshop
        self._connect = connect
        self._most_letters = relay.letters_per_connection
        self._idle_seconds = relay.idle_seconds
        self._connection: SmtpConnection | None = None

    async def run(self) -> None:
        try:
            while not self._supply.is_closed:
                await self._once()
        finally:
            if self._connection is not None:
                self._connection.close()

    async def _once(self) -> None:
        if not await self._supply.wait(at_most=self._idle_seconds):
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
        return await self._loaded(connection, bound)

    async def _usable(self) -> SmtpConnection | None:
        connection = self._connection
        if connection is not None and connection.is_usable:
            if connection.letters < self._most_letters:
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

    async def _loaded(
        self, connection: SmtpConnection, bound: BoundClaim
    ) -> Load | None:
        """Make the bytes; what cannot be made is reported, and None returned."""
        try:
            letter = self._letters[bound.binding.letter_ref]
            if letter.is_costly:
                envelope = await self._workshop.envelope(self._ahead(bound), bound)
            else:
                envelope = letter.envelope_for(bound.claim.recipient, bound.binding)
            return Load(bound=bound, parcel=connection.pack(envelope))
        except LetterUnfit as why:
            self._desk.unfit(bound, why)
        except RelayFailure as failure:
            self._desk.not_sent(bound)
            self._desk.trouble(failure, bound.claim.run_id)
        except Exception as error:  # noqa: BLE001 - code of others; only this letter
            self._desk.broken(bound, error, left=False)
        return None

    async def _send(self, connection: SmtpConnection, load: Load) -> None:
        """Offer and hand over letter after letter until none is at hand."""
        on_the_wire: list[Load] = [load]
        try:
            answer: OfferAnswer | None = await connection.offer(load.parcel)
            while answer is not None:
                answer = await self._hand_over(connection, on_the_wire, answer)
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
        except BaseException:
            connection.close()
            raise

    async def _hand_over(
        self, connection: SmtpConnection, on_the_wire: list[Load], answer: OfferAnswer
    ) -> OfferAnswer | None:
        """Take the first letter to its end; return the answer to the next offer."""
        load = on_the_wire[0]
        if not answer.is_open:
            on_the_wire.clear()
            self._declined(connection, load, answer)
            return None
        if self._desk.is_dropped(load.bound):
            self._keep_back(connection, on_the_wire)
            return None
        intent = self._desk.intend(load.bound)
        # The next letter is made while the disk is at work.
        bound = self._following(connection)
        following = None if bound is None else await self._loaded(connection, bound)
        if following is not None:
            on_the_wire.append(following)
        if not self._desk.may_leave(load.bound, await intent):
            self._keep_back(connection, on_the_wire)
            return None
        load.has_left = True
        connection.hand_over(load.parcel, following.parcel if following else None)
        try:
            reply = await connection.dot_reply(was_alone=following is None)
        except AnswerLost as lost:
            on_the_wire.pop(0)
            self._desk.lost(load.bound, lost)
            raise
        on_the_wire.pop(0)
        self._desk.delivered(load.bound, reply)
        return await connection.offer_answer() if following else None

    def _keep_back(self, connection: SmtpConnection, on_the_wire: list[Load]) -> None:
        """The relay waits for a letter that must not leave: only closing helps."""
        connection.close()
        self._give_back(on_the_wire)
        on_the_wire.clear()

    def _following(self, connection: SmtpConnection) -> BoundClaim | None:
        """Return a letter whose offer may travel with the current one."""
        if not connection.can_pipeline:
            return None
        if connection.letters + 1 >= self._most_letters:
            return None
        return self._supply.take_at_once()

    def _ahead(self, bound: BoundClaim) -> Ahead:
        """Return where it may have been begun; by now its run may be dropped."""
        feed = self._supply.feeds.get(bound.claim.run_id)
        return Ahead() if feed is None else feed.ahead

    def _declined(
        self, connection: SmtpConnection, load: Load, answer: OfferAnswer
    ) -> None:
        judgement = self._desk.answered(load.bound, answer.stage, answer.reply)
        is_about_us = judgement in (Judgement.TROUBLE, Judgement.REJECTION)
        if answer.must_close or is_about_us or answer.reply.code == SERVICE_CLOSING:
            connection.close()

    def _give_back(self, on_the_wire: list[Load]) -> None:
        for load in on_the_wire:
            self._desk.not_sent(load.bound)


def _as_failure(end: RelayFailure | ConnectionEnded) -> RelayFailure:
    if isinstance(end, RelayFailure):
        return end
    return RelayTrouble(str(end), stage=Stage.MAIL)
