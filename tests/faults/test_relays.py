"""Relays that break, lie, refuse and come back."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest

from tests.faults.accounts import readers, uncertain_after_check
from tests.support.engine import Engine
from tests.support.smtp_oracle import Oracle

pytestmark = pytest.mark.faults


def only_for(victim: str, moment: str) -> Callable[[str], str]:
    """Cut at this moment the first time the victim's letter comes."""
    done: list[str] = []

    def cut(recipient: str) -> str:
        if recipient != victim or done:
            return ""
        done.append(recipient)
        return moment

    return cut


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        pytest.param("before_data", "accepted", id="before the letter"),
        pytest.param("after_dot", "uncertain", id="after the dot, not taken"),
        pytest.param("after_accept", "uncertain", id="after the dot, taken"),
    ],
)
def test_a_cut_connection_makes_uncertain_only_what_may_have_arrived(
    engine: Engine, make_oracle: Callable[..., Oracle], moment: str, status: str
) -> None:
    addresses = readers(40)
    oracle = make_oracle(cut=only_for(addresses[7], moment))
    run_id = engine.do("run", url=oracle.url, addresses=addresses, connections=2)

    engine.start_worker()
    engine.wait_for(run_id, "finished")

    account = engine.do("account", run_id)
    assert account.pop(addresses[7]) == status
    assert set(account.values()) == {"accepted"}
    uncertain_after_check(engine, run_id, oracle)


