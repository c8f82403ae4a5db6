"""A worker that falls asleep in the middle of a letter, and what it hears on waking."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pytest

from gonets.delivery.errors import AnswerLost
from gonets.delivery.ports import Envelope
from gonets.delivery.transports import dialogue
from gonets.delivery.transports.addresses import parse_relay_address
from gonets.delivery.transports.opening import connect
from gonets.delivery.transports.smtp import SmtpConnection
from gonets.kernel import clock
from tests.support.smtp_oracle import Oracle
from tests.support.smtp_script import Manner, at

MakeOracle = Callable[..., Oracle]
LETTER = Envelope(
    sender="news@x.example",
    recipient="ann@x.example",
    content=b"Subject: News\r\n\r\nHello\r\n",
)
NIGHT = 8 * 3600.0


async def handed_over(oracle: Oracle) -> SmtpConnection:
    """Return a connection that owes the answer to a letter."""
    connection = await connect(parse_relay_address(oracle.url))
    parcel = connection.pack(LETTER)
    await connection.offer(parcel)
    connection.hand_over(parcel)
    return connection


def sleep_through(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "monotonic", lambda: time.monotonic() + seconds)


async def test_an_answer_that_came_while_we_were_asleep_is_heard(
    make_oracle: MakeOracle, monkeypatch: pytest.MonkeyPatch
) -> None:
    oracle = make_oracle(manner=at("DOT", Manner(late=1.2)))
    connection = await handed_over(oracle)

    sleep_through(NIGHT, monkeypatch)
    reply = await connection.dot_reply()

    assert reply.is_positive
    assert connection.is_usable
    connection.close()


async def test_the_kernel_asks_whether_a_relay_that_takes_its_time_is_still_there(
    make_oracle: MakeOracle,
) -> None:
    connection = await connect(parse_relay_address(make_oracle().url))
    assert connection.dialogue.transport is not None
    line = connection.dialogue.transport.get_extra_info("socket")

    assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    idle, between, times = (
        line.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
        for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")
    )
    assert idle + between * times < 120
    connection.close()


async def test_a_letter_is_uncertain_when_its_relay_is_gone_without_a_word(
    make_oracle: MakeOracle,
) -> None:
    connection = await handed_over(make_oracle(manner=at("DOT", Manner(late=30))))

    connection.dialogue.connection_lost(TimeoutError(110, "Connection timed out"))
    with pytest.raises(AnswerLost, match="gone without a word") as lost:
        await connection.dot_reply()

    assert lost.value.dot_left


async def test_a_relay_that_says_nothing_on_our_waking_is_not_waited_for_any_longer(
    make_oracle: MakeOracle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogue, "ON_WAKING", 0.1)
    oracle = make_oracle(manner=at("DOT", Manner(late=30)))
    connection = await handed_over(oracle)

    sleep_through(NIGHT, monkeypatch)
    with pytest.raises(AnswerLost, match="in time") as lost:
        await connection.dot_reply()

    assert lost.value.dot_left
