"""The SMTP client against a server that tells the truth about what it heard."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from gonets.delivery.errors import AnswerLost, LetterTooLarge, RelayTrouble
from gonets.delivery.ports import Envelope
from gonets.delivery.states import Stage
from gonets.delivery.transports.addresses import parse_relay_address
from gonets.delivery.transports.opening import connect
from gonets.delivery.transports.smtp import SmtpConnection, TimeLimits
from gonets.delivery.trials import check_relay, send_letters
from tests.support.smtp_oracle import Oracle

MakeOracle = Callable[..., Oracle]
SHORT = TimeLimits(connect=1, command=0.3, data=0.3, dot=0.3, quit=0.3)
PIPELINING = ("PIPELINING",)


def letter(name: str = "ann", text: str = "Hello") -> Envelope:
    return Envelope(
        sender="news@x.example",
        recipient=f"{name}@x.example",
        content=f"Subject: News\r\n\r\n{text}\r\n".encode(),
    )


async def opened(oracle: Oracle) -> SmtpConnection:
    return await connect(parse_relay_address(oracle.url), limits=SHORT)


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


@pytest.mark.thorough
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


@pytest.mark.thorough
async def test_a_silent_relay_is_given_up_in_time(make_oracle: MakeOracle) -> None:
    oracle = make_oracle(greeting=b"220-wait for it")

    began = time.monotonic()
    with pytest.raises(RelayTrouble, match="in time"):
        await opened(oracle)

    assert time.monotonic() - began < 3


async def test_a_letter_too_large_for_the_relay_is_not_offered_to_it(
    make_oracle: MakeOracle,
) -> None:
    connection = await opened(make_oracle(extensions=("SIZE 100",)))

    with pytest.raises(LetterTooLarge, match="> 100"):
        connection.pack(letter(text="x" * 200))
    connection.close()


def test_checking_a_relay_says_that_all_is_well(make_oracle: MakeOracle) -> None:
    check = check_relay(make_oracle().url)

    assert check.is_fine
    assert "PIPELINING" in check.extensions
    assert not check.is_encrypted


def test_test_letters_are_answered_one_by_one(make_oracle: MakeOracle) -> None:
    oracle = make_oracle(
        rcpt=lambda to: b"550 5.1.1 No" if to.startswith("no@") else b"250 Ok"
    )

    replies = send_letters(oracle.url, [letter("ann"), letter("no"), letter("bob")])

    assert [reply.code for reply in replies] == [250, 550, 250]
    assert oracle.copies() == {"ann@x.example": 1, "bob@x.example": 1}
