"""Opening a connection: log-in, LMTP, bad certificates, and what is no relay at all."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from gonets.delivery.causes import explain
from gonets.delivery.errors import RelayFailure, RelayRejection, RelayTrouble
from gonets.delivery.judgement import cause_of
from gonets.delivery.ports import Envelope
from gonets.delivery.states import PauseCause, Stage
from gonets.delivery.transports import check, opening
from gonets.delivery.transports.addresses import parse_relay_address
from gonets.delivery.transports.opening import connect
from gonets.delivery.transports.smtp import SmtpConnection, TimeLimits
from gonets.delivery.trials import check_relay
from tests.support.smtp_certificates import OPENSSL, Authority
from tests.support.smtp_oracle import Oracle, Script
from tests.support.smtp_script import Manner, at

MakeOracle = Callable[..., Oracle]
SCHEMES = {"implicit": "smtps", "starttls": "smtp+starttls"}
SHORT = TimeLimits(connect=0.5, silence=0.2, command=0.5, data=0.5, dot=0.5, quit=0.3)

needs_openssl = pytest.mark.skipif(
    not Path(OPENSSL).exists(), reason="certificates are made by the openssl command"
)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "PATIENCE", SHORT)


async def opened(url: str, tls: ssl.SSLContext | None = None) -> SmtpConnection:
    return await connect(parse_relay_address(url), limits=SHORT, tls=tls)


def secured_url(oracle: Oracle, *, scheme: str = "smtps", query: str = "") -> str:
    return f"{scheme}://ann:secret@127.0.0.1:{oracle.port}{query}"


def heard(oracle: Oracle) -> bytes:
    return b"".join(line for _at, _number, line in oracle.heard)


# Reaching it


class SeveralPlaces(asyncio.SelectorEventLoop):
    """Finds several addresses behind the relay's name."""

    places: Sequence[tuple[str, int]] = ()

    async def getaddrinfo(self, *_asked: Any, **_how: Any) -> Any:
        kind = socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, ""
        return [(*kind, place) for place in self.places]


