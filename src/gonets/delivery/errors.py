"""What can go wrong in delivery, by what the caller can do.

DeliveryError
├── RunAlreadyOpen      show the run that is open
├── RunStateWrong       reload: the run is no longer where it was
├── LedgerUnsafe        tell the operator; nothing may be sent
├── LedgerUnavailable   wait and try again; nothing was recorded
├── BadRelayAddress     correct the address of the relay
└── RelayFailure        no answer, or one that concerns no recipient
    ├── RelayTrouble    try again later
    ├── RelayRejection  pause: a person has to act first
    │   └── LetterTooLarge  pause, or leave out this letter alone
    └── AnswerLost      the letter may have been taken over, or certainly was not
"""

from __future__ import annotations

from gonets.delivery.states import Stage
from gonets.delivery.types import Reply


class DeliveryError(Exception):
    """The root of this tree."""


class RunAlreadyOpen(DeliveryError):
    """The same origin has an unfinished run already."""

    def __init__(self, *, run_id: int) -> None:
        super().__init__(f"Run {run_id} of the same origin has not ended yet.")
        self.run_id = run_id


class RunStateWrong(DeliveryError):
    """The run is in no state in which this can be done."""

    def __init__(self, *, run_id: int, status: str, wanted: str) -> None:
        super().__init__(f"Run {run_id} is {status}; it cannot be {wanted}.")
        self.run_id = run_id
        self.status = status


class LedgerUnsafe(DeliveryError):
    """The database does not promise that what is committed survives a power cut."""


class LedgerUnavailable(DeliveryError):
    """The database did not take the record; nothing may leave on its strength."""


class BadRelayAddress(DeliveryError):
    """The address of a relay cannot be understood, or must not be used; says why."""


class RelayFailure(DeliveryError):
    """The relay gave no answer, or one that concerns no recipient."""

    def __init__(
        self, message: str, *, stage: Stage, reply: Reply | None = None
    ) -> None:
        super().__init__(message)
        self.stage = stage
        self.reply = reply


class RelayTrouble(RelayFailure):
    """It may pass: try again after a while."""


class RelayRejection(RelayFailure):
    """It will not pass by itself: the log-in, the certificate or the sender."""


class LetterTooLarge(RelayRejection):
    """The relay has said that it takes no letters of this size; so it gets none."""


class AnswerLost(RelayFailure):
    """The connection ended before the relay had answered to the letter.

    ``dot_left`` is False only if the end of the letter never left our buffer.
    """

    def __init__(self, message: str, *, dot_left: bool) -> None:
        super().__init__(message, stage=Stage.DOT)
        self.dot_left = dot_left
