"""The values that the engine's parts hand to each other and to their callers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from gonets.delivery.causes import explain
from gonets.delivery.ports import Binding, Recipient
from gonets.delivery.states import (
    DeliveryStatus,
    FenceCause,
    PauseCause,
    RunStatus,
    Stage,
)


class NewRecipient(NamedTuple):
    """Whom a run is to write to; ``person_ref`` is opaque to the engine."""

    address: str
    address_key: str
    person_ref: str = ""


NewReader = tuple[int, str, str, str]
"""Position in the audience, address key, address, person: a row as SQL gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the relay answered; ``text`` has its lines joined by one space."""

    code: int
    enhanced_code: str = ""
    text: str = ""
    lines: tuple[str, ...] = ()  # as they came

    @property
    def is_positive(self) -> bool:
        return 200 <= self.code < 300

    def __str__(self) -> str:
        return " ".join(filter(None, (str(self.code), self.enhanced_code, self.text)))


class Claim(NamedTuple):
    """A delivery that this worker holds; ``fence`` proves it."""

    run_id: int
    fence: int
    recipient: Recipient
    letter_ref: str
    attempts: int
    first_attempt_at: datetime | None
    binding: Binding | None  # from an earlier attempt with the same letter

    @property
    def delivery_id(self) -> int:
        return self.recipient.delivery_id


class BoundClaim(NamedTuple):
    """A claim whose letter is determined to the byte."""

    claim: Claim
    binding: Binding


class Intent(NamedTuple):
    """A letter that is about to leave, and what its bytes are made from."""

    delivery_id: int
    run_id: int
    fence: int
    letter_ref: str
    message_id: str
    date: str  # as the database stores it
    values: str  # JSON


class Held(NamedTuple):
    """A claimed letter."""

    intent: Intent
    address_key: str
    relay_id: int | None


class Taken(NamedTuple):
    """An acceptance in shorthand."""

    delivery_id: int
    code: int
    enhanced_code: str
    answer: str
    first_attempt_at: str  # moments as the database stores them
    settled_at: str


class Acceptance(NamedTuple):
    """The outcome of nearly all claims, as short as can be."""

    delivery_id: int
    run_id: int
    fence: int
    code: int
    enhanced_code: str
    answer: str

    def outcome(self, at: datetime) -> Outcome:
        return Outcome(
            delivery_id=self.delivery_id,
            run_id=self.run_id,
            fence=self.fence,
            status=DeliveryStatus.ACCEPTED,
            at=at,
            stage=Stage.DOT,
            code=self.code,
            enhanced_code=self.enhanced_code,
            answer=self.answer,
        )


class Outcome(NamedTuple):
    """What became of a claim.  PENDING means: certainly not handed over, give it back.

    Plain values only, because an outcome may have to wait in the spool.
    """

    delivery_id: int
    run_id: int
    fence: int
    status: DeliveryStatus
    at: datetime
    stage: Stage | str = ""
    code: int = 0
    enhanced_code: str = ""
    answer: str = ""
    letter_ref: str = ""
    not_before: datetime | None = None
    policy_wait: bool = False
    relay_id: int | None = None  # whose answer it is, for those that are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgress:
    """Where a run stands: the ten counters, and what people read from them."""

    run_id: int
    status: RunStatus
    audience_size: int
    pending: int
    claimed: int
    intent: int
    deferred: int
    accepted: int
    refused: int
    expired: int
    withheld: int
    cancelled: int
    uncertain: int
    rate: float | None  # letters per second of late; None: not sending
    pause_cause: PauseCause | None  # None: a person paused it, or it is not paused
    pause_answer: str  # what the relay said, in its own words
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def pause_reason(self) -> str:
        """Why the program paused it and what to do, in the language of now."""
        if self.pause_cause is None:
            return ""
        return explain(self.pause_cause, self.pause_answer)

    @property
    def waiting(self) -> int:
        """How many are not in a final state."""
        return self.pending + self.claimed + self.intent + self.deferred

    @property
    def settled(self) -> int:
        return self.audience_size - self.waiting

    @property
    def percent(self) -> int:
        """How much has been carried out, rounded down; 100 only if nothing is open.

        What a person cancelled was not carried out.
        """
        if not self.audience_size:
            return 100 if self.ended_at else 0
        return (self.settled - self.cancelled) * 100 // self.audience_size

    @property
    def seconds_left(self) -> int | None:
        """Without those that wait for another try: they keep their own time."""
        if not self.rate:
            return None
        return round((self.waiting - self.deferred) / self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fenced:
    """What the clone fence holds back; who was to get a letter may have got one."""

    cause: FenceCause
    since: datetime
    is_being_lifted: bool
    runs: int
    addresses: int
