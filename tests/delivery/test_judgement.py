"""Stage × code: whom an answer concerns."""

from __future__ import annotations

import pytest

from gonets.delivery.errors import LetterTooLarge, RelayRejection, RelayTrouble
from gonets.delivery.judgement import (
    Judgement,
    Pressure,
    cause_of,
    cause_of_refusals,
    is_used_up,
    judge,
    pressure,
)
from gonets.delivery.states import PauseCause, Stage
from gonets.delivery.types import Reply

J = Judgement
CELLS = [
    (Stage.CONNECT, 421, J.TROUBLE),
    (Stage.CONNECT, 450, J.TROUBLE),
    (Stage.CONNECT, 554, J.TROUBLE),
    (Stage.EHLO, 421, J.TROUBLE),
    (Stage.EHLO, 450, J.TROUBLE),
    (Stage.EHLO, 550, J.TROUBLE),
    (Stage.AUTH, 421, J.TROUBLE),
    (Stage.AUTH, 454, J.TROUBLE),
    (Stage.AUTH, 535, J.REJECTION),
    (Stage.MAIL, 421, J.TROUBLE),
    (Stage.MAIL, 451, J.TROUBLE),
    (Stage.MAIL, 550, J.REJECTION),
    (Stage.RCPT, 421, J.DEFERRED),
    (Stage.RCPT, 450, J.DEFERRED),
    (Stage.RCPT, 550, J.REFUSED),
    (Stage.DATA, 421, J.DEFERRED),
    (Stage.DATA, 451, J.DEFERRED),
    (Stage.DATA, 554, J.POLICY),
    (Stage.DOT, 421, J.DEFERRED),
    (Stage.DOT, 452, J.DEFERRED),
    (Stage.DOT, 554, J.POLICY),
]


@pytest.mark.parametrize(("stage", "code", "judgement"), CELLS)
def test_stage_and_code_decide_whom_an_answer_concerns(
    stage: Stage, code: int, judgement: Judgement
) -> None:
    assert judge(stage, Reply(code=code)) is judgement


def test_nothing_but_a_positive_answer_to_the_dot_is_an_acceptance() -> None:
    accepting = [
        (stage, code)
        for stage in Stage
        for code in (200, 220, 250, 251, 354, 421, 450, 500, 550)
        if judge(stage, Reply(code=code)) is J.ACCEPTED
    ]

    assert accepting == [(Stage.DOT, code) for code in (200, 220, 250, 251)]


@pytest.mark.parametrize(
    ("stage", "reply", "judgement"),
    [
        (Stage.RCPT, Reply(code=550, enhanced_code="5.1.1"), J.REFUSED),
        (Stage.RCPT, Reply(code=552, enhanced_code="5.2.2"), J.REFUSED),
        (Stage.RCPT, Reply(code=452, enhanced_code="4.2.2"), J.DEFERRED),
        (Stage.RCPT, Reply(code=550, enhanced_code="5.7.1"), J.POLICY),
        (Stage.DOT, Reply(code=550, enhanced_code="5.7.26"), J.POLICY),
        (Stage.DOT, Reply(code=550, enhanced_code="5.1.1"), J.REFUSED),
        (Stage.DOT, Reply(code=552, enhanced_code="5.2.2"), J.REFUSED),
        (Stage.DOT, Reply(code=552, enhanced_code="5.3.4"), J.POLICY),
        (Stage.DATA, Reply(code=554, enhanced_code="5.5.0"), J.POLICY),
        (Stage.DOT, Reply(code=554, enhanced_code="5.6.0"), J.POLICY),
        (Stage.RCPT, Reply(code=552, enhanced_code="5.3.4"), J.POLICY),
        (Stage.RCPT, Reply(code=550, text="Relaying denied"), J.POLICY),
        (Stage.RCPT, Reply(code=554, text="Transaction failed"), J.POLICY),
        (Stage.RCPT, Reply(code=501, text="Bad address syntax"), J.REFUSED),
        (Stage.RCPT, Reply(code=503, text="Bad sequence"), J.TROUBLE),
        (Stage.DATA, Reply(code=250, text="What for?"), J.TROUBLE),
        (Stage.RCPT, Reply(code=530, text="Log in first"), J.REJECTION),
        (Stage.MAIL, Reply(code=530, text="Log in first"), J.REJECTION),
        (Stage.MAIL, Reply(code=552, text="Message too large"), J.POLICY),
        (Stage.MAIL, Reply(code=552, enhanced_code="5.3.4"), J.POLICY),
        (Stage.MAIL, Reply(code=554, enhanced_code="5.3.4"), J.POLICY),
        (Stage.MAIL, Reply(code=552, enhanced_code="5.2.2"), J.REJECTION),
        (Stage.MAIL, Reply(code=452, enhanced_code="4.3.1"), J.TROUBLE),
    ],
)
def test_the_enhanced_code_tells_an_address_from_a_policy(
    stage: Stage, reply: Reply, judgement: Judgement
) -> None:
    assert judge(stage, reply) is judgement


