"""The SMTP client against a server that tells the truth about what it heard."""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gonets.delivery.errors import AnswerLost, RelayRejection, RelayTrouble
from gonets.delivery.ports import Envelope
from gonets.delivery.states import Stage
from gonets.delivery.transports.addresses import parse_relay_address
from gonets.delivery.transports.opening import connect
from gonets.delivery.transports.smtp import SmtpConnection, TimeLimits
from gonets.delivery.trials import check_relay, send_letters
from tests.support.smtp_certificates import OPENSSL, Authority
from tests.support.smtp_oracle import Oracle

MakeOracle = Callable[..., Oracle]
SHORT = TimeLimits(connect=1, command=0.3, data=0.3, dot=0.3, quit=0.3)
PIPELINING = ("PIPELINING",)

needs_openssl = pytest.mark.skipif(
    not Path(OPENSSL).exists(), reason="certificates are made by the openssl command"
)


def letter(name: str = "ann", text: str = "Hello") -> Envelope:
    return Envelope(
        sender="news@x.example",
        recipient=f"{name}@x.example",
        content=f"Subject: News\r\n\r\n{text}\r\n".encode(),
    )


async def opened(
    oracle: Oracle, *, url: str = "", tls: ssl.SSLContext | None = None
) -> SmtpConnection:
    address = parse_relay_address(url or oracle.url)
    return await connect(address, limits=SHORT, tls=tls)


def commands(oracle: Oracle) -> list[bytes]:
    return [line.strip().upper()[:8] for _at, _number, line in oracle.heard]


@pytest.mark.parametrize("extensions", [PIPELINING, ()])
async def test_a_letter_is_handed_over(
    make_oracle: MakeOracle, extensions: tuple[str, ...]
) -> None:
    oracle = make_oracle(extensions=extensions)
    connection = await opened(oracle)
    parcel = connection.pack(letter(text=".dots\r\n..and more"))

    answer = await connection.offer(parcel)
    connection.hand_over(parcel)
    reply = await connection.dot_reply()
    await connection.quit()

    assert answer.is_open
    assert reply.code == 250
    assert oracle.accepted[0].content.endswith(b"\r\n\r\n.dots\r\n..and more\r\n")
    assert commands(oracle)[-1] == b"QUIT"


async def test_the_next_offer_travels_with_the_letter(make_oracle: MakeOracle) -> None:
    oracle = make_oracle()
    connection = await opened(oracle)
    first, second = connection.pack(letter("ann")), connection.pack(letter("bob"))

    await connection.offer(first)
    connection.hand_over(first, second)
    first_reply = await connection.dot_reply(was_alone=False)
    answer = await connection.offer_answer()
    connection.hand_over(second)
    second_reply = await connection.dot_reply()
    await connection.quit()

    assert answer.is_open
    assert [first_reply.code, second_reply.code] == [250, 250]
    assert oracle.copies() == {"ann@x.example": 1, "bob@x.example": 1}


@pytest.mark.parametrize("extensions", [PIPELINING, ()])
async def test_after_a_refused_recipient_the_connection_serves_the_next(
    make_oracle: MakeOracle, extensions: tuple[str, ...]
) -> None:
    oracle = make_oracle(
        extensions=extensions,
        rcpt=lambda to: b"550 5.1.1 No" if to.startswith("no@") else b"250 Ok",
    )
    connection = await opened(oracle)

    refused = await connection.offer(connection.pack(letter("no")))
    parcel = connection.pack(letter("ann"))
    answer = await connection.offer(parcel)
    connection.hand_over(parcel)
    reply = await connection.dot_reply()
    connection.close()

    assert (refused.stage, refused.reply.code) == (Stage.RCPT, 550)
    assert answer.is_open
    assert reply.is_positive
    assert oracle.connections == 1


