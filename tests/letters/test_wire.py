"""The bytes of a letter: legal whatever stands in it, and read back as meant."""

from __future__ import annotations

import email
import email.policy
import quopri
import re
from datetime import UTC, datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gonets.letters.compiling import compile_letter
from gonets.letters.encodings import (
    Base64Body,
    QuotedPrintableBody,
    canonical,
    quoted_printable,
    smallest_body,
)
from gonets.letters.errors import ReaderUnfit, TemplateFault
from gonets.letters.personalising import clean_line
from gonets.letters.reading import parts_of

from .samples import a_letter, a_reader

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=200)
HOSTILE_LINES = [
    "Анна\r\nBcc: all@victim.example",
    "Анна\nX-Injected: 1",
    "a\rb",
    "nul\0byte",
    '"><script>alert(1)</script>',
    "abc\N{RIGHT-TO-LEFT OVERRIDE}cod.exe",
    "line\u2028separator\x85next",
    "=?utf-8?q?=0D=0ABcc:_x?=",
    'quo"te \\ back, comma <angle@x.example>; (comment)',
    "👩‍👩‍👧 семья",
    "x" * 998,
    "Ж" * 500,
    " ",
    "a" * 60 + " " + "b" * 60,
    ".",
    "name@spoof.example",
]