@pytest.mark.parametrize(
    ("failure", "cause"),
    [
        (RelayTrouble("refused", stage=Stage.CONNECT), PauseCause.UNREACHABLE),
        (
            RelayTrouble("421", stage=Stage.CONNECT, reply=Reply(code=421)),
            PauseCause.UNWELL,
        ),
        (RelayTrouble("cut", stage=Stage.MAIL), PauseCause.UNWELL),
        (RelayRejection("expired", stage=Stage.TLS), PauseCause.TLS_FAILED),
        (RelayTrouble("cut", stage=Stage.TLS), PauseCause.TLS_FAILED),
        (
            RelayTrouble("454", stage=Stage.TLS, reply=Reply(code=454)),
            PauseCause.UNWELL,
        ),
        (
            RelayRejection("535", stage=Stage.AUTH, reply=Reply(code=535)),
            PauseCause.LOGIN_REFUSED,
        ),
        (
            RelayRejection("530", stage=Stage.MAIL, reply=Reply(code=530)),
            PauseCause.LOGIN_REFUSED,
        ),
        (
            RelayRejection("550", stage=Stage.MAIL, reply=Reply(code=550)),
            PauseCause.SENDER_REFUSED,
        ),
        (
            RelayRejection(
                "552", stage=Stage.MAIL, reply=Reply(code=552, enhanced_code="5.2.2")
            ),
            PauseCause.LETTER_REFUSED,
        ),
        (RelayRejection("no 8-bit", stage=Stage.DATA), PauseCause.LETTER_REFUSED),
        (LetterTooLarge("too big", stage=Stage.MAIL), PauseCause.LETTER_TOO_LARGE),
    ],
)
def test_every_failure_of_a_relay_has_a_cause_for_people(
    failure: RelayTrouble | RelayRejection, cause: PauseCause
) -> None:
    assert cause_of(failure) is cause


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (Reply(code=550, enhanced_code="5.7.26"), PauseCause.LETTER_REFUSED),
        (Reply(code=552, text="Too large"), PauseCause.LETTER_TOO_LARGE),
        (Reply(code=552, enhanced_code="5.3.4"), PauseCause.LETTER_TOO_LARGE),
        (Reply(code=552, enhanced_code="5.7.0"), PauseCause.LETTER_REFUSED),
        (Reply(code=0, enhanced_code="5.3.4"), PauseCause.LETTER_TOO_LARGE),
        (Reply(code=0, text="It is empty."), PauseCause.LETTER_UNFIT),
    ],
)
def test_refusals_of_everybody_have_a_cause_for_people(
    reply: Reply, cause: PauseCause
) -> None:
    assert cause_of_refusals(reply) is cause


@pytest.mark.parametrize(
    ("stage", "reply", "asks"),
    [
        (Stage.RCPT, Reply(code=421), Pressure.PROVIDER),
        (Stage.DOT, Reply(code=421, enhanced_code="4.7.28"), Pressure.PROVIDER),
        (Stage.RCPT, Reply(code=450, enhanced_code="4.7.1"), Pressure.PROVIDER),
        (Stage.CONNECT, Reply(code=421), Pressure.RELAY),
        (Stage.EHLO, Reply(code=421), Pressure.RELAY),
        (Stage.MAIL, Reply(code=450, enhanced_code="4.7.1"), Pressure.RELAY),
        (Stage.RCPT, Reply(code=450, enhanced_code="4.2.0"), Pressure.NONE),
        (Stage.DOT, Reply(code=452, enhanced_code="4.2.2"), Pressure.NONE),
        (
            Stage.RCPT,
            Reply(code=450, enhanced_code="4.7.1", text="Greylisted, come back"),
            Pressure.NONE,
        ),
        (Stage.MAIL, Reply(code=451, enhanced_code="4.3.0"), Pressure.NONE),
    ],
)
def test_some_answers_ask_for_a_slower_pace(
    stage: Stage, reply: Reply, asks: Pressure
) -> None:
    assert pressure(stage, reply) is asks


@pytest.mark.parametrize(
    ("code", "text", "used_up"),
    [
        (421, "too many messages in this connection", True),
        (421, "mx.example Max message per connection reached, closing", True),
        (421, "Maximum number of messages per session exceeded", True),
        (421, "Too many connections from your host", False),
        (421, "Too many concurrent SMTP connections", False),
        (421, "Service not available, closing transmission channel", False),
        (450, "Too many messages in this connection", False),
    ],
)
def test_a_relay_may_mean_one_connection_alone(
    code: int,
    text: str,
    used_up: bool,
) -> None:
    assert is_used_up(Reply(code=code, text=text)) is used_up