async def test_an_answer_before_the_letter_is_sent_ends_the_connection(
    make_oracle: MakeOracle,
) -> None:
    oracle = make_oracle(unasked_after_data=b"250 2.0.0 Ok: queued\r\n")
    connection = await opened(oracle)
    parcel = connection.pack(letter())

    try:
        await connection.offer(parcel)
        time.sleep(0.05)  # noqa: ASYNC251 - the early answer must be there
        connection.hand_over(parcel)
        await connection.dot_reply()
    except (AnswerLost, RelayTrouble):
        pass

    assert connection.dialogue.ended
    assert oracle.accepted == [] or connection.letters == 0


async def test_a_relay_that_never_answers_the_dot_leaves_it_open_what_became_of_it(
    make_oracle: MakeOracle,
) -> None:
    oracle = make_oracle(delay=5)
    connection = await opened(oracle)
    parcel = connection.pack(letter())
    await connection.offer(parcel)
    connection.hand_over(parcel)

    with pytest.raises(AnswerLost, match="in time") as lost:
        await connection.dot_reply()

    assert lost.value.dot_left


async def test_a_letter_whose_end_never_left_us_was_certainly_not_taken(
    make_oracle: MakeOracle,
) -> None:
    oracle = make_oracle(extensions=PIPELINING, cut=lambda to: "in_body")
    connection = await opened(oracle)
    envelope = letter(text="\r\n".join(["x" * 900] * 20_000))
    parcel = connection.pack(envelope)
    await connection.offer(parcel)
    connection.hand_over(parcel)

    with pytest.raises(AnswerLost) as lost:
        await connection.dot_reply()

    assert not lost.value.dot_left
    assert oracle.accepted == []


@pytest.mark.parametrize(
    "greeting",
    [b"554 5.7.1 Go away", b"421 Busy", b"HTTP/1.1 400 Bad", b"220-" + b"x" * 4000],
)
async def test_a_bad_greeting_is_trouble_of_the_relay(
    make_oracle: MakeOracle, greeting: bytes
) -> None:
    oracle = make_oracle(greeting=greeting)

    with pytest.raises(RelayTrouble):
        await opened(oracle)


async def test_a_greeting_that_never_ends_is_cut_off(make_oracle: MakeOracle) -> None:
    oracle = make_oracle(greeting=b"\r\n".join([b"220-hello"] * 5000))

    with pytest.raises(RelayTrouble, match="without end"):
        await opened(oracle)


async def test_a_silent_relay_is_given_up_in_time(make_oracle: MakeOracle) -> None:
    oracle = make_oracle(greeting=b"220-wait for it")

    began = time.monotonic()
    with pytest.raises(RelayTrouble, match="in time"):
        await opened(oracle)

    assert time.monotonic() - began < 3


async def test_a_letter_too_large_for_the_relay_is_a_matter_for_people(
    make_oracle: MakeOracle,
) -> None:
    connection = await opened(make_oracle(extensions=("SIZE 100",)))

    with pytest.raises(RelayRejection, match="takes 100"):
        connection.pack(letter(text="x" * 200))
    connection.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("certificates"))