@contextlib.contextmanager
def silence() -> Iterator[tuple[str, int]]:
    """A port whose queue is full: connecting to it waits without an answer."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _one in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()


@pytest.mark.parametrize(
    "places",
    [["silent", "well"], ["dead", "well"], ["well", "silent"], ["silent", "dead"]],
    ids=" then ".join,
)
def test_a_relay_is_found_at_whichever_of_its_addresses_answers(
    make_oracle: MakeOracle, monkeypatch: pytest.MonkeyPatch, places: list[str]
) -> None:
    monkeypatch.setattr(opening, "NEXT_PLACE_SECONDS", 0.05)
    oracle = make_oracle()
    loop = SeveralPlaces()

    with silence() as silent, asyncio.Runner(loop_factory=lambda: loop) as runner:
        known = {"silent": silent, "well": ("127.0.0.1", oracle.port)}
        loop.places = [known.get(one, ("127.0.0.1", 1)) for one in places]
        if "well" in places:
            runner.run(opened("smtp://relay.example")).close()
        else:
            with pytest.raises(RelayTrouble):
                runner.run(opened("smtp://relay.example"))

    assert oracle.connections == places.count("well")


# Logging in

XOAUTH2 = base64.b64encode(b"user=ann\1auth=Bearer secret\1\1")
PLAIN = base64.b64encode(b"\0ann\0secret")


@needs_openssl
@pytest.mark.parametrize("mode", ["implicit", "starttls"])
@pytest.mark.parametrize(
    ("offered", "query", "said"),
    [
        ("LOGIN PLAIN XOAUTH2", "", b"AUTH PLAIN " + PLAIN + b"\r\n"),
        ("login plain", "", b"AUTH PLAIN " + PLAIN + b"\r\n"),
        ("LOGIN", "", b"AUTH LOGIN\r\nYW5u\r\nc2VjcmV0\r\n"),
        ("PLAIN XOAUTH2", "?auth=xoauth2", b"AUTH XOAUTH2 " + XOAUTH2 + b"\r\n"),
    ],
)
async def test_we_log_in_in_the_best_way_that_both_know(
    make_oracle: MakeOracle,
    authority: Authority,
    mode: str,
    offered: str,
    query: str,
    said: bytes,
) -> None:
    oracle = make_oracle(
        tls=authority.server("127.0.0.1"),
        tls_mode=mode,
        extensions=("STARTTLS", f"AUTH {offered}"),
    )
    url = secured_url(oracle, scheme=SCHEMES[mode], query=query)

    connection = await opened(url, authority.trusting())
    connection.close()

    assert heard(oracle).endswith(said)


@needs_openssl
async def test_the_challenge_of_a_refused_token_is_answered_with_an_empty_line(
    make_oracle: MakeOracle, authority: Authority
) -> None:
    challenge = base64.b64encode(b'{"status":"401","schemes":"bearer"}')
    oracle = make_oracle(
        tls=authority.server("127.0.0.1"),
        extensions=("AUTH XOAUTH2",),
        auth=lambda line: b"334 " + challenge,
        auth_end=b"535 5.7.8 Username and token not accepted",
    )

    with pytest.raises(RelayRejection, match=r"535 5\.7\.8") as refused:
        await opened(secured_url(oracle, query="?auth=xoauth2"), authority.trusting())

    assert cause_of(refused.value) is PauseCause.LOGIN_REFUSED
    assert heard(oracle).endswith(XOAUTH2 + b"\r\n\r\n")


@needs_openssl
@pytest.mark.parametrize(
    ("offered", "query"), [("GSSAPI", ""), ("PLAIN LOGIN", "?auth=xoauth2")]
)
async def test_a_secret_is_never_told_in_a_way_that_was_not_asked_for(
    make_oracle: MakeOracle, authority: Authority, offered: str, query: str
) -> None:
    tls = authority.server("127.0.0.1")
    oracle = make_oracle(tls=tls, extensions=(f"AUTH {offered}",))

    with pytest.raises(RelayRejection, match="offers no") as refused:
        await opened(secured_url(oracle, query=query), authority.trusting())

    assert refused.value.stage is Stage.AUTH
    assert b"AUTH" not in heard(oracle)


@needs_openssl
@pytest.mark.parametrize(
    ("offered", "query", "quoted"),
    [
        ("PLAIN", "", PLAIN),
        ("LOGIN", "", b"c2VjcmV0"),
        ("LOGIN", "", b"c2VjcmV0".lower()),
        ("XOAUTH2", "?auth=xoauth2", XOAUTH2),
        ("PLAIN", "", PLAIN.rstrip(b"=")[:-3]),
        ("PLAIN", "", b"secret"),
    ],
)
async def test_a_relay_that_quotes_what_we_said_does_not_give_the_password_away(
    make_oracle: MakeOracle,
    authority: Authority,
    offered: str,
    query: str,
    quoted: bytes,
) -> None:
    oracle = make_oracle(
        tls=authority.server("127.0.0.1"),
        extensions=(f"AUTH {offered}",),
        auth=lambda line: b'501-5.5.4 Syntax error:\r\n501 5.5.4 "' + quoted + b'"',
    )

    with pytest.raises(RelayRejection, match=r"501 5\.5\.4 Syntax error:") as refused:
        await opened(secured_url(oracle, query=query), authority.trusting())

    reply = refused.value.reply
    assert reply is not None
    for told in (str(refused.value), reply.text, *reply.lines):
        assert quoted.decode() not in told


@needs_openssl
async def test_without_a_password_nothing_of_a_refusal_is_concealed(
    make_oracle: MakeOracle, authority: Authority
) -> None:
    oracle = make_oracle(
        tls=authority.server("127.0.0.1"),
        extensions=("AUTH LOGIN",),
        auth=lambda line: b"535 5.7.8 Wrong password",
    )

    with pytest.raises(RelayRejection, match=r"535 5\.7\.8 Wrong password"):
        await opened(f"smtps://ann@127.0.0.1:{oracle.port}", authority.trusting())


@needs_openssl
async def test_nor_does_one_that_says_nothing_but_what_we_said(
    make_oracle: MakeOracle, authority: Authority
) -> None:
    oracle = make_oracle(
        tls=authority.server("127.0.0.1"),
        extensions=("AUTH PLAIN",),
        auth=lambda line: line,
    )

    with pytest.raises(RelayTrouble, match="no SMTP reply: AUTH PLAIN …") as refused:
        await opened(secured_url(oracle), authority.trusting())

    assert PLAIN.decode().rstrip("=") not in str(refused.value)


@needs_openssl
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"535 5.7.8 Wrong password", RelayRejection),
        (b"534 5.7.9 Stronger mechanism needed", RelayRejection),
        (b"454 4.7.0 Try later", RelayTrouble),
        (b"421 4.3.0 Bye", RelayTrouble),
    ],
)
async def test_a_refused_log_in_concerns_people_and_a_postponed_one_nobody(
    make_oracle: MakeOracle,
    authority: Authority,
    answer: bytes,
    kind: type[RelayFailure],
) -> None:
    oracle = make_oracle(
        tls=authority.server("127.0.0.1"),
        extensions=("AUTH PLAIN",),
        auth=lambda line: answer,
    )

    with pytest.raises(RelayFailure) as failure:
        await opened(secured_url(oracle), authority.trusting())

    assert type(failure.value) is kind
    assert failure.value.stage is Stage.AUTH


# LMTP


def letter() -> Envelope:
    return Envelope(
        sender="news@x.example",
        recipient="ann@x.example",
        content=b"Subject: News\r\n\r\nHello\r\n",
    )


@pytest.mark.parametrize("extensions", [("PIPELINING",), ("SIZE",)])
@pytest.mark.parametrize("is_on_path", [True, False])
async def test_lmtp_delivers_over_the_network_and_over_a_path(
    tmp_path: Path, extensions: tuple[str, ...], is_on_path: bool
) -> None:
    script = Script(is_lmtp=True, extensions=extensions)
    oracle = Oracle(script, path=str(tmp_path / "lmtp") if is_on_path else "")

    with contextlib.closing(oracle):
        connection = await opened(oracle.url)
        for _time in range(2):
            parcel = connection.pack(letter())
            assert (await connection.offer(parcel)).is_open
            connection.hand_over(parcel)
            assert (await connection.dot_reply()).code == 250
        await connection.quit()

    assert oracle.copies() == {"ann@x.example": 2}
    assert oracle.commands()[0] == "LHLO"
    assert oracle.breaches == []


async def test_smtp_is_not_taken_for_lmtp(make_oracle: MakeOracle) -> None:
    oracle = make_oracle()

    with pytest.raises(RelayTrouble, match="502"):
        await opened(oracle.url.replace("smtp:", "lmtp:"))

    assert oracle.commands() == ["LHLO"]


# Certificates, and everything else that can be wrong with TLS


def expired(authority: Authority) -> dict[str, Any]:
    return {"tls": authority.server("127.0.0.1", days=-1)}


def self_signed(authority: Authority) -> dict[str, Any]:
    return {"tls": authority.self_signed("127.0.0.1")}


def other_name(authority: Authority) -> dict[str, Any]:
    return {"tls": authority.server("relay.example")}


def unknown_authority(authority: Authority) -> dict[str, Any]:
    other = authority.folder / "other"
    other.mkdir(exist_ok=True)
    return {"tls": Authority.create(other).server("127.0.0.1")}


def no_handshake(_authority: Authority) -> dict[str, Any]:
    return {"tls_fault": "hang"}


def garbage(_authority: Authority) -> dict[str, Any]:
    return {"tls_fault": "garbage"}


def hung_up(_authority: Authority) -> dict[str, Any]:
    return {"tls_fault": "cut"}


TLS_FAULTS = {
    expired: ("has expired", "истёк"),
    self_signed: ("signed by nobody but itself", "подписан только"),
    other_name: ("for another name", "на другое имя"),
    unknown_authority: ("does not know", "неизвестен этой машине"),
    no_handshake: ("in time", "слишком долго"),
    garbage: ("does not speak TLS", "не говорит по TLS"),
    hung_up: ("hung up", "оборвал"),
}


@pytest.mark.thorough
@needs_openssl
@pytest.mark.parametrize("mode", ["implicit", "starttls"])
@pytest.mark.parametrize("fault", TLS_FAULTS, ids=lambda fault: fault.__name__)
def test_an_unproven_relay_hears_nothing_and_the_editor_learns_why(
    make_oracle: MakeOracle,
    authority: Authority,
    impatient: None,
    fault: Callable[[Authority], dict[str, Any]],
    mode: str,
) -> None:
    oracle = make_oracle(
        tls_mode=mode, extensions=("STARTTLS", "AUTH PLAIN"), **fault(authority)
    )
    url = secured_url(oracle, scheme=SCHEMES[mode])

    with translation.override("en"):
        english = check_relay(url, tls=authority.trusting())
    with translation.override("ru"):
        russian = check_relay(url, tls=authority.trusting())

    assert_nothing_was_told(oracle)
    assert not english.is_fine
    assert english.explanation.startswith("The connection to the relay could not be")
    assert TLS_FAULTS[fault][0] in english.explanation
    assert russian.explanation.startswith("Соединение с почтовым сервером")
    assert TLS_FAULTS[fault][1] in russian.explanation


def assert_nothing_was_told(oracle: Oracle) -> None:
    """Not a byte of a log-in or a letter, in clear or otherwise."""
    assert set(oracle.commands()) <= {"EHLO", "STAR"}
    received = b"".join(chunk for _at, _number, chunk in oracle.received)
    for secret in (b"secret", PLAIN, b"AUTH", b"MAIL"):
        assert secret not in received


INJECTED = b"220 Go\r\n250-injected\r\n250 AUTH PLAIN"


@pytest.mark.parametrize(
    ("script", "english", "russian"),
    [
        pytest.param(
            {"extensions": ("AUTH PLAIN",)},
            "offers no encryption",
            "не предлагает шифрования",
            id="not offered",
        ),
        pytest.param(
            {"extensions": ("STARTTLS",), "starttls_reply": b"502 5.5.1 Not here"},
            "502 5.5.1 Not here",
            "502 5.5.1 Not here",
            id="refused",
        ),
        pytest.param(
            {"extensions": ("STARTTLS",), "starttls_reply": INJECTED},
            "slipped in",
            "подмешан",
            id="injected",
        ),
    ],
)
def test_without_starttls_nothing_is_told_in_clear(
    make_oracle: MakeOracle, script: dict[str, Any], english: str, russian: str
) -> None:
    oracle = make_oracle(**script)
    url = secured_url(oracle, scheme="smtp+starttls")

    with translation.override("en"):
        in_english = check_relay(url)
    with translation.override("ru"):
        in_russian = check_relay(url)

    assert_nothing_was_told(oracle)
    assert "could not be secured" in in_english.explanation
    assert english in in_english.explanation
    assert russian in in_russian.explanation


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"454 4.7.0 TLS not available due to temporary reason", RelayTrouble),
        (b"421 4.3.2 Too busy", RelayTrouble),
        (b"502 5.5.1 Not here", RelayRejection),
    ],
)
async def test_encryption_that_is_postponed_is_waited_for_and_never_done_without(
    make_oracle: MakeOracle, answer: bytes, kind: type[RelayFailure]
) -> None:
    oracle = make_oracle(extensions=("STARTTLS", "AUTH PLAIN"), starttls_reply=answer)

    with pytest.raises(RelayFailure) as failure:
        await opened(secured_url(oracle, scheme="smtp+starttls"))

    assert type(failure.value) is kind
    assert failure.value.stage is Stage.TLS
    assert_nothing_was_told(oracle)


@needs_openssl
async def test_text_slipped_in_behind_the_go_ahead_spoils_the_handshake(
    make_oracle: MakeOracle, authority: Authority
) -> None:
    manner = at("TLS", Manner(followed_by=b"250 late\r\n" * 20, pause=0.001))
    oracle = make_oracle(
        tls=authority.server("127.0.0.1"),
        tls_mode="starttls",
        extensions=("STARTTLS", "AUTH PLAIN"),
        manner=manner,
    )
    url = secured_url(oracle, scheme="smtp+starttls")

    with pytest.raises(RelayFailure) as failure:
        await opened(url, authority.trusting())

    assert failure.value.stage is Stage.TLS
    assert_nothing_was_told(oracle)


@needs_openssl
@pytest.mark.parametrize("scheme", ["smtp", "smtp+starttls"])
def test_a_port_that_encrypts_at_once_is_not_waited_for(
    make_oracle: MakeOracle,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
) -> None:
    oracle = make_oracle(tls=authority.server("127.0.0.1"), tls_mode="implicit")
    url = f"{scheme}://127.0.0.1:{oracle.port}"
    monkeypatch.setattr(check, "PATIENCE", TimeLimits(silence=0.2))

    with translation.override("en"):
        in_english = check_relay(url)
    with translation.override("ru"):
        in_russian = check_relay(url)

    assert "from the first word on" in in_english.explanation
    assert "с первого слова" in in_russian.explanation
    assert oracle.commands() == []


async def test_a_relay_that_takes_its_time_to_greet_is_waited_for(
    make_oracle: MakeOracle,
) -> None:
    oracle = make_oracle(manner=at("CONNECT", Manner(late=0.5)))
    unhurried = TimeLimits(connect=0.2, silence=0.05)

    connection = await connect(
        parse_relay_address(f"smtp://127.0.0.1:{oracle.port}"), limits=unhurried
    )

    assert "EHLO" in oracle.commands()
    connection.close()


# What is no relay


class Stranger:
    """Listens and says something that is no SMTP; without words, it is silent."""

    def __init__(self, words: bytes, *, hangs_up: bool = False) -> None:
        self._words, self._hangs_up = words, hangs_up
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._peers: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _address = self._listener.accept()
                self._peers.append(peer)
                with contextlib.suppress(ConnectionError):
                    peer.sendall(self._words)
                if self._hangs_up:
                    peer.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for one in (self._listener, *self._peers):
            one.close()


@pytest.fixture
def make_stranger() -> Iterator[Callable[..., Stranger]]:
    made: list[Stranger] = []

    def make(words: bytes, *, hangs_up: bool = False) -> Stranger:
        made.append(Stranger(words, hangs_up=hangs_up))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("words", "hangs_up", "english", "russian"),
    [
        (b"", False, "no answer in time", "слишком долго"),
        (b"", True, "closed the connection", "закрыл соединение"),
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            False,
            "no SMTP reply",
            "это не ответ SMTP",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n", False, "no SMTP reply", "это не ответ SMTP"),
        (b"* OK IMAP4rev1\r\n", False, "no SMTP reply", "это не ответ SMTP"),
        (bytes(range(256)) * 40, False, "no SMTP reply", "это не ответ SMTP"),
        (b"\xff" * 10_000_000, False, "without end", "нарушил"),
        (b"220-more\r\n" * 100_000, False, "without end", "нарушил"),
        (b"554 5.7.1 Go away\r\n", False, "554 5.7.1 Go away", "554 5.7.1 Go away"),
    ],
    ids=[
        *("silent", "hangs up", "http", "ssh", "imap", "binary"),
        *("10 MB line", "endless reply", "refuses"),
    ],
)
def test_what_is_no_relay_is_named_in_a_clear_sentence(
    make_stranger: Callable[..., Stranger],
    impatient: None,
    words: bytes,
    hangs_up: bool,
    english: str,
    russian: str,
) -> None:
    stranger = make_stranger(words, hangs_up=hangs_up)
    url = f"smtp://127.0.0.1:{stranger.port}"

    with translation.override("en"):
        in_english = check_relay(url)
    with translation.override("ru"):
        in_russian = check_relay(url)

    assert not in_english.is_fine
    assert in_english.explanation.startswith("The relay ")
    assert english in in_english.explanation
    assert in_russian.explanation.startswith("Почтовый сервер ")
    assert russian in in_russian.explanation


@pytest.mark.parametrize(
    ("url", "english", "russian"),
    [
        ("nonsense", "not the address of a relay", "не адрес почтового сервера"),
        ("smtp://a:b@relay.example", "unencrypted", "без шифрования"),
        ("lmtp://a:b@relay.example", "LMTP knows no log-in", "LMTP не знает входа"),
        ("smtps://a:b@r.example?auth=magic", "?auth=xoauth2", "?auth=xoauth2"),
        ("smtps://r.example?auth=xoauth2", "XOAUTH2 needs", "Для XOAUTH2 нужны"),
        ("smtp://relay..example", "not the address", "не адрес"),
        ("smtp://127.0.0.1:9", "nothing listens", "никто не отвечает"),
        ("lmtp+unix:///no/such/path", "nothing listens", "никто не отвечает"),
        (
            "smtp://no.such.host.invalid",
            "is not known",
            "имя почтового сервера не найдено",
        ),
    ],
)
def test_an_address_that_leads_nowhere_is_explained(
    url: str, english: str, russian: str
) -> None:
    with translation.override("en"):
        in_english = check_relay(url)
    with translation.override("ru"):
        in_russian = check_relay(url)

    assert english in in_english.explanation
    assert russian in in_russian.explanation


def test_the_reason_of_a_pause_is_said_in_the_language_of_whoever_reads_it() -> None:
    noted = "its certificate has expired"

    with translation.override("ru"):
        russian = explain(PauseCause.TLS_FAILED, noted)
        quoted = explain(PauseCause.UNWELL, "451 4.3.0 Error: disk full")

    assert "срок действия его сертификата истёк" in russian
    assert "451 4.3.0 Error: disk full" in quoted
