"""Relays that answer oddly: each reply belongs to its command, or to nothing."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast

import pytest
import uvloop

from gonets.delivery.errors import AnswerLost, RelayFailure, RelayTrouble
from gonets.delivery.ports import Envelope, LetterUnfit
from gonets.delivery.states import Stage
from gonets.delivery.transports.addresses import parse_relay_address
from gonets.delivery.transports.dialogue import ConnectionEnded, Dialogue
from gonets.delivery.transports.opening import connect
from gonets.delivery.transports.smtp import Parcel, SmtpConnection, TimeLimits
from gonets.delivery.types import Reply
from tests.support.smtp_certificates import OPENSSL, Authority
from tests.support.smtp_oracle import Oracle
from tests.support.smtp_script import Manner, Once, at

MakeOracle = Callable[..., Oracle]
PATIENT = TimeLimits(connect=30, command=30, data=30, block=30, dot=30, quit=0.3)
SHORT = replace(PATIENT, connect=0.3, command=0.15, data=0.15, dot=0.15)
needs_openssl = pytest.mark.skipif(
    not Path(OPENSSL).exists(), reason="certificates are made by the openssl command"
)
LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]
PIPELINING, PLAIN = ("PIPELINING",), ("SIZE",)


def letter(name: str = "ann", *, lines: int = 1) -> Envelope:
    text = b"\r\n".join([b"x" * 900] * lines)
    return Envelope(
        sender="news@x.example",
        recipient=f"{name}@x.example",
        content=b"Subject: News\r\n\r\n" + text + b"\r\n",
    )


async def opened(oracle: Oracle, limits: TimeLimits = PATIENT) -> SmtpConnection:
    return await connect(parse_relay_address(oracle.url), limits=limits)


async def sent(connection: SmtpConnection, *names: str) -> list[Reply]:
    """Hand letters over one after another, each offer travelling with the last dot."""
    parcels = [connection.pack(letter(name)) for name in names]
    replies: list[Reply] = []
    answer = await connection.offer(parcels[0])
    for place, parcel in enumerate(parcels):
        if not answer.is_open:
            raise RelayTrouble(str(answer.reply), stage=answer.stage)
        following = _following(connection, parcels, place)
        connection.hand_over(parcel, following)
        replies.append(await connection.dot_reply(was_alone=following is None))
        if following is not None:
            answer = await connection.offer_answer()
        elif place + 1 < len(parcels):
            answer = await connection.offer(parcels[place + 1])
    return replies


def _following(
    connection: SmtpConnection, parcels: list[Parcel], place: int
) -> Parcel | None:
    is_last = place + 1 == len(parcels)
    return None if is_last or not connection.can_pipeline else parcels[place + 1]


# What nothing asked for


@pytest.mark.parametrize("extensions", [PIPELINING, PLAIN])
@pytest.mark.parametrize("stage", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize(
    "manner",
    [
        pytest.param(Manner(times=2), id="twice"),
        pytest.param(Manner(followed_by=b"250 2.0.0 Ok: queued\r\n"), id="unasked 250"),
        pytest.param(Manner(followed_by=b"421 4.3.0 Bye\r\n"), id="unasked 421"),
        pytest.param(Manner(followed_by=b"garbage\r\n"), id="garbage"),
        pytest.param(Manner(followed_by=b"250-half"), id="half a line"),
    ],
)
async def test_what_nothing_asked_for_is_never_taken_for_an_answer(
    make_oracle: MakeOracle, extensions: tuple[str, ...], stage: str, manner: Manner
) -> None:
    oracle = make_oracle(extensions=extensions, manner=at(stage, manner))

    replies: list[Reply] = []
    connection = None
    try:
        connection = await opened(oracle, SHORT)
        replies = await sent(connection, "ann", "bob", "cid")
    except (RelayFailure, ConnectionEnded):
        pass
    finally:
        if connection is not None:
            connection.close()

    accepted = [reply for reply in replies if reply.is_positive]
    assert len(accepted) <= len(oracle.accepted)  # never more than it took
    assert len(oracle.accepted) <= len(accepted) + 1  # one in the air at most
    is_whole = manner.times > 1 or manner.followed_by.endswith(b"\r\n")
    assert len(accepted) < 3 or stage == "DOT" or not is_whole


async def test_a_go_ahead_in_answer_to_the_dot_says_nothing_about_the_letter(
    make_oracle: MakeOracle,
) -> None:
    late = Manner(times=2, pause=0.002)  # The second 354 comes behind our letter.
    oracle = make_oracle(manner=at("DATA", late))
    connection = await opened(oracle)
    parcel = connection.pack(letter())

    await connection.offer(parcel)
    connection.hand_over(parcel)
    with pytest.raises(AnswerLost) as lost:
        await connection.dot_reply()

    assert lost.value.dot_left
    assert connection.dialogue.ended


async def test_an_idle_connection_that_is_told_goodbye_is_used_no_more(
    make_oracle: MakeOracle,
) -> None:
    farewell = Manner(followed_by=b"421 4.4.2 Idle for too long\r\n")
    oracle = make_oracle(manner=at("EHLO", farewell))
    connection = await opened(oracle)

    await asyncio.sleep(0.1)

    assert not connection.is_usable
    assert "421" in connection.dialogue.ended


@pytest.mark.parametrize("extensions", [PIPELINING, PLAIN])
async def test_replies_that_come_byte_by_byte_are_read_all_the_same(
    make_oracle: MakeOracle, extensions: tuple[str, ...]
) -> None:
    oracle = make_oracle(extensions=extensions, byte_by_byte=True)
    connection = await opened(oracle)

    replies = await sent(connection, "ann", "bob", "cid")
    connection.close()

    assert [reply.code for reply in replies] == [250, 250, 250]
    assert len(oracle.accepted) == 3


@pytest.mark.parametrize("answer", [b"250-and\r\n" * 500, b"250 " + b"x" * 100_000])
@pytest.mark.parametrize("stage", ["CONNECT", "EHLO", "MAIL", "DATA", "DOT"])
async def test_a_reply_without_end_is_cut_off_in_bounded_memory(
    make_oracle: MakeOracle, stage: str, answer: bytes
) -> None:
    oracle = make_oracle(manner=at(stage, Manner(endless=answer)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises((RelayFailure, ConnectionEnded), match="without end"):
        await sent(await opened(oracle), "ann")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    poured = sum(len(chunk) for _at, _number, chunk in oracle.said)
    assert poured < 10_000_000  # the kernel's buffers, and not much more
    assert grown < 20 * 1024


# Time


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("extensions", "limits"),
    [
        (
            PLAIN,
            {
                "CONNECT": "command",  # the greeting
                "EHLO": "command",
                "MAIL": "command",
                "RCPT": "command",
                "DATA": "data",
                "DOT": "dot",
            },
        ),
        (
            PIPELINING,
            {"MAIL": "command", "RCPT": "command", "DATA": "command", "DOT": "dot"},
        ),
    ],
)
async def test_each_stage_has_a_time_of_its_own(
    make_oracle: MakeOracle, extensions: tuple[str, ...], limits: dict[str, str]
) -> None:
    async def wait_at(stage: str, limit: str) -> float:
        oracle = make_oracle(extensions=extensions, manner=at(stage, Manner(times=0)))
        own = replace(PATIENT, connect=0.1, **{limit: 0.3})
        began = time.monotonic()
        with pytest.raises((RelayFailure, ConnectionEnded), match="in time"):
            await sent(await opened(oracle, own), "ann", "bob")
        return time.monotonic() - began

    waited = await asyncio.gather(*(wait_at(*one) for one in limits.items()))

    assert all(0.3 <= seconds < 30 for seconds in waited)  # not another stage's


def test_the_times_are_those_of_the_standard() -> None:
    limits = {limit.name: limit.default for limit in fields(TimeLimits)}

    assert limits == {
        "connect": 30,
        "silence": 10,  # ours: a greeting may still come later
        "command": 300,  # RFC 5321 §4.5.3.2.1 to .3
        "data": 120,  # .4
        "block": 180,  # .5
        "dot": 600,  # .6
        "quit": 2,
    }


@pytest.mark.thorough
async def test_an_answer_does_not_use_up_the_time_of_the_next(
    make_oracle: MakeOracle,
) -> None:
    def slowly(where: str, _recipient: str) -> Manner:
        return Manner(late=0.3) if where in ("MAIL", "RCPT", "DATA") else Manner()

    oracle = make_oracle(extensions=PIPELINING, manner=slowly)
    connection = await opened(oracle, replace(PATIENT, command=0.8, dot=0.6))

    replies = await sent(connection, "ann", "bob")
    connection.close()

    assert [reply.code for reply in replies] == [250, 250]


@pytest.mark.thorough
async def test_a_tarpit_does_not_hold_us_longer_than_silence_would(
    make_oracle: MakeOracle,
) -> None:
    oracle = make_oracle(manner=at("MAIL", Manner(pause=0.1)))
    connection = await opened(oracle, replace(PATIENT, command=0.5))

    with pytest.raises(RelayTrouble, match="in time"):
        await connection.offer(connection.pack(letter()))


@pytest.mark.thorough
@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
def test_a_relay_that_stops_reading_is_given_up_and_certainly_has_no_letter(
    make_oracle: MakeOracle, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    oracle = make_oracle(extensions=PIPELINING, cut=Once("ann@x.example", "deaf"))

    async def send() -> AnswerLost:
        connection = await opened(oracle, replace(PATIENT, block=0.5, dot=60))
        parcel = connection.pack(letter(lines=20_000))
        await connection.offer(parcel)
        connection.hand_over(parcel)
        with pytest.raises(AnswerLost, match="stopped reading") as lost:
            await connection.dot_reply()
        return lost.value

    with asyncio.Runner(loop_factory=loop) as runner:
        lost = runner.run(send())

    assert not lost.dot_left


@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("names", [["ann"], ["ann", "bob"]], ids=["alone", "followed"])
def test_what_has_not_left_cannot_have_been_accepted(
    make_oracle: MakeOracle,
    loop: Callable[[], asyncio.AbstractEventLoop],
    names: list[str],
) -> None:
    taken, opened_next = b"250 2.0.0 Ok\r\n", b"250 Ok\r\n250 Ok\r\n354 Go\r\n"
    early = Manner(pause=0.001, followed_by=taken + opened_next * len(names[1:]))
    oracle = make_oracle(
        extensions=PIPELINING, manner=at("DATA", early), cut=lambda recipient: "deaf"
    )

    async def send() -> AnswerLost:
        connection = await opened(oracle)
        parcels = [connection.pack(letter(name, lines=20_000)) for name in names]
        await connection.offer(parcels[0])
        connection.hand_over(*parcels)
        try:
            with pytest.raises(AnswerLost, match="has not left") as lost:
                await connection.dot_reply(was_alone=not names[1:])
        finally:
            connection.close()
        return lost.value

    with asyncio.Runner(loop_factory=loop) as runner:
        lost = runner.run(send())

    assert not lost.dot_left
    assert oracle.accepted == []


@pytest.mark.thorough
@needs_openssl
@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
@pytest.mark.parametrize(
    ("script", "lines"),
    [
        ({"cut": lambda recipient: "deaf"}, 20_000),
        ({"manner": at("DOT", Manner(times=0))}, 1),
        ({"manner": at("DOT", Manner(pause=0.1))}, 1),
    ],
    ids=["deaf", "silent", "tarpit"],
)
def test_inside_tls_time_runs_out_all_the_same(
    make_oracle: MakeOracle,
    authority: Authority,
    loop: Callable[[], asyncio.AbstractEventLoop],
    script: dict[str, Any],
    lines: int,
) -> None:
    tls = authority.server("127.0.0.1")
    oracle = make_oracle(extensions=PIPELINING, tls=tls, **script)

    async def send() -> AnswerLost:
        address = parse_relay_address(f"smtps://127.0.0.1:{oracle.port}")
        limits = replace(PATIENT, block=0.5, dot=0.5)
        connection = await connect(address, limits=limits, tls=authority.trusting())
        parcel = connection.pack(letter(lines=lines))
        await connection.offer(parcel)
        connection.hand_over(parcel)
        with pytest.raises(AnswerLost, match=r"stopped reading|in time") as lost:
            await connection.dot_reply()
        return lost.value

    with asyncio.Runner(loop_factory=loop) as runner:
        lost = runner.run(send())

    assert lost.dot_left  # inside TLS nobody can say


@pytest.mark.thorough
@needs_openssl
@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_relay_that_takes_its_time_is_not_taken_for_one_that_stopped_reading(
    make_oracle: MakeOracle,
    authority: Authority,
    loop: Callable[[], asyncio.AbstractEventLoop],
    scheme: str,
) -> None:
    tls = authority.server("127.0.0.1") if scheme == "smtps" else None
    oracle = make_oracle(tls=tls, manner=at("DOT", Manner(late=1.2)))

    async def send() -> list[Reply]:
        address = parse_relay_address(f"{scheme}://127.0.0.1:{oracle.port}")
        limits = replace(PATIENT, block=0.01)
        connection = await connect(address, limits=limits, tls=authority.trusting())
        replies = await sent(connection, "ann")
        connection.close()
        return replies

    with asyncio.Runner(loop_factory=loop) as runner:
        assert [reply.code for reply in runner.run(send())] == [250]


class SlowLine:
    """A transport whose buffer empties when the test says so."""

    def __init__(self) -> None:
        self.unsent = 0

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def set_write_buffer_limits(self, high: int) -> None:
        """Nothing depends on them here."""

    def abort(self) -> None:
        """There is nothing to cut."""


@pytest.mark.thorough
async def test_the_time_for_an_answer_begins_when_the_question_has_left() -> None:
    line, dialogue = SlowLine(), Dialogue(block=60)
    dialogue.connection_made(cast(asyncio.Transport, line))
    line.unsent = 1000
    dialogue.expect(1, within=0.3)

    await asyncio.sleep(0.6)
    was_patient = not dialogue.ended
    line.unsent = 0
    await asyncio.sleep(0.15)
    dialogue.data_received(b"250 2.0.0 Ok\r\n")

    assert was_patient
    assert (await dialogue.reply()).code == 250
    dialogue.end("over")


async def test_what_was_offered_before_encrypting_is_forgotten() -> None:
    connection = SmtpConnection(dialogue=Dialogue(), limits=PATIENT)
    connection.learn({"SIZE": "10", "PIPELINING": "", "SMTPUTF8": ""})
    connection.learn({})

    parcel = connection.pack(letter())

    assert parcel.offer.startswith(b"MAIL FROM:<news@x.example>\r\n")
    assert not connection.can_pipeline
    with pytest.raises(LetterUnfit):
        connection.pack(letter("анна"))


# Where the connection was cut


@pytest.mark.parametrize(
    ("stage", "answer", "silent"),
    [
        (Stage.MAIL, {"mail": lambda sender: b"550 5.7.1 Not you"}, "RCPT"),
        (Stage.RCPT, {"rcpt": lambda recipient: b"550 5.1.1 No such user"}, "DATA"),
    ],
)
async def test_what_was_answered_before_the_cut_is_known(
    make_oracle: MakeOracle,
    stage: Stage,
    answer: dict[str, Callable[[str], bytes]],
    silent: str,
) -> None:
    oracle = make_oracle(cut_at=lambda where: where == silent, **answer)
    connection = await opened(oracle)

    declined = await connection.offer(connection.pack(letter()))

    assert (declined.stage, declined.reply.code) == (stage, 550)
    assert declined.must_close
    assert not declined.is_open


@pytest.mark.thorough
@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
def test_what_came_while_we_slept_ourselves_is_read_first(
    make_oracle: MakeOracle, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    oracle = make_oracle(delay=0.1)

    async def send() -> Reply:
        connection = await opened(oracle, replace(PATIENT, dot=0.3))
        parcel = connection.pack(letter())
        await connection.offer(parcel)
        connection.hand_over(parcel)
        await asyncio.sleep(0)
        time.sleep(1.5)  # noqa: ASYNC251 - stopped, or asleep, past the deadline
        while not any(b"queued" in chunk for _at, _number, chunk in oracle.said):
            time.sleep(0.01)  # noqa: ASYNC251
        reply = await connection.dot_reply()
        connection.close()
        return reply

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(send()).code == 250


@pytest.mark.thorough
async def test_an_answer_that_comes_too_late_is_no_answer(
    make_oracle: MakeOracle,
) -> None:
    oracle = make_oracle(manner=at("DOT", Manner(late=1)))
    connection = await opened(oracle, SHORT)
    parcel = connection.pack(letter())
    await connection.offer(parcel)
    connection.hand_over(parcel)
    with pytest.raises(AnswerLost) as lost:
        await connection.dot_reply()

    await asyncio.sleep(1)

    assert lost.value.dot_left
    assert not connection.is_usable
    with pytest.raises(ConnectionEnded):
        await connection.dialogue.reply()
    with pytest.raises(AnswerLost) as unsent:
        connection.hand_over(parcel)
    assert not unsent.value.dot_left


async def test_nothing_that_comes_behind_a_breach_is_an_answer() -> None:
    dialogue = Dialogue()
    dialogue.expect(2, within=1)

    dialogue.data_received(b"250 2.1.0 Ok\r\ngarbage\r\n250 2.0.0 Ok\r\n")
    dialogue.data_received(b"250 2.0.0 Ok: queued\r\n")
    first = await dialogue.reply()

    assert first.enhanced_code == "2.1.0"
    with pytest.raises(ConnectionEnded, match="broke the protocol"):
        await dialogue.reply()


@needs_openssl
@pytest.mark.parametrize("mode", ["smtps", "smtp+starttls"])
@pytest.mark.parametrize(
    "record",
    [
        pytest.param(b"\x17\x03\x03\x00\x20" + b"x" * 32, id="garbage"),
        pytest.param(b"\x15\x03\x03\x00\x02\x02\x50", id="an alert in clear"),
        pytest.param(b"250 2.0.0 Ok: queued\r\n", id="an acceptance in clear"),
    ],
)
async def test_what_breaks_the_encryption_behind_the_dot_is_no_answer(
    make_oracle: MakeOracle, authority: Authority, record: bytes, mode: str
) -> None:
    oracle = make_oracle(
        extensions=(*PIPELINING, "STARTTLS"),
        tls=authority.server("127.0.0.1"),
        tls_mode=mode.removeprefix("smtp+").replace("smtps", "implicit"),
        tls_cut=record,
        cut=lambda _recipient: "after_accept",
    )
    address = parse_relay_address(f"{mode}://127.0.0.1:{oracle.port}")
    connection = await connect(address, limits=PATIENT, tls=authority.trusting())

    with pytest.raises(AnswerLost) as lost:
        await sent(connection, "ann", "bob")

    assert lost.value.dot_left
    assert str(lost.value).startswith("the encrypted connection broke: ")
    assert "_ssl.c" not in str(lost.value)
