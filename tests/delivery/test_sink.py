"""The throw-away sink: real SMTP on loopback, and an honest word about each letter."""

from __future__ import annotations

import smtplib
import socket
import threading

import pytest

from gonets.delivery.errors import RelayFailure
from gonets.delivery.ports import Envelope
from gonets.delivery.trials import Sink, ask_relay
from tests.support.ports import free_port
from tests.support.postbox import Postbox

LETTER = b"Subject: Ferries\r\n\r\n.\r\n..two\r\nThree\r\n"


def envelope(content: bytes = LETTER, *, to: str = "ann@example.com") -> Envelope:
    return Envelope(sender="news@example.com", recipient=to, content=content)


def test_every_letter_arrives_as_it_was_made():
    letters = [LETTER, b".", b"x" * 998 + b"\r\n", b"no line end", b"\r\n"]

    with Sink() as sink:
        dropped = sink.drop([envelope(letter) for letter in letters])

    assert [each.refusal for each in dropped] == [""] * len(letters)


@pytest.mark.parametrize(
    "content",
    [b"bare\nline end\r\n", b"nul \0\r\n", b"x" * 999 + b"\r\n", b""],
    ids=["bare line end", "nul", "long line", "empty"],
)
def test_an_illegal_letter_is_told_and_the_next_one_goes_on(content):
    with Sink() as sink:
        first, second = sink.drop([envelope(content), envelope()])

    assert first.refusal
    assert not first.is_relays_limit
    assert not second.refusal


def test_it_offers_what_the_relay_offers():
    with Sink({"SIZE": "50", "AUTH": "PLAIN"}) as sink:
        foreign, large, small = sink.drop(
            [envelope(b"x", to="аня@example.com"), envelope(b"x" * 60), envelope(b"x")]
        )

    assert "SMTPUTF8" in foreign.refusal
    assert large.is_relays_limit
    assert not small.refusal


def test_without_pipelining_it_is_asked_step_by_step():
    with Sink({}) as sink:
        dropped = sink.drop([envelope(), envelope(b"\xff\r\n"), envelope()])

    assert [bool(each.refusal) for each in dropped] == [False, True, False]
    assert dropped[1].is_relays_limit


def test_it_is_on_loopback_only_and_gone_afterwards():
    with Sink() as sink:
        port = sink.port
        listening = sink._server.sockets[0].getsockname()
    assert listening[0] == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_another_client_finds_an_ordinary_server():
    """What the sink says of a letter does not come from our own client's ideas."""
    answers: list[tuple[int, bytes]] = []
    with Sink() as sink:
        stranger = threading.Thread(target=_ask, args=(sink.port, answers))
        stranger.start()
        while stranger.is_alive():
            sink.drop([envelope()])

    assert [code for code, _text in answers] == [250, 250, 500, 250, 250, 354, 250, 221]
    assert answers[-2][1].startswith(b"2.0.0 Dropped: 6 ")


def _ask(port: int, answers: list[tuple[int, bytes]]) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        answers += [client.ehlo(), client.noop(), client.docmd("TURN")]
        answers += [client.mail("a@example.com"), client.rcpt("b@example.com")]
        answers.append(client.docmd("DATA"))
        client.send(b"..one\r\n.\r\n")
        answers.append(client.getreply())
        answers.append(client.docmd("QUIT"))


def test_a_relay_is_asked_for_its_offers_without_a_letter():
    with Postbox() as relay:
        offers = ask_relay(f"smtp://127.0.0.1:{relay.port}")

        assert not relay.letters
    assert "SIZE" in offers.extensions
    assert offers.round_trip_seconds > 0


def test_a_dead_relay_is_told():
    with pytest.raises(RelayFailure):
        ask_relay(f"smtp://127.0.0.1:{free_port()}")
