"""Taking letters from the supply for one connection, and making their bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from gonets.delivery.desk import Desk
from gonets.delivery.errors import LetterTooLarge, RelayFailure
from gonets.delivery.ports import Letter, LetterUnfit
from gonets.delivery.supply import Supply
from gonets.delivery.transports.smtp import Parcel, SmtpConnection
from gonets.delivery.types import BoundClaim
from gonets.delivery.workshop import Ahead, Workshop


@dataclass(slots=True)
class Load:
    """A letter on its way, ready for the wire."""

    bound: BoundClaim
    parcel: Parcel
    has_left: bool = False


class Loading:
    """Makes the bytes of letters; what cannot be made is reported to the desk."""

    def __init__(
        self,
        *,
        supply: Supply,
        desk: Desk,
        letters: Mapping[str, Letter],
        workshop: Workshop,
        most_letters: int,
    ) -> None:
        self._supply = supply
        self._desk = desk
        self._letters = letters
        self._workshop = workshop
        self._most_letters = most_letters  # over one connection

    def has_room(self, connection: SmtpConnection) -> bool:
        """Tell whether one more letter may go over this connection."""
        return connection.letters < self._most_letters

    def following(self, connection: SmtpConnection) -> BoundClaim | None:
        """Return a letter whose offer may travel with the current one."""
        if not connection.can_pipeline:
            return None
        if connection.letters + 1 >= self._most_letters:
            return None
        return self._supply.take_at_once()

    def is_costly(self, bound: BoundClaim) -> bool:
        letter = self._letters.get(bound.binding.letter_ref)
        return letter is not None and letter.is_costly

    def load_at_once(
        self, connection: SmtpConnection, bound: BoundClaim
    ) -> Load | None:
        """Make a letter that is not costly."""
        try:
            claim, binding = bound
            letter = self._letters[binding.letter_ref]
            envelope = letter.envelope_for(claim.recipient, binding)
            return Load(bound, connection.pack(envelope))
        except Exception as error:  # noqa: BLE001 - code of others; only this letter
            self._cannot_make(bound, error)
        return None

    async def load(self, connection: SmtpConnection, bound: BoundClaim) -> Load | None:
        """Make any letter; the workshop may have begun it."""
        if not self.is_costly(bound):
            return self.load_at_once(connection, bound)
        try:
            envelope = await self._workshop.envelope(self._ahead(bound), bound)
            return Load(bound, connection.pack(envelope))
        except asyncio.CancelledError:
            self._desk.not_sent(bound)
            raise
        except Exception as error:  # noqa: BLE001 - code of others; only this letter
            self._cannot_make(bound, error)
        return None

    def _ahead(self, bound: BoundClaim) -> Ahead:
        """Return where it may have been begun; by now its run may be dropped."""
        feed = self._supply.feeds.get(bound.claim.run_id)
        return Ahead() if feed is None else feed.ahead

    def _cannot_make(self, bound: BoundClaim, error: Exception) -> None:
        if isinstance(error, LetterUnfit):
            self._desk.unfit(bound, error)
        elif isinstance(error, LetterTooLarge):
            self._desk.too_large(bound, error)
        elif isinstance(error, RelayFailure):
            self._desk.not_sent(bound)
            self._desk.trouble(error, bound.claim.run_id)
        else:
            self._desk.broken(bound, error, left=False)