@needs_openssl
@pytest.mark.parametrize("mode", ["implicit", "starttls"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
async def test_the_log_in_travels_only_inside_tls(
    make_oracle: MakeOracle, authority: Authority, mode: str, mechanism: str
) -> None:
    oracle = make_oracle(
        tls=authority.server("127.0.0.1"),
        tls_mode=mode,
        extensions=("STARTTLS", f"AUTH {mechanism}"),
    )
    scheme = "smtps" if mode == "implicit" else "smtp+starttls"
    url = f"{scheme}://ann:secret@127.0.0.1:{oracle.port}"

    connection = await opened(oracle, url=url, tls=authority.trusting())
    await connection.quit()

    secrets = [line for _at, _number, line in oracle.heard if b"STARTTLS" not in line]
    told = b"".join(secrets)
    plain = base64.b64encode(b"\0ann\0secret")
    assert plain in told or base64.b64encode(b"secret") in told


@needs_openssl
@pytest.mark.parametrize(
    ("name", "trusts"),
    [("relay.example", True), ("127.0.0.1", False)],
    ids=["wrong name", "unknown authority"],
)
@pytest.mark.parametrize("mode", ["implicit", "starttls"])
async def test_a_relay_that_cannot_prove_who_it_is_hears_nothing_of_us(
    make_oracle: MakeOracle,
    authority: Authority,
    name: str,
    trusts: bool,
    mode: str,
) -> None:
    oracle = make_oracle(
        tls=authority.server(name),
        tls_mode=mode,
        extensions=("STARTTLS", "AUTH PLAIN"),
    )
    scheme = "smtps" if mode == "implicit" else "smtp+starttls"
    url = f"{scheme}://ann:secret@127.0.0.1:{oracle.port}"
    tls = authority.trusting() if trusts else ssl.create_default_context()

    with pytest.raises(RelayRejection) as refused:
        await opened(oracle, url=url, tls=tls)

    assert refused.value.stage is Stage.TLS
    assert {command[:4] for command in commands(oracle)} <= {b"EHLO", b"STAR"}


@pytest.mark.parametrize(
    "script",
    [
        pytest.param({"extensions": ("AUTH PLAIN",)}, id="not offered"),
        pytest.param(
            {"extensions": ("STARTTLS",), "starttls_reply": b"454 4.7.0 Later"},
            id="refused",
        ),
        pytest.param(
            {
                "extensions": ("STARTTLS",),
                "starttls_reply": b"220 Go\r\n250-injected\r\n250 AUTH PLAIN",
            },
            id="injected",
        ),
    ],
)
async def test_starttls_is_never_downgraded(
    make_oracle: MakeOracle, script: dict[str, object]
) -> None:
    oracle = make_oracle(**script)
    url = f"smtp+starttls://ann:secret@127.0.0.1:{oracle.port}"

    with pytest.raises((RelayRejection, RelayTrouble)):
        await opened(oracle, url=url)

    heard = b"".join(commands(oracle))
    assert b"AUTH" not in heard
    assert b"MAIL" not in heard


@needs_openssl
async def test_a_refused_log_in_is_a_matter_for_people(
    make_oracle: MakeOracle, authority: Authority
) -> None:
    oracle = make_oracle(
        tls=authority.server("127.0.0.1"),
        extensions=("AUTH PLAIN",),
        auth=lambda line: b"535 5.7.8 Wrong password",
    )
    url = f"smtps://ann:secret@127.0.0.1:{oracle.port}"

    with pytest.raises(RelayRejection) as refused:
        await opened(oracle, url=url, tls=authority.trusting())

    assert refused.value.stage is Stage.AUTH
    assert "secret" not in str(refused.value)


def test_checking_a_relay_says_that_all_is_well(make_oracle: MakeOracle) -> None:
    check = check_relay(make_oracle().url)

    assert check.is_fine
    assert "PIPELINING" in check.extensions
    assert not check.is_encrypted


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "not the address of a relay"),
        ("smtp://a:b@relay.example", "unencrypted"),
        ("smtp://127.0.0.1:9", "cannot be reached"),
        ("smtp://no.such.host.invalid", "cannot be reached"),
    ],
)
def test_checking_a_relay_explains_what_is_wrong(url: str, words: str) -> None:
    check = check_relay(url)

    assert not check.is_fine
    assert words in check.explanation


def test_test_letters_are_answered_one_by_one(make_oracle: MakeOracle) -> None:
    oracle = make_oracle(
        rcpt=lambda to: b"550 5.1.1 No" if to.startswith("no@") else b"250 Ok"
    )

    replies = send_letters(oracle.url, [letter("ann"), letter("no"), letter("bob")])

    assert [reply.code for reply in replies] == [250, 550, 250]
    assert oracle.copies() == {"ann@x.example": 1, "bob@x.example": 1}
