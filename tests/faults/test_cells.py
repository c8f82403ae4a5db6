"""Whatever a relay answers, and wherever it hangs up: whom it concerns.

21 cells: {421, 4xx, 5xx} × {CONNECT, EHLO, AUTH, MAIL, RCPT, DATA, dot}.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from tests.faults.accounts import readers, uncertain_after_check
from tests.support.engine import Engine
from tests.support.smtp_certificates import Authority
from tests.support.smtp_oracle import Oracle
from tests.support.smtp_script import Answer, Once, in_turn

pytestmark = pytest.mark.faults

ADDRESSES = readers(9)
VICTIM = ADDRESSES[4]
OTHERS = [address for address in ADDRESSES if address != VICTIM]
USUAL = {
    "CONNECT": b"220 oracle ESMTP",
    "EHLO": b"",  # the usual extensions
    "AUTH": b"235 2.7.0 Welcome",
    "MAIL": b"250 2.1.0 Ok",
    "RCPT": b"250 2.1.5 Ok",
    "DATA": b"354 Go ahead",
    "DOT": b"250 2.0.0 Ok: queued",
}
OF_THE_RELAY = ("CONNECT", "EHLO", "AUTH", "MAIL")
_numbers = count(1)


@dataclass(frozen=True)
class Cell:
    """One answer at one stage, and what has to come of it."""

    stage: str
    answer: bytes
    level: str  # "connection", "run" or "recipient"
    cause: str = ""  # of the run's pause
    status: str = "accepted"  # of the recipient in the end

    def __str__(self) -> str:
        return f"{self.stage}-{self.answer[:3].decode()}"


CELLS = [
    Cell("CONNECT", b"421 4.3.2 Busy", "connection"),
    Cell("CONNECT", b"450 4.3.2 Later", "connection"),
    Cell("CONNECT", b"554 5.3.2 No service", "connection"),
    Cell("EHLO", b"421 4.3.2 Busy", "connection"),
    Cell("EHLO", b"450 4.3.2 Later", "connection"),
    Cell("EHLO", b"550 5.3.2 No", "connection"),
    Cell("AUTH", b"421 4.3.2 Busy", "connection"),
    Cell("AUTH", b"454 4.7.0 Later", "connection"),
    Cell("AUTH", b"535 5.7.8 Wrong password", "run", cause="login_refused"),
    Cell("MAIL", b"421 4.3.2 Busy", "connection"),
    Cell("MAIL", b"451 4.3.0 Later", "connection"),
    Cell("MAIL", b"550 5.7.1 Not as this sender", "run", cause="sender_refused"),
    Cell("RCPT", b"421 4.3.2 Busy", "recipient"),
    Cell("RCPT", b"450 4.2.0 Greylisted", "recipient"),
    Cell("RCPT", b"550 5.1.1 No such user", "recipient", status="refused"),
    Cell("DATA", b"421 4.3.2 Busy", "recipient"),
    Cell("DATA", b"451 4.3.0 Later", "recipient"),
    Cell("DATA", b"554 No transaction", "recipient", status="refused"),
    Cell("DOT", b"421 4.3.2 Busy", "recipient"),
    Cell("DOT", b"452 4.3.1 Full", "recipient"),
    Cell("DOT", b"554 5.6.0 Not this letter", "recipient", status="refused"),
]


@pytest.fixture
def certificate(shared_engine: Engine) -> ssl.SSLContext:
    return Authority(shared_engine.folder).server("127.0.0.1")


@pytest.mark.parametrize("extensions", [("PIPELINING",), ("SIZE",)], ids=["piped", ""])
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_an_answer_concerns_the_connection_the_run_or_one_recipient(
    shared_engine: Engine,
    certificate: ssl.SSLContext,
    make_oracle: Callable[..., Oracle],
    cell: Cell,
    extensions: tuple[str, ...],
) -> None:
    oracle = make_oracle(
        extensions=(*extensions, "AUTH PLAIN"),
        tls=certificate if cell.stage == "AUTH" else None,
        **script_of(cell),
    )

    run_id = start(shared_engine, oracle)
    progress = ended(shared_engine, run_id)

    rows = {row["address_key"]: row for row in shared_engine.do("rows", run_id)}
    if cell.level == "run":
        assert_nobody_was_consumed(cell, progress, rows)
    elif cell.level == "connection":
        assert_all_were_accepted_at_once(progress, rows.values())
        assert oracle.connections > 1
    else:
        assert_only_the_victim_was_concerned(cell, rows)
    assert uncertain_after_check(shared_engine, run_id, oracle) == 0


def script_of(cell: Cell) -> dict[str, Any]:
    """Answer like this the first times; of a letter, only the victim's."""
    name, usual = cell.stage.lower(), USUAL[cell.stage]
    if cell.stage == "AUTH":
        answers = in_turn([cell.answer] * 2, usual=usual)
        return {"auth": lambda line: answers("")}
    if cell.stage in OF_THE_RELAY:
        return {name: in_turn([cell.answer] * 2, usual=usual)}
    is_final = cell.answer.startswith(b"5")
    answer = in_turn([cell.answer] * (100 if is_final else 1), usual=usual)
    return {name: only_for_the_victim(answer, usual)}


