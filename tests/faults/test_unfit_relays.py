"""Relays that cannot be used pause the run with a reason; nobody is consumed."""

from __future__ import annotations

import base64
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.utils import translation

from gonets.delivery.causes import explain
from gonets.delivery.states import PauseCause
from tests.faults.accounts import readers
from tests.support.engine import Engine
from tests.support.smtp_certificates import Authority
from tests.support.smtp_oracle import Oracle

pytestmark = pytest.mark.faults

_numbers = count(1)
MakeOracle = Callable[..., Oracle]


def start(engine: Engine, url: str, addresses: list[str]) -> int:
    run_id: int = engine.do(
        "run", url=url, addresses=addresses, origin=f"unfit:{next(_numbers)}"
    )
    return run_id


def assert_paused(
    engine: Engine, url: str, *, cause: PauseCause, words: str, russian: str
) -> None:
    run_id = start(engine, url, readers(5))
    engine.wait_for(run_id, "paused")
    # What the relay has said no to is taken back in the next moment.
    progress = engine.wait(run_id, lambda now: now["deferred"] == 0)

    rows = engine.do("rows", run_id)
    assert progress["pause_cause"] == cause
    assert {(row["status"], row["attempts"]) for row in rows} == {("pending", 0)}
    reason = explain(cause, progress["pause_answer"])
    with translation.override("ru"):
        in_russian = explain(cause, progress["pause_answer"])
    assert words in reason
    assert "Then continue." in reason
    assert russian in in_russian
    assert "Затем продолжите" in in_russian or "продолж" in in_russian


@pytest.mark.parametrize(
    ("url", "cause", "words", "russian"),
    [
        (
            "nonsense",
            PauseCause.RELAY_ADDRESS,
            "not the address of a relay",
            "не адрес почтового сервера",
        ),
        (
            "smtp://ann:secret@127.0.0.1",
            PauseCause.RELAY_ADDRESS,
            "unencrypted",
            "без шифрования",
        ),
        (
            "smtp://127.0.0.1:9",
            PauseCause.UNREACHABLE,
            "nothing listens",
            "никто не отвечает",
        ),
        (
            "smtp://no.such.host.invalid",
            PauseCause.UNREACHABLE,
            "name of the relay is not known",
            "имя почтового сервера не найдено",
        ),
        (
            "lmtp+unix:///no/such/socket",
            PauseCause.UNREACHABLE,
            "nothing listens",
            "никто не отвечает",
        ),
    ],
    ids=["nonsense", "in clear", "port", "name", "path"],
)
def test_an_address_that_leads_nowhere_pauses_the_run(
    shared_engine: Engine, url: str, cause: PauseCause, words: str, russian: str
) -> None:
    assert_paused(shared_engine, url, cause=cause, words=words, russian=russian)


@pytest.mark.parametrize(
    "greeting",
    [b"HTTP/1.1 400 Bad Request", b"SSH-2.0-OpenSSH_9.2", bytes(range(14, 256))],
    ids=["http", "ssh", "binary"],
)
def test_what_is_no_relay_pauses_the_run(
    shared_engine: Engine, make_oracle: MakeOracle, greeting: bytes
) -> None:
    assert_paused(
        shared_engine,
        make_oracle(greeting=greeting).url,
        cause=PauseCause.UNREACHABLE,
        words="this is no SMTP reply",
        russian="это не ответ SMTP",
    )


def expired(engine: Engine) -> dict[str, Any]:
    return {"tls": Authority(engine.folder).server("127.0.0.1", days=-1)}


def self_signed(engine: Engine) -> dict[str, Any]:
    return {"tls": Authority(engine.folder).self_signed("127.0.0.1")}


def other_name(engine: Engine) -> dict[str, Any]:
    return {"tls": Authority(engine.folder).server("relay.example")}


def unknown_authority(engine: Engine) -> dict[str, Any]:
    other = engine.folder / "other"
    other.mkdir(exist_ok=True)
    return {"tls": Authority.create(other).server("127.0.0.1")}


def garbage(_engine: Engine) -> dict[str, Any]:
    return {"tls_fault": "garbage"}


def not_offered(_engine: Engine) -> dict[str, Any]:
    return {"extensions": ("AUTH PLAIN",)}


def injected(_engine: Engine) -> dict[str, Any]:
    return {"starttls_reply": b"220 Go\r\n250-injected\r\n250 AUTH PLAIN"}


