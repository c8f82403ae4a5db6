"""What the engine asks of whoever knows letters and people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

# What is made once per letter is a named tuple: a frozen dataclass takes three times
# as long to make, and the engine makes a hundred thousand of these in a second.


class Recipient(NamedTuple):
    """One delivery as its letter's maker sees it."""

    delivery_id: int
    address: str
    address_key: str
    person_ref: str


class Binding(NamedTuple):
    """What makes a letter repeatable to the byte; kept from the first attempt."""

    letter_ref: str
    message_id: str  # with angle brackets
    date: datetime
    values: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """This person must not get the letter; the reason is shown in the account."""

    reason: str


class Envelope(NamedTuple):
    """``content`` is the message with CRLF line ends, before dot-stuffing.

    ``is_wire_ready`` is the letter's word that nothing is left to check or to change:
    ASCII without NUL, no line end but CRLF and one at the very end, no line over
    998 bytes, none that begins with a dot.  So stuffing only adds the last dot.
    """

    sender: str
    recipient: str
    content: bytes
    is_wire_ready: bool = False


class LetterUnfit(Exception):
    """This one letter cannot be made; the text says why. The others go on."""


class Letter(Protocol):
    """One compiled issue version: pure, no database.

    Where ``is_costly``, it is asked for envelopes ahead of their turn, and processes
    with a source of their own make them; else it must be quick.
    """

    @property
    def is_costly(self) -> bool: ...

    def envelope_for(self, recipient: Recipient, binding: Binding) -> Envelope:
        """Return the same bytes for the same arguments, always.

        :raises LetterUnfit: if this letter cannot be made.
        """
        ...


class LetterSource(Protocol):
    """Implemented by ``gonets.publishing``; each process of a worker has its own."""

    def letter(self, letter_ref: str) -> Letter:
        """Compile, or return from a cache.

        :raises LetterUnfit: if the whole letter cannot be made; the run is paused.
        """
        ...

    def bind(
        self, *, run_id: int, letter_ref: str, recipients: Sequence[Recipient]
    ) -> list[Binding | Withheld]:
        """Return one answer per recipient, in their order, with one query for all."""
        ...