def test_a_relay_that_dies_and_comes_back_costs_at_most_one_letter_per_connection(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    first = make_oracle(delay=0.01)
    run_id = engine.do("run", url=first.url, addresses=readers(600))
    engine.start_worker(gives_up_after=30)

    engine.wait(run_id, lambda now: now["accepted"] > 50)
    first.close()
    time.sleep(0.3)
    second = make_oracle(port=first.port)
    engine.wait_for(run_id, "finished")

    assert uncertain_after_check(engine, run_id, first, second) <= 4


def test_a_dead_relay_pauses_the_run_with_a_reason_and_consumes_nobody(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle()
    oracle.close()
    run_id = engine.do("run", url=oracle.url, addresses=readers(10))

    engine.start_worker(gives_up_after=1)
    paused = engine.wait_for(run_id, "paused")

    assert paused["pending"] == 10
    assert paused["pause_cause"] == "unreachable"
    assert "cannot be reached" in paused["reason"]


def test_a_run_that_is_continued_while_its_relay_is_dead_is_paused_again_in_peace(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    dead = make_oracle()
    dead.close()
    run_id = engine.do("run", url=dead.url, addresses=readers(10))
    engine.start_worker(gives_up_after=1)
    engine.wait_for(run_id, "paused")
    known = engine.log().count("The relay fails")

    engine.call("resume_run", run_id)
    paused = engine.wait_for(run_id, "paused")

    assert paused["pending"] == 10
    assert "cannot be reached" in paused["reason"]
    # A rest follows every try, each twice as long: 0.05, 0.1, 0.2, 0.4, 0.5, 0.5 s.
    assert 1 < engine.log().count("The relay fails") - known <= 9
    make_oracle(port=dead.port)
    engine.call("resume_run", run_id)
    progress = engine.wait_for(run_id, "finished")
    assert progress["accepted"] == 10


def test_a_worker_that_slept_while_its_relay_was_dead_goes_on_when_it_is_back(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    def failures_after(known: int) -> int:
        while (now := engine.log().count("The relay fails")) == known:
            time.sleep(0.01)
        return now

    dead = make_oracle()
    dead.close()
    run_id = engine.do("run", url=dead.url, addresses=readers(10))
    worker = engine.start_worker(gives_up_after=4)
    failures_after(0)

    engine.signal(worker, signal.SIGSTOP)
    known = engine.log().count("The relay fails")
    time.sleep(4.5)
    engine.signal(worker, signal.SIGCONT)
    failures_after(known)
    make_oracle(port=dead.port)
    progress = engine.wait_for(run_id, "finished")

    assert progress["accepted"] == 10


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (b"550 5.7.26 You are not welcome", "letter_refused"),
        (b"552 5.3.4 Message too big", "letter_too_large"),
    ],
    ids=str,
)
def test_equal_refusals_of_the_letter_pause_the_run_and_consume_nobody(
    engine: Engine, make_oracle: Callable[..., Oracle], answer: bytes, cause: str
) -> None:
    oracle = make_oracle(dot=lambda recipient: answer)
    run_id = engine.do("run", url=oracle.url, addresses=readers(200))

    engine.start_worker()
    engine.wait_for(run_id, "paused")
    paused = engine.wait(run_id, lambda now: now["pending"] == 200)

    letters = [line for _at, _number, line in oracle.heard if line == b".\r\n"]
    assert len(letters) <= 20 + 4
    assert paused["pause_cause"] == cause
    assert answer.decode() in paused["reason"]


def test_a_relay_that_begins_to_mind_the_letter_in_mid_run_consumes_nobody(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    welcome = set(readers(300))

    def rcpt(recipient: str) -> bytes:
        return b"250 2.1.5 Ok" if recipient in welcome else b"550 5.7.1 Not welcome"

    oracle = make_oracle(rcpt=rcpt, delay=0.05)  # Some are on their way by then.
    run_id = engine.do("run", url=oracle.url, addresses=readers(500))

    engine.start_worker()
    engine.wait_for(run_id, "paused")
    paused = engine.wait(run_id, lambda now: now["deferred"] == 0)

    assert (paused["accepted"], paused["refused"]) == (300, 0)
    assert paused["pause_cause"] == "letter_refused"
    assert len(oracle.offered) <= 300 + 20 + 4


def test_a_refusal_for_policy_of_one_address_stands(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    addresses = readers(60)
    oracle = make_oracle(
        rcpt=lambda recipient: (
            b"550 5.7.1 Not you" if recipient == addresses[9] else b"250 Ok"
        )
    )
    run_id = engine.do("run", url=oracle.url, addresses=addresses)

    engine.start_worker()
    progress = engine.wait_for(run_id, "finished")

    assert (progress["accepted"], progress["refused"]) == (59, 1)


def test_greylisted_readers_all_get_their_letter_later(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    began: list[float] = []

    def greylist(recipient: str) -> bytes:
        began.append(time.monotonic())
        is_over = began[-1] - began[0] > 2
        return b"250 Ok" if is_over else b"450 4.2.0 Greylisted"

    oracle = make_oracle(rcpt=greylist)
    run_id = engine.do("run", url=oracle.url, addresses=readers(30))

    engine.start_worker()
    engine.wait(run_id, lambda now: now["deferred"] > 0)
    progress = engine.wait_for(run_id, "finished")

    assert progress["accepted"] == 30
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_refusals_unfit_letters_and_vanished_people_concern_only_themselves(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    oracle = make_oracle(
        rcpt=lambda recipient: (
            b"550 5.1.1 No such user" if recipient == "no@x.example" else b"250 Ok"
        )
    )
    odd = ["no@x.example", "unfit@x.example", "gone@x.example", "юля@x.example"]
    run_id = engine.do("run", url=oracle.url, addresses=[*readers(20), *odd])

    engine.start_worker()
    engine.wait_for(run_id, "finished")

    account = engine.do("account", run_id)
    assert [account[one] for one in odd] == [
        "refused",
        "refused",
        "withheld",
        "refused",
    ]
    assert [account[one] for one in readers(20)] == ["accepted"] * 20
    assert uncertain_after_check(engine, run_id, oracle) == 0


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"unasked_after_data": b"250 2.0.0 Ok\r\n"}, id="early answer"),
        pytest.param({"unasked_after_dot": b"250 2.0.0 Ok\r\n"}, id="twice"),
    ],
)
def test_an_answer_that_nobody_asked_for_is_never_taken_for_one(
    engine: Engine, make_oracle: Callable[..., Oracle], fault: dict[str, bytes]
) -> None:
    oracle = make_oracle(**fault)
    run_id = engine.do("run", url=oracle.url, addresses=readers(6), connections=1)

    engine.start_worker(gives_up_after=1)
    engine.wait(run_id, lambda now: now["status"] in ("finished", "paused"))

    uncertain_after_check(engine, run_id, oracle)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param({"extensions": ()}, id="without PIPELINING"),
        pytest.param({"byte_by_byte": True}, id="byte by byte"),
        pytest.param({"greeting": b"220-hello\r\n220 oracle"}, id="long greeting"),
    ],
)
def test_an_odd_relay_gets_every_letter_once(
    engine: Engine, make_oracle: Callable[..., Oracle], script: dict[str, object]
) -> None:
    oracle = make_oracle(**script)
    run_id = engine.do("run", url=oracle.url, addresses=readers(40))

    engine.start_worker()
    engine.wait_for(run_id, "finished")

    assert len(oracle.accepted) == 40
    assert uncertain_after_check(engine, run_id, oracle) == 0


def test_a_retried_letter_has_the_same_bytes(
    engine: Engine, make_oracle: Callable[..., Oracle]
) -> None:
    tried: list[str] = []

    def first_time_later(recipient: str) -> bytes:
        tried.append(recipient)
        return b"250 Ok" if len(tried) > 1 else b"451 4.3.0 Later"

    oracle = make_oracle(dot=first_time_later)
    run_id = engine.do("run", url=oracle.url, addresses=readers(1), connections=1)

    engine.start_worker()
    engine.wait_for(run_id, "finished")

    lines = [line for _at, _number, line in oracle.heard]
    starts = [place for place, line in enumerate(lines) if line == b"DATA\r\n"]
    letters = [lines[start : lines.index(b".\r\n", start)] for start in starts]
    assert len(letters) == 2
    assert letters[0] == letters[1]
