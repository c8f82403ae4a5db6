"""The oracle itself, asked by the standard library's client: does it tell the truth?"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import smtp_conversation, smtp_oracle, smtp_script
from tests.support.smtp_oracle import Oracle
from tests.support.smtp_script import Greylist, Manner, Once, at, by_share, in_turn

MakeOracle = Callable[..., Oracle]
LETTER = "Subject: News\r\n\r\n.dots\r\n"


def client(oracle: Oracle) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", oracle.port, timeout=5)


def send(oracle: Oracle, *recipients: str) -> None:
    with client(oracle) as smtp:
        for recipient in recipients:
            smtp.sendmail("news@x.example", [recipient], LETTER)


def raw(oracle: Oracle, *lines: bytes) -> bytes:
    """Say each line after an answer has come; return the last answer."""
    with socket.create_connection(("127.0.0.1", oracle.port), 5) as peer:
        answer = peer.recv(4096)
        for line in lines:
            peer.sendall(line)
            answer = peer.recv(4096)
        return answer


def test_it_knows_nothing_of_the_engine() -> None:
    for module in (smtp_conversation, smtp_oracle, smtp_script):
        assert "gonets" not in Path(module.__file__).read_text()


def test_it_keeps_what_it_took_over_and_every_byte_with_its_time(
    make_oracle: MakeOracle,
) -> None:
    oracle = make_oracle()

    began = time.monotonic()
    send(oracle, "ann@x.example", "bob@x.example")

    assert oracle.copies() == {"ann@x.example": 1, "bob@x.example": 1}
    assert oracle.accepted[0].sender == "news@x.example"
    assert oracle.accepted[0].content == LETTER.encode()
    received = b"".join(chunk for _at, _number, chunk in oracle.received)
    assert received == b"".join(line for _at, _number, line in oracle.heard)
    assert b"\r\n\r\n..dots\r\n.\r\n" in received
    times = [at for at, _number, _chunk in oracle.received]
    assert began <= times[0] <= times[-1] <= time.monotonic()
    assert oracle.breaches == []


@pytest.mark.parametrize(
    ("moment", "taken"),
    [
        ("at_rcpt", 0),
        ("before_data", 0),
        ("after_data", 0),
        ("in_body", 0),
        ("before_dot", 0),
        ("in_dot", 0),
        ("after_dot", 0),
        ("after_accept", 1),
    ],
)
def test_it_cuts_at_the_moment_it_is_told(
    make_oracle: MakeOracle, moment: str, taken: int
) -> None:
    oracle = make_oracle(cut=Once("ann@x.example", moment))

    with pytest.raises((OSError, smtplib.SMTPException)):
        send(oracle, "ann@x.example")
    send(oracle, "bob@x.example")

    assert oracle.copies()["ann@x.example"] == taken
    assert oracle.copies()["bob@x.example"] == 1


@pytest.mark.parametrize("stage", ["CONNECT", "EHLO", "MAIL"])
def test_it_cuts_instead_of_answering(make_oracle: MakeOracle, stage: str) -> None:
    oracle = make_oracle(cut_at=lambda where: where == stage)

    with pytest.raises((OSError, smtplib.SMTPException)):
        send(oracle, "ann@x.example")

    assert oracle.accepted == []


def test_it_refuses_by_share_and_puts_off_by_time(make_oracle: MakeOracle) -> None:
    by_half = by_share(0.5, b"550 No", usual=b"250 Ok")
    answers = [by_half(f"reader{number}@x.example") for number in range(1000)]
    greylist = Greylist(0.2)

    first = greylist("ann@x.example")
    time.sleep(0.25)

    assert 400 < answers.count(b"550 No") < 600
    assert first.startswith(b"450")
    assert greylist("ann@x.example").startswith(b"250")
    assert greylist("bob@x.example").startswith(b"450")


@pytest.mark.parametrize(
    ("manner", "answer"),
    [
        (Manner(times=2), b"250 2.1.0 Ok\r\n250 2.1.0 Ok\r\n"),
        (Manner(followed_by=b"421 Bye\r\n"), b"250 2.1.0 Ok\r\n421 Bye\r\n"),
    ],
)
def test_it_says_more_than_it_was_asked(
    make_oracle: MakeOracle, manner: Manner, answer: bytes
) -> None:
    oracle = make_oracle(manner=at("MAIL", manner))

    assert raw(oracle, b"EHLO x\r\n", b"MAIL FROM:<a@x.example>\r\n") == answer


def test_it_answers_late_or_in_turn(make_oracle: MakeOracle) -> None:
    oracle = make_oracle(
        manner=at("EHLO", Manner(late=0.2)),
        connect=in_turn([b"421 Busy"], usual=b"220 oracle"),
    )

    refused = raw(oracle)
    began = time.monotonic()
    answer = raw(oracle, b"EHLO x\r\n")

    assert refused == b"421 Busy\r\n"
    assert answer.startswith(b"250-oracle")
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize(
    ("lines", "breach"),
    [
        ([b"EHLO x\nMAIL\r\n"], "not one line"),
        ([b"EHLO x\r\nMAIL FROM:<a@x.example>\r\n"], "right behind"),
        ([b"EHLO x\r\n", b"AUTH PLAIN AGEAYg==\r\n"], "in clear"),
        ([b"MAIL FROM:<a@x.example> BODY=8BITMIME\r\n"], "8BITMIME was not offered"),
        ([b"MAIL FROM:<a@x.example> SIZE=5\r\nRCPT TO:<b@x>\r\n"], "pipelined"),
        ([b"MAIL FROM:<%s>\r\n" % "ж@x".encode()], "needs SMTPUTF8"),
    ],
)
def test_it_objects_to_what_a_strict_relay_would_object_to(
    make_oracle: MakeOracle, lines: list[bytes], breach: str
) -> None:
    oracle = make_oracle(extensions=("SIZE",))

    raw(oracle, *lines)

    assert breach in "".join(oracle.breaches)
    oracle.breaches.clear()


def test_it_speaks_lmtp_on_a_path(tmp_path: Path) -> None:
    script = smtp_script.Script(is_lmtp=True)
    oracle = Oracle(script, path=str(tmp_path / "lmtp"))

    with smtplib.LMTP(oracle.path) as lmtp:
        lmtp.sendmail("news@x.example", ["ann@x.example"], LETTER)
    oracle.close()

    assert oracle.copies() == {"ann@x.example": 1}


@pytest.mark.parametrize("fault", ["hang", "garbage", "cut"])
def test_it_spoils_the_handshake(make_oracle: MakeOracle, fault: str) -> None:
    oracle = make_oracle(tls_fault=fault)
    peer = socket.create_connection(("127.0.0.1", oracle.port), 0.5)

    with peer, pytest.raises((ssl.SSLError, TimeoutError, ConnectionError)):
        ssl.create_default_context().wrap_socket(peer, server_hostname="x")