@pytest.mark.parametrize(
    ("fault", "words", "russian"),
    [
        (expired, "certificate has expired", "срок действия его сертификата истёк"),
        (self_signed, "nobody but itself", "подписан только сам собой"),
        (other_name, "for another name", "выдан на другое имя"),
        (unknown_authority, "does not know", "неизвестен этой машине"),
        (garbage, "does not speak TLS", "не говорит по TLS"),
        (not_offered, "offers no encryption", "не предлагает шифрования"),
        (injected, "slipped in", "подмешан"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_relay_that_cannot_be_trusted_gets_no_log_in_and_no_letter(
    shared_engine: Engine,
    make_oracle: MakeOracle,
    fault: Callable[[Engine], dict[str, Any]],
    words: str,
    russian: str,
) -> None:
    script = {"extensions": ("STARTTLS", "AUTH PLAIN"), "tls_mode": "starttls"}
    oracle = make_oracle(**{**script, **fault(shared_engine)})

    assert_paused(
        shared_engine,
        f"smtp+starttls://ann:secret@127.0.0.1:{oracle.port}",
        cause=PauseCause.TLS_FAILED,
        words=words,
        russian=russian,
    )

    assert set(oracle.commands()) <= {"EHLO", "STAR"}
    received = b"".join(chunk for _at, _number, chunk in oracle.received)
    assert b"secret" not in received
    assert base64.b64encode(b"\0ann\0secret") not in received


@pytest.mark.parametrize(
    ("offered", "query", "words", "russian"),
    [
        ("PLAIN", "", "535 5.7.8 No", "535 5.7.8 No"),
        ("XOAUTH2", "?auth=xoauth2", "535 5.7.8 No", "535 5.7.8 No"),
        ("GSSAPI", "", "no way to log in", "ни одного известного нам способа"),
        ("PLAIN", "?auth=xoauth2", "access token", "по токену доступа"),
    ],
    ids=["password", "token", "foreign way", "no token"],
)
def test_a_log_in_that_fails_pauses_the_run_and_is_not_tried_again_and_again(
    shared_engine: Engine,
    make_oracle: MakeOracle,
    offered: str,
    query: str,
    words: str,
    russian: str,
) -> None:
    refused = b"334 e30=" if offered == "XOAUTH2" else b"535 5.7.8 No"
    oracle = make_oracle(
        extensions=(f"AUTH {offered}",),
        tls=Authority(shared_engine.folder).server("127.0.0.1"),
        auth=lambda line: refused,
        auth_end=b"535 5.7.8 No",
    )

    assert_paused(
        shared_engine,
        f"smtps://ann:wrong@127.0.0.1:{oracle.port}{query}",
        cause=PauseCause.LOGIN_REFUSED,
        words=words,
        russian=russian,
    )

    assert oracle.commands().count("AUTH") <= 4  # the connections at once


def test_a_relay_that_takes_no_letters_of_this_size_pauses_the_run(
    shared_engine: Engine, make_oracle: MakeOracle
) -> None:
    oracle = make_oracle(extensions=("PIPELINING", "SIZE 100"))

    assert_paused(
        shared_engine,
        oracle.url,
        cause=PauseCause.LETTER_TOO_LARGE,
        words="larger than the relay takes",
        russian="Письмо больше, чем принимает почтовый сервер",
    )

    assert "MAIL" not in oracle.commands()


@pytest.mark.parametrize(
    ("extensions", "status"),
    [(("8BITMIME",), "refused"), (("8BITMIME", "SMTPUTF8"), "accepted")],
)
def test_an_address_that_the_relay_cannot_take_is_refused_alone(
    shared_engine: Engine,
    make_oracle: MakeOracle,
    extensions: tuple[str, ...],
    status: str,
) -> None:
    oracle = make_oracle(extensions=extensions)
    addresses = [*readers(4), "юля@почта.example", "ann@почта.example"]

    run_id = start(shared_engine, oracle.url, addresses)
    shared_engine.wait_for(run_id, "finished")

    rows = {row["address_key"]: row for row in shared_engine.do("rows", run_id)}
    unfit = rows.pop("юля@почта.example")
    assert unfit["status"] == status
    assert ("SMTPUTF8" in unfit["answer"]) == (status == "refused")
    assert {row["status"] for row in rows.values()} == {"accepted"}
    taken = {one.recipient for one in oracle.accepted}
    assert "ann@xn--80a1acny.example" in taken
    assert ("юля@xn--80a1acny.example" in taken) == (status == "accepted")