def only_for_the_victim(answer: Answer, usual: bytes) -> Answer:
    return lambda address: answer(address) if address == VICTIM else usual


def start(engine: Engine, oracle: Oracle, url: str = "") -> int:
    is_tls = oracle.script.tls is not None
    secured = f"smtps://ann:secret@127.0.0.1:{oracle.port}"
    run_id: int = engine.do(
        "run",
        url=url or (secured if is_tls else oracle.url),
        addresses=ADDRESSES,
        connections=2,
        origin=f"issue:{next(_numbers)}",
    )
    return run_id


def ended(engine: Engine, run_id: int) -> dict[str, Any]:
    return engine.wait(run_id, lambda now: now["status"] in ("finished", "paused"))


def assert_nobody_was_consumed(
    cell: Cell, progress: dict[str, Any], rows: dict[str, dict[str, Any]]
) -> None:
    assert (progress["status"], progress["pause_cause"]) == ("paused", cell.cause)
    assert cell.answer.decode() in progress["reason"]
    assert progress["pending"] == len(ADDRESSES)
    assert {row["attempts"] for row in rows.values()} == {0}


def assert_all_were_accepted_at_once(progress: dict[str, Any], rows: Any) -> None:
    assert (progress["status"], progress["accepted"]) == ("finished", len(ADDRESSES))
    assert {(row["attempts"], row["code"]) for row in rows} == {(1, 250)}


def assert_only_the_victim_was_concerned(
    cell: Cell, rows: dict[str, dict[str, Any]]
) -> None:
    victim = rows.pop(VICTIM)
    assert victim["status"] == cell.status
    if cell.status == "accepted":
        assert (victim["attempts"], victim["code"]) == (2, 250)
    else:
        assert victim["attempts"] == 1
        assert victim["code"] == int(cell.answer[:3])
        assert victim["stage"] == cell.stage.lower()
        assert victim["answer"] in cell.answer.decode()
    for other in rows.values():
        assert (other["status"], other["attempts"]) == ("accepted", 1)


@pytest.mark.parametrize("extensions", [("PIPELINING",), ("SIZE",)], ids=["piped", ""])
@pytest.mark.parametrize("stage", ["CONNECT", "EHLO", "TLS", "AUTH", "MAIL"])
def test_a_cut_before_the_recipient_was_named_concerns_nobody(
    shared_engine: Engine,
    certificate: ssl.SSLContext,
    make_oracle: Callable[..., Oracle],
    stage: str,
    extensions: tuple[str, ...],
) -> None:
    cuts = in_turn([b"cut"] * 2, usual=b"")
    oracle = make_oracle(
        extensions=(*extensions, "STARTTLS", "AUTH PLAIN"),
        tls=certificate,
        tls_mode="starttls",
        cut_at=lambda where: where == stage and bool(cuts("")),
    )
    url = f"smtp+starttls://ann:secret@127.0.0.1:{oracle.port}"

    run_id = start(shared_engine, oracle, url)
    progress = ended(shared_engine, run_id)

    assert_all_were_accepted_at_once(progress, shared_engine.do("rows", run_id))
    assert uncertain_after_check(shared_engine, run_id, oracle) == 0


@pytest.mark.parametrize("extensions", [("PIPELINING",), ("SIZE",)], ids=["piped", ""])
@pytest.mark.parametrize(
    ("moment", "statuses"),
    [
        ("at_rcpt", {"accepted"}),
        ("before_data", {"accepted"}),
        # The cut may come before our letter is written, or right behind it.
        ("after_data", {"accepted", "uncertain"}),
        ("in_body", {"uncertain"}),
        ("before_dot", {"uncertain"}),
        ("in_dot", {"uncertain"}),
        ("after_dot", {"uncertain"}),
        ("after_accept", {"uncertain"}),
        ("after_answer", {"accepted"}),
    ],
)
def test_a_cut_makes_uncertain_only_what_may_have_been_taken(
    shared_engine: Engine,
    make_oracle: Callable[..., Oracle],
    moment: str,
    statuses: set[str],
    extensions: tuple[str, ...],
) -> None:
    oracle = make_oracle(extensions=extensions, cut=Once(VICTIM, moment))

    run_id = start(shared_engine, oracle)
    ended(shared_engine, run_id)

    account = shared_engine.do("account", run_id)
    assert account.pop(VICTIM) in statuses
    assert set(account.values()) == {"accepted"}
    assert uncertain_after_check(shared_engine, run_id, oracle) <= 1
