"""Whatever is written, by whomever, to whomever: the wire is legal, and true.

Some hundred generated letters in every test run, ten thousand in ``make soak``; all of
them go through a real connection to the oracle, which objects to anything illegal.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.utils import parseaddr

import idna
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonets.delivery.errors import RelayRejection
from gonets.delivery.ports import Envelope, LetterUnfit
from gonets.delivery.transports.addresses import AddressUnfit, parse_relay_address
from gonets.delivery.transports.opening import connect
from gonets.delivery.transports.smtp import SmtpConnection
from gonets.letters.compiling import CompiledLetter, compile_letter
from gonets.letters.errors import ReaderUnfit
from gonets.letters.personalising import clean_line
from gonets.letters.reading import parts_of
from gonets.letters.types import Reader
from tests.letters.samples import a_letter, a_reader
from tests.support.smtp_oracle import Oracle, Script, Taken

EVERYTHING = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 10000000")
OFTEN = pytest.mark.parametrize(
    "examples", [300, pytest.param(10_000, marks=pytest.mark.soak)]
)
OF_WHOLE_LETTERS = pytest.mark.parametrize(
    "examples", [30, pytest.param(2000, marks=pytest.mark.soak)]
)
"""Each is written to five readers."""

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=120)
NASTY_TEXT = st.text(
    st.sampled_from("\r\n\0\x7f\x85\u2028.=? \t<>@:ж👩‍👧\ufeffA"), max_size=60
)
LONG_TEXT = st.integers(900, 1100).map(lambda size: "x" * size)
TEXT = ANY_TEXT | NASTY_TEXT
LINE = TEXT | LONG_TEXT | st.just(".") | st.just("..") | st.just("From x")
LINES = st.lists(LINE, min_size=1, max_size=8)
ENDS = st.sampled_from(["\r\n", "\r\n", "\r\n", "\n", "\r"])

ATOM = st.text(st.sampled_from("abzAZ09!#$%&'*+-/=?^_`{|}~."), min_size=1, max_size=64)
LOCAL = (
    ATOM | st.text(st.sampled_from("абвюя👍é"), min_size=1, max_size=20) | NASTY_TEXT
)
QUOTED = st.text(st.sampled_from('ab@."\\'), max_size=10).map(lambda text: f'"{text}"')
LABEL = st.text(st.sampled_from("abcxyz0789"), min_size=1, max_size=20)
IDN_LABEL = st.text(st.sampled_from("абвгдеё"), min_size=1, max_size=20)
DOMAIN = st.lists(LABEL | IDN_LABEL, min_size=1, max_size=3).map(".".join) | NASTY_TEXT
ADDRESS = st.tuples(LOCAL | QUOTED, DOMAIN).map("@".join)


@dataclass
class Line:
    """A connection to the oracle that stays open for many letters."""

    oracle: Oracle
    connection: SmtpConnection
    runner: asyncio.Runner

    def send(self, envelope: Envelope) -> Taken:
        """Hand it over and return what the oracle made of it.

        :raises LetterUnfit: if it must not be written at all.
        """
        parcel = self.connection.pack(envelope)
        before = len(self.oracle.accepted)
        self.runner.run(self._hand_over(parcel))
        assert self.oracle.breaches == []
        assert len(self.oracle.accepted) == before + 1
        return self.oracle.accepted[-1]

    async def _hand_over(self, parcel: object) -> None:
        connection = self.connection
        answer = await connection.offer(parcel)  # type: ignore[arg-type]
        assert answer.is_open, answer
        connection.hand_over(parcel)  # type: ignore[arg-type]
        assert (await connection.dot_reply()).code == 250


@contextmanager
def line_to_oracle(extensions: tuple[str, ...] = EVERYTHING) -> Iterator[Line]:
    oracle = Oracle(Script(extensions=extensions))
    with asyncio.Runner() as runner:
        connection = runner.run(connect(parse_relay_address(oracle.url)))
        yield Line(oracle, connection, runner)
        runner.run(connection.quit())
    oracle.close()


def hold_for(examples: int, *strategies: object, check: Callable[..., None]) -> None:
    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    often = settings(max_examples=examples, deadline=None, suppress_health_check=slow)
    often(given(*strategies)(check))()  # type: ignore[arg-type]


def envelope(content: bytes, recipient: str = "ann@x.example") -> Envelope:
    return Envelope(sender="news@x.example", recipient=recipient, content=content)


@pytest.mark.thorough
@OFTEN
def test_a_letter_arrives_byte_for_byte_or_is_not_written_at_all(examples: int) -> None:
    def check(line: Line) -> Callable[..., None]:
        def held(lines: list[str], end: str) -> None:
            content = end.join(lines).encode()
            if not is_legal(content):
                with pytest.raises(LetterUnfit):
                    line.connection.pack(envelope(content))
                return
            ending = b"" if content.endswith(b"\r\n") else b"\r\n"
            assert line.send(envelope(content)).content == content + ending

        return held

    with line_to_oracle() as line:
        hold_for(examples, LINES, ENDS, check=check(line))


def is_legal(content: bytes) -> bool:
    lines = content.split(b"\r\n")
    has_strays = any(stray in line for line in lines for stray in (b"\r", b"\n", b"\0"))
    return bool(content) and not has_strays and max(map(len, lines)) <= 998


@OFTEN
def test_an_address_is_one_recipient_as_it_was_meant_or_refused(examples: int) -> None:
    def check(line: Line) -> Callable[..., None]:
        def held(address: str) -> None:
            try:
                taken = line.send(envelope(b"Hello\r\n", address))
            except AddressUnfit:
                return
            local, _at, domain = address.rpartition("@")
            wire_local, _at, wire_domain = taken.recipient.rpartition("@")
            assert wire_local == local
            assert wire_domain.isascii()
            assert meant(wire_domain) == meant(domain)

        return held

    with line_to_oracle() as line:
        hold_for(examples, ADDRESS, check=check(line))


def meant(domain: str) -> str:
    if domain.isascii() and "xn--" not in domain:
        return domain
    return idna.decode(unicodedata.normalize("NFC", domain), uts46=True)


@OFTEN
def test_without_smtputf8_no_byte_of_an_address_is_outside_of_ascii(
    examples: int,
) -> None:
    def check(line: Line) -> Callable[..., None]:
        def held(address: str) -> None:
            is_cyrillic = not address.rpartition("@")[0].isascii()
            try:
                taken = line.send(envelope(b"Hello\r\n", address))
            except AddressUnfit:
                return
            assert not is_cyrillic
            assert taken.recipient.isascii()

        return held

    with line_to_oracle(("PIPELINING",)) as line:
        hold_for(examples, ADDRESS, check=check(line))


@pytest.mark.thorough
@OF_WHOLE_LETTERS
def test_a_letter_of_ours_says_at_its_reader_what_its_author_meant(
    examples: int,
) -> None:
    def check(line: Line) -> Callable[..., None]:
        def held(subject: str, sender: str, text: str, names: list[str]) -> None:
            letter = compile_letter(
                a_letter(
                    subject=without_expressions(subject),
                    sender_name=sender,
                    outro=f"<p>{without_expressions(text, in_html=True)}</p>",
                    sections=(),
                )
            )
            for name in names:
                reader = a_reader(name=name)
                sent = envelope(letter.message_for(reader), reader.address)
                taken = line.send(sent)
                assert_reads_as(taken.content, subject=subject, sender=sender)
                assert_parts_are_the_views(taken.content, letter, reader)

        return held

    # Not even 8BITMIME is needed for what we write ourselves.
    with line_to_oracle(("PIPELINING",)) as line:
        subjects, names = TEXT | LONG_TEXT, st.lists(TEXT, min_size=5, max_size=5)
        hold_for(examples, subjects, TEXT, TEXT, names, check=check(line))


def without_expressions(text: str, *, in_html: bool = False) -> str:
    plain = text.replace("{", "(")
    return plain.replace("<", "(").replace("&", "+") if in_html else plain


def assert_reads_as(content: bytes, *, subject: str, sender: str) -> None:
    content.decode("ascii")
    found = email.message_from_bytes(content, policy=email.policy.default)
    assert not found.defects
    assert found["Subject"] == clean_line(without_expressions(subject))
    assert found["To"].addresses[0].addr_spec == "anna@mail.example"
    # Python 3.11's own parser leaves a space between two encoded words of a name.
    raw = email.message_from_bytes(content)["From"].replace("\r\n", "")
    assert str(make_header(decode_header(parseaddr(raw)[0]))) == clean_line(sender)


def assert_parts_are_the_views(
    content: bytes, letter: CompiledLetter, reader: Reader
) -> None:
    parts = parts_of(content)
    assert parts.html.replace("\r\n", "\n") == letter.html_for(reader)
    assert parts.text.replace("\r\n", "\n") == letter.text_for(reader)


@pytest.mark.parametrize(
    ("extensions", "is_taken"), [(("8BITMIME",), True), (("PIPELINING",), False)]
)
def test_eight_bit_letters_go_only_where_they_are_taken(
    extensions: tuple[str, ...], *, is_taken: bool
) -> None:
    content = "Subject: Привет\r\n\r\nПривет\r\n".encode()

    with line_to_oracle(extensions) as line:
        if is_taken:
            assert line.send(envelope(content)).content == content
        else:
            with pytest.raises(RelayRejection, match="8-bit"):
                line.send(envelope(content))


@pytest.mark.parametrize(
    ("extensions", "options"),
    [
        (("SMTPUTF8", "8BITMIME"), " SMTPUTF8 BODY=8BITMIME"),
        (("8BITMIME",), None),
    ],
)
def test_our_letters_reach_a_mailbox_in_cyrillic_where_it_is_taken(
    extensions: tuple[str, ...], options: str | None
) -> None:
    reader = a_reader(address="анна@почта.example")
    content = compile_letter(a_letter()).message_for(reader)
    ready = Envelope("news@x.example", reader.address, content, is_wire_ready=True)

    with line_to_oracle(extensions) as line:
        if options is None:
            with pytest.raises(AddressUnfit, match="SMTPUTF8"):
                line.connection.pack(ready)
            return
        offer = line.connection.pack(ready).offer.decode()
        taken = line.send(ready)

    assert offer.startswith(f"MAIL FROM:<news@x.example>{options}\r\n")
    assert taken.recipient == "анна@xn--80a1acny.example"
    assert taken.content == content


def test_a_reader_whom_no_letter_can_name_is_found_before_the_wire() -> None:
    letter = compile_letter(a_letter())

    with pytest.raises(ReaderUnfit):
        letter.message_for(a_reader(address="ann@x.example\r\nBcc: eve@x.example"))