def parsed(message: bytes) -> EmailMessage:
    found = email.message_from_bytes(message, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def display_name(message: bytes, header: str) -> str:
    """Python 3.11's own parser leaves a space between two encoded words of a name."""
    raw = email.message_from_bytes(message)[header]
    phrase = parseaddr(raw.replace("\r\n", ""))[0]
    return str(make_header(decode_header(phrase)))


def assert_legal(message: bytes) -> None:
    """RFC 5322 and 5321: ASCII, CRLF only, short lines, one header of a name."""
    message.decode("ascii")
    assert b"\0" not in message
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", message)
    lines = message.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    body = message.partition(b"\r\n\r\n")[2].split(b"\r\n")
    assert max(map(len, body)) <= 76
    assert not any(line.startswith((b".", b"From ")) for line in body)
    assert not any(line.endswith((b" ", b"\t")) for line in body)
    names = [name.lower() for name in parsed(message).keys()]  # noqa: SIM118
    assert len(names) == len(set(names))


def test_a_letter_carries_every_header_that_mailbox_providers_ask_for():
    message = compile_letter(a_letter()).message_for(a_reader())

    assert_legal(message)
    letter = parsed(message)
    assert letter["From"].addresses[0].display_name == "Вести города"
    assert letter["From"].addresses[0].addr_spec == "news@gorod.example"
    assert letter["To"].addresses[0].display_name == "Анна"
    assert letter["To"].addresses[0].addr_spec == "anna@mail.example"
    assert letter["Reply-To"] == "red@gorod.example"
    assert letter["Subject"] == "Читальный зал до полуночи"
    assert letter["Date"].datetime == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert letter["Message-ID"] == "<abc.1@gorod.example>"
    assert letter["List-Id"].endswith("<vesti.gorod.example>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(letter["Feedback-ID"].split(":")) == 4
    assert 5 <= len(letter["Feedback-ID"].split(":")[3]) <= 15
    assert letter["MIME-Version"] == "1.0"
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == [
        "text/plain",
        "text/html",
    ]


@pytest.mark.parametrize("length", [10, 76, 200, 800])
def test_the_way_out_is_never_folded_or_encoded(length):
    address = "https://gorod.example/u/" + "a" * length

    message = compile_letter(a_letter()).message_for(
        a_reader(unsubscribe_address=address)
    )

    assert f"\r\nList-Unsubscribe: <{address}>\r\n".encode() in message


def test_the_same_reader_gets_the_same_bytes_from_another_compilation():
    first = compile_letter(a_letter()).message_for(a_reader())

    assert compile_letter(a_letter()).message_for(a_reader()) == first


def test_the_date_is_written_in_utc_whatever_zone_it_was_given_in():
    moscow = timezone(timedelta(hours=3))
    date = datetime(2026, 11, 23, 15, 0, tzinfo=moscow)

    message = compile_letter(a_letter()).message_for(a_reader(date=date))

    assert b"\r\nDate: Mon, 23 Nov 2026 12:00:00 +0000\r\n" in message


@pytest.mark.parametrize("name", HOSTILE_LINES)
def test_no_name_breaks_out_of_its_place(name):
    letter = a_letter(subject="{{ subscriber.name }}: новости")

    message = compile_letter(letter).message_for(a_reader(name=name))

    assert_legal(message)
    found = parsed(message)
    assert "Bcc" not in found
    assert "X-Injected" not in found
    assert found["To"].addresses[0].addr_spec == "anna@mail.example"
    assert found["Subject"] == f"{clean_line(name)}: новости".strip()
    assert "<script>" not in parts_of(message).html


@pytest.mark.parametrize("name", ["", "Анна"])
@pytest.mark.parametrize(
    "subject",
    [
        "{{ subscriber.name }} и все новости",
        "Новости для {{ subscriber.name }}",
        "Город, {{ subscriber.name }} и новости",
        "{{ subscriber.name }} {{ subscriber.name }}",
    ],
)
def test_a_subject_reads_as_in_the_preview_also_where_a_value_is_missing(subject, name):
    letter, reader = compile_letter(a_letter(subject=subject)), a_reader(name=name)

    message = email.message_from_bytes(letter.message_for(reader))

    [(text, charset)] = decode_header(message["Subject"])
    said = text if charset is None else text.decode(charset)
    assert said == letter.subject_for(reader)


@pytest.mark.parametrize("text", HOSTILE_LINES)
def test_no_subject_or_sender_breaks_out_of_its_header(text):
    letter = a_letter(
        subject=text, sender_name=text, newsletter=text, postal_address=text
    )

    message = compile_letter(letter).message_for(a_reader())

    assert_legal(message)
    found = parsed(message)
    assert "Bcc" not in found
    assert found["Subject"] == clean_line(text)
    assert found["From"].addresses[0].addr_spec == "news@gorod.example"


def test_a_list_id_that_no_line_can_hold_is_refused():
    with pytest.raises(TemplateFault) as fault:
        compile_letter(a_letter(list_id="weekly." + "a" * 1000 + ".example"))

    assert fault.value.field == "list_id"


@pytest.mark.parametrize(
    "field", ["sender_address", "reply_to", "list_id"], ids=lambda field: field
)
@pytest.mark.parametrize(
    "value", ["a@b.example\r\nBcc: c@d.example", "no address", "<a@b.example>"]
)
def test_an_impossible_sender_is_refused_by_name(field, value):
    with pytest.raises(TemplateFault) as fault:
        compile_letter(a_letter(**{field: value}))

    assert fault.value.field == field


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "anna@mail.example\r\nBcc: x@y.example"},
        {"address": ""},
        {"message_id": "<a@b>\r\nX: y"},
        {"message_id": "no brackets"},
        {"unsubscribe_address": "https://x.example/>\r\nX: y"},
        {"unsubscribe_address": "javascript:alert(1)"},
        {"unsubscribe_address": "https://x.example/" + "a" * 1000},
    ],
)
def test_a_reader_whom_no_legal_letter_can_reach_is_named(changes):
    with pytest.raises(ReaderUnfit):
        compile_letter(a_letter()).message_for(a_reader(**changes))


def test_a_domain_in_cyrillic_is_written_in_ascii():
    message = compile_letter(a_letter()).message_for(a_reader(address="anna@почта.рф"))

    assert parsed(message)["To"].addresses[0].addr_spec == (
        "anna@xn--80a1acny.xn--p1ai"
    )


@pytest.mark.parametrize("name", ["", "Анна", "Ann"])
def test_a_mailbox_in_cyrillic_is_written_as_it_is(name):
    letter = compile_letter(a_letter())

    message = letter.message_for(a_reader(address="анна@почта.рф", name=name))

    head, _end, body = message.partition(b"\r\n\r\n")
    assert "<анна@xn--80a1acny.xn--p1ai>\r\nDate: ".encode() in head
    others = [line for line in head.split(b"\r\n") if not line.isascii()]
    assert len(others) == 1
    assert body.isascii()
    assert "анна@почта.рф" in dict(parts_of(message).headers)["To"].replace(
        "xn--80a1acny.xn--p1ai", "почта.рф"
    )


