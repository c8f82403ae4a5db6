"""What a relay's answer means: whom it concerns, and what to do (stage × code)."""

from __future__ import annotations

import re
from enum import Enum, auto

from gonets.delivery.errors import (
    LetterTooLarge,
    RelayFailure,
    RelayRejection,
    RelayTrouble,
)
from gonets.delivery.states import PauseCause, Stage
from gonets.delivery.types import Reply

SERVICE_CLOSING = 421
AUTHENTICATION_REQUIRED = 530
BAD_SEQUENCE = 503
EXCEEDS_STORAGE = 552
TOO_LARGE = "5.3.4"  # RFC 3463 §3.4
TRANSACTION_FAILED = 554


class Judgement(Enum):
    """The first three are about the letter or its recipient, the last two never."""

    ACCEPTED = auto()  # the relay has taken the letter over
    DEFERRED = auto()  # this recipient later
    REFUSED = auto()  # this recipient never
    POLICY = auto()  # somebody is unwelcome; the circuit breaker finds out who
    TROUBLE = auto()  # the relay is unwell; try again later, nobody is consumed
    REJECTION = auto()  # the relay does not want us; a person has to act


class Pressure(Enum):
    """Who asks us to slow down."""

    NONE = auto()
    PROVIDER = auto()  # where the recipient has the mailbox
    RELAY = auto()  # whoever the recipient may be


_ABOUT_THE_RECIPIENT = frozenset({Stage.RCPT, Stage.DATA, Stage.DOT})
_REJECTING = frozenset({Stage.TLS, Stage.AUTH, Stage.MAIL})


def judge(stage: Stage, reply: Reply) -> Judgement:
    """Judge the reply to the command of a stage; only the dot's 2xx is acceptance."""
    if stage is Stage.DOT and reply.is_positive:
        return Judgement.ACCEPTED
    if stage not in _ABOUT_THE_RECIPIENT:
        return _judge_relay(stage, reply)
    if reply.code == AUTHENTICATION_REQUIRED:
        return Judgement.REJECTION
    if 400 <= reply.code < 500:
        return Judgement.DEFERRED
    if reply.code == BAD_SEQUENCE or not 500 <= reply.code < 600:
        return Judgement.TROUBLE  # We two do not understand each other.
    return Judgement.POLICY if _is_policy(stage, reply) else Judgement.REFUSED


def _judge_relay(stage: Stage, reply: Reply) -> Judgement:
    if reply.code == AUTHENTICATION_REQUIRED:
        return Judgement.REJECTION
    if stage is Stage.MAIL and is_about_size(reply):
        return Judgement.POLICY  # RFC 1870 §6: MAIL names the size of this letter.
    if 500 <= reply.code < 600 and stage in _REJECTING:
        return Judgement.REJECTION
    return Judgement.TROUBLE


def is_about_size(reply: Reply) -> bool:
    """Tell a letter that is too large for the relay from a mailbox that is full."""
    says_nothing_closer = reply.code == EXCEEDS_STORAGE and not reply.enhanced_code
    return says_nothing_closer or reply.enhanced_code == TOO_LARGE


def _is_policy(stage: Stage, reply: Reply) -> bool:
    """Tell a refusal that may be about us from one that is about the address."""
    subject = reply.enhanced_code[:4]  # RFC 3463 §4
    if stage is not Stage.RCPT:
        # What is said of the letter itself (too large, of bad form …) is about all of
        # them, unless it speaks of the address or its mailbox.
        return subject not in ("5.1.", "5.2.")
    if subject:
        return subject in ("5.3.", "5.7.")
    # What is said after RCPT is about the recipient unless it speaks of relaying.
    return reply.code == TRANSACTION_FAILED or "relay" in reply.text.lower()


def pressure(stage: Stage, reply: Reply) -> Pressure:
    """Tell whether an answer asks for a slower pace: 421, or 4.7.x (RFC 3463)."""
    is_asking = reply.code == SERVICE_CLOSING or reply.enhanced_code.startswith("4.7.")
    # Greylisting says 4.7.1 too, but wants a later try, not a slower pace.
    if not is_asking or _GREYLISTED.search(reply.text):
        return Pressure.NONE
    return Pressure.PROVIDER if stage in _ABOUT_THE_RECIPIENT else Pressure.RELAY


_GREYLISTED = re.compile(r"gr[ae]y-?\s?list", re.IGNORECASE)
_OF_CONNECTION = re.compile(
    r"\b(?:per|in|on|over|for|this)\s+(?:this\s+|one\s+|an?\s+|the\s+)?"
    r"(?:connection|session)\b",
    re.IGNORECASE,
)


def is_used_up(reply: Reply) -> bool:
    """Tell whether a relay means this connection alone: it has carried enough.

    Many take a hundred letters or so over each and then say 421; they take the next
    ones at once over another, and no slower pace would please them more.
    """
    return reply.code == SERVICE_CLOSING and bool(_OF_CONNECTION.search(reply.text))


_BY_STAGE = {
    Stage.CONNECT: PauseCause.RELAY_ADDRESS,
    Stage.TLS: PauseCause.TLS_FAILED,
    Stage.AUTH: PauseCause.LOGIN_REFUSED,
    Stage.MAIL: PauseCause.SENDER_REFUSED,
}


def cause_of(failure: RelayFailure) -> PauseCause:
    """Return what a failure of the relay means to people."""
    if isinstance(failure, LetterTooLarge):
        return PauseCause.LETTER_TOO_LARGE
    is_postponed = isinstance(failure, RelayTrouble) and failure.reply is not None
    if failure.stage is Stage.TLS and not is_postponed:
        return PauseCause.TLS_FAILED
    if not isinstance(failure, RelayRejection):
        silent = failure.stage is Stage.CONNECT and failure.reply is None
        return PauseCause.UNREACHABLE if silent else PauseCause.UNWELL
    code = 0 if failure.reply is None else failure.reply.code
    if code == AUTHENTICATION_REQUIRED:
        return PauseCause.LOGIN_REFUSED
    if code == EXCEEDS_STORAGE:
        return PauseCause.LETTER_REFUSED
    return _BY_STAGE.get(failure.stage, PauseCause.LETTER_REFUSED)


def cause_of_refusals(reply: Reply) -> PauseCause:
    """Return what it means to people that a letter is refused for everybody."""
    if is_about_size(reply):
        return PauseCause.LETTER_TOO_LARGE
    return PauseCause.LETTER_REFUSED if reply.code else PauseCause.LETTER_UNFIT


def failure_of(judgement: Judgement, stage: Stage, reply: Reply) -> RelayFailure:
    """Return what an answer that concerns no recipient says about the relay."""
    kind = RelayRejection if judgement is Judgement.REJECTION else RelayTrouble
    return kind(str(reply), stage=stage, reply=reply)
