"""Signatures, looked at by dkimpy and once more by hand."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from datetime import UTC, datetime

import dkim
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonets.letters.compiling import compile_letter
from gonets.letters.dkim import KeyTooShort, Signer, relaxed_fields, simple_body
from tests.letters.samples import a_letter, a_reader, a_section, an_entry
from tests.support.signing_keys import dns_with, record_of, rsa_key

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DNS = dns_with({"s1._domainkey.gorod.example": record_of(rsa_key())})
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")

ENGLISH = {
    "language": "en",
    "newsletter": "City news",
    "sender_name": "City news",
    "subject": "Hello {{ subscriber.name }}, here is what is new in your city",
    "reply_to": "",
    "greeting": "Hello!",
    "intro": "<p>What is new.</p>",
    "outro": "<p>Until Thursday!</p>",
    "postal_address": "1 Quay Street, Port",
}
MANY = [an_entry(str(number)) for number in range(9)]
LETTERS = {
    "base64": compile_letter(a_letter(sections=(a_section(*MANY),))),
    "quoted-printable": compile_letter(a_letter(**ENGLISH, sections=())),
    "long names": compile_letter(a_letter(sender_name="Вести " * 15)),
}


@pytest.fixture
def signer() -> Signer:
    return a_signer()


def a_signer() -> Signer:
    return Signer(domain="gorod.example", selector="s1", key=rsa_key())


def is_valid(message: bytes) -> bool:
    return bool(dkim.verify(message, dnsfunc=DNS))


def is_valid_by_hand(message: bytes) -> bool:
    """Follow RFC 6376 §6.1 with nothing but hashes and one power."""
    head, _, body = message.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    values = [field.split(b":", 1)[1] for field in fields]
    names = [field.split(b":", 1)[0].strip().lower() for field in fields]
    tags = dict(
        (part.strip() for part in tag.split(b"=", 1)) for tag in values[0].split(b";")
    )
    if b64decode(tags[b"bh"]) != hashlib.sha256(body).digest():
        return False
    lines = []
    unused = list(range(1, len(fields)))
    for wanted in re.sub(rb"\s", b"", tags[b"h"]).lower().split(b":"):
        found = [index for index in unused if names[index] == wanted]
        if found:
            unused.remove(found[-1])
            lines.append(wanted + b":" + b" ".join(values[found[-1]].split()))
    own = re.sub(rb"(;\s*b=)[^;]*", rb"\1", values[0])
    lines.append(b"dkim-signature:" + b" ".join(own.split()))
    numbers = rsa_key().public_key().public_numbers()
    signature = int.from_bytes(b64decode(tags[b"b"]), "big")
    block = pow(signature, numbers.e, numbers.n).to_bytes(256, "big")
    hashed = hashlib.sha256(b"\r\n".join(lines)).digest()
    ending = b"\0" + SHA256_PREFIX + hashed
    return block == b"\0\1" + b"\xff" * (254 - len(ending)) + ending


@pytest.mark.parametrize("kind", LETTERS)
def test_receivers_find_the_signature_valid(signer, kind):
    signed = signer.signed(LETTERS[kind].message_for(a_reader()), at=AT)

    assert is_valid(signed)
    assert is_valid_by_hand(signed)


PRINTABLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@pytest.mark.parametrize("kind", LETTERS)
@settings(max_examples=25, deadline=None)
@given(
    name=PRINTABLE,
    local=st.from_regex(r"[a-z0-9][a-z0-9.+_-]{0,30}[a-z0-9]", fullmatch=True),
)
def test_no_personal_value_breaks_the_signature(kind, name, local):
    reader = a_reader(name=name, address=f"{re.sub('[.]+', '.', local)}@mail.example")

    signed = a_signer().signed(LETTERS[kind].message_for(reader), at=AT)

    assert is_valid(signed)
    assert is_valid_by_hand(signed)


def test_a_letter_signed_again_has_the_same_bytes(signer):
    message = LETTERS["base64"].message_for(a_reader())

    first = signer.signed(message, at=AT)

    assert a_signer().signed(message, at=AT) == first
    assert f" t={int(AT.timestamp())};".encode() in first


def test_the_signature_stands_on_top_and_changes_nothing_below(signer):
    message = LETTERS["base64"].message_for(a_reader())

    signed = signer.signed(message, at=AT)

    assert signed.startswith(b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple;")
    assert signed.endswith(message)
    assert max(map(len, signed.removesuffix(message).split(b"\r\n"))) <= 78
    assert b"\n" not in signed.replace(b"\r\n", b"")
    assert b"\r\n." not in signed.removesuffix(message)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        pytest.param(b"\r\nSubject:", b"\r\nSubject: x", id="another subject"),
        pytest.param(b"\r\nFrom:", b"\r\nFrom: x@x.example\r\nFrom:", id="two senders"),
        pytest.param(b"\r\nTo:", b"\r\nReply-To: x@x.example\r\nTo:", id="replies"),
        pytest.param(b"One-Click", b"Two-Clicks", id="another way out"),
        pytest.param(b"/u/abc", b"/u/abd", id="somebody else's way out"),
        pytest.param(b"boundary", b"boundarY", id="another content type"),
        pytest.param(b"--\r\n", b"--\r\nmore\r\n", id="more text"),
        pytest.param(b"d=gorod.example", b"d=other.example", id="another domain"),
        pytest.param(b" t=1", b" t=2", id="another time"),
    ],
)
@pytest.mark.parametrize("kind", ["base64", "quoted-printable"])
def test_a_letter_that_was_changed_is_found_out(signer, kind, was, becomes):
    signed = signer.signed(LETTERS[kind].message_for(a_reader()), at=AT)

    changed = signed.replace(was, becomes)

    assert changed != signed
    assert not is_valid(changed)


def test_relays_may_fold_anew_and_add_their_own_headers(signer):
    signed = signer.signed(LETTERS["base64"].message_for(a_reader()), at=AT)

    passed_on = b"Received: by relay.example\r\n" + signed.replace(
        b"\r\nTo: ", b"\r\nTO:\r\n\t  "
    )

    assert is_valid(passed_on)


def test_of_two_headers_of_one_name_the_last_is_signed_first(signer):
    message = (
        b"To: a@a.example\r\nFrom: b@b.example\r\nTo: c@c.example\r\n\r\nHello\r\n"
    )

    signed = signer.signed(message, at=AT)

    assert is_valid(signed)
    assert is_valid_by_hand(signed)


@pytest.mark.parametrize("body", [b"", b"\r\n", b"no end", b"a \t b\r\n\r\n\r\n"])
def test_every_body_can_be_signed(signer, body):
    signed = signer.signed(b"From: b@b.example\r\n\r\n" + body, at=AT)

    assert is_valid(signed)


def test_headers_are_relaxed_as_the_standard_shows():
    head = b"A: X\r\nB : Y\t\r\n\tZ  "  # RFC 6376 §3.4.5

    assert relaxed_fields(head) == [b"a:X", b"b:Y Z"]


@pytest.mark.parametrize("kind", ["base64", "quoted-printable"])
def test_no_line_of_a_body_ends_with_a_blank(kind):
    """So relays have nothing to strip, which is all that "relaxed" would forgive."""
    body = LETTERS[kind].message_for(a_reader(name="ends with blanks  "))

    assert not re.search(rb"[ \t]\r\n", body)
    assert simple_body(body) is body


def test_a_short_key_signs_nothing():
    with pytest.raises(KeyTooShort):
        Signer(domain="gorod.example", selector="s1", key=rsa_key(1024))


@pytest.mark.parametrize(
    ("kind", "encoding"), [("base64", b"base64"), ("quoted-printable", b"quoted-")]
)
def test_both_encodings_are_tried_here(kind, encoding):
    message = LETTERS[kind].message_for(a_reader())

    assert b"\r\nContent-Transfer-Encoding: " + encoding in message