@given(subject=ANY_TEXT, name=ANY_TEXT)
@settings(max_examples=30, deadline=None)
def test_any_words_come_back_as_they_were_meant(subject, name):
    subject = subject.replace("{", "(")
    letter = compile_letter(a_letter(subject=subject, sender_name=name))

    message = letter.message_for(a_reader(name=name))

    assert_legal(message)
    found = parsed(message)
    assert found["Subject"] == clean_line(subject)
    assert display_name(message, "From") == clean_line(name)
    assert display_name(message, "To") == clean_line(name)
    assert_parts_are_the_views(letter, message, name=name)


def assert_parts_are_the_views(letter: Any, message: bytes, *, name: str) -> None:
    parts = parts_of(message)
    reader = a_reader(name=name)
    assert parts.html.replace("\r\n", "\n") == letter.html_for(reader)
    assert parts.text.replace("\r\n", "\n") == letter.text_for(reader)


@given(st.text(st.characters(codec="utf-8"), max_size=300), st.booleans())
@settings(max_examples=30, deadline=None)
def test_any_personal_value_is_spliced_without_a_trace(name, in_ascii):
    # An English letter goes out in quoted-printable, a Russian one in base64.
    words = {"language": "en", "newsletter": "News", "outro": "<p>Bye</p>"}
    letter = compile_letter(a_letter(sections=(), **(words if in_ascii else {})))

    message = letter.message_for(a_reader(name=name))

    assert_legal(message)
    assert_parts_are_the_views(letter, message, name=name)


FRAGMENTS = st.lists(
    st.text(st.sampled_from("aЖ=. \t\nFrom👍"), max_size=170), min_size=1, max_size=6
)


@pytest.mark.parametrize("kind", [QuotedPrintableBody, Base64Body])
@given(fixed=FRAGMENTS, personal=st.lists(st.text(max_size=200), max_size=5))
def test_a_body_decodes_to_fixed_and_personal_text_in_turn(kind, fixed, personal):
    personal = (personal + [""] * 5)[: len(fixed) - 1]
    stretches = [canonical(text) for text in fixed]
    values = [canonical(text) for text in personal]

    body = kind.of(stretches)
    encoded = b"".join(body.stretches([body.gap(text) for text in personal]))

    part = email.message_from_bytes(
        b"Content-Transfer-Encoding: " + body.encoding + b"\r\n\r\n" + encoded
    )
    meant = b"".join(a + b for a, b in zip(stretches, [*values, b""], strict=True))
    assert part.get_payload(decode=True) == meant
    assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
    assert not any(line.startswith(b".") for line in encoded.split(b"\r\n"))


@pytest.mark.parametrize("way", ["fixed", "gap"])
@pytest.mark.parametrize("text", ["x" * 73 + "From me", "x" * 146 + "From me", "From "])
def test_no_encoded_line_begins_like_the_next_letter_in_a_mailbox_file(text, way):
    body = QuotedPrintableBody.of([b"", b""])
    encoded = quoted_printable(text.encode()) if way == "fixed" else body.gap(text)

    assert not any(line.startswith(b"From ") for line in encoded.split(b"\r\n"))
    assert quopri.decodestring(encoded) == text.encode()
    assert max(map(len, encoded.split(b"\r\n"))) <= 76


PLAIN_OR_NOT = st.text(st.sampled_from("aZ09 .=/:FromЖ👍\t\n"), max_size=170)


@given(PLAIN_OR_NOT)
@example("https://gorod.example/u/weekly." + "a" * 42 + ".b/" + "c" * 80)
@example("From me")
@example("a" * 73 + "From me")
@example("a" * 146 + "From me")
@example(".dot")
@example("blank ")
def test_the_short_way_of_a_plain_value_leads_to_the_same_bytes(text):
    value = canonical(text)

    body = QuotedPrintableBody.of([b"", b""])

    encoded = body.stretches([body.gap(text)])

    soft_break = b"" if not value or value.endswith(b"\r\n") else b"=\r\n"
    assert b"".join(encoded) == quoted_printable(value) + soft_break


def test_the_smaller_encoding_is_taken():
    assert smallest_body([b"plain words " * 20]).encoding == b"quoted-printable"
    assert smallest_body([("русские слова " * 20).encode()]).encoding == b"base64"
