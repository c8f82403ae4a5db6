"""What a letter promises the engine: nothing is left to check or to change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gonets.delivery.ports import Binding, Envelope, LetterUnfit, Recipient
from gonets.delivery.transports.smtp import check_content, stuffed
from gonets.letters.compiling import compile_letter
from gonets.letters.dkim import Signer
from gonets.letters.reading import parts_of
from gonets.publishing.letters import VersionLetter
from gonets.publishing.readers import bound_reader
from tests.letters.samples import a_letter
from tests.support.signing_keys import rsa_key

GREETINGS = (
    "Hello, {{ subscriber.name | default('friends') }}!",
    "{{ subscriber.name }}",
    "{% if subscriber.name %}{{ subscriber.name }}{% else %}.{% endif %}",
    "{{ subscriber.name | upper }} {{ subscriber.address }}",
)
ENGLISH = {"language": "en", "newsletter": "News", "sections": (), "outro": ""}
ANY_NAME = st.text(st.characters(), max_size=200) | st.text(
    st.sampled_from("aЖ.= \r\n\tFrom\0\u2028👍"), max_size=200
)
ADDRESSES = st.sampled_from(
    [
        "ann@example.com",
        "o'neill+x=y@example.com",
        "a" * 64 + "@" + "b" * 60 + ".example",
        "anna@почта.рф",
        "анна@почта.рф",
        "a@b\r\nBcc: x@y.example",
    ]
)
WAYS_OUT = st.sampled_from(
    [
        "https://gorod.example/u/weekly.abcdefghijklmnop.abcdefghijklmnopqrstuvwxyzA/",
        "https://gorod.example/?a=1&b='2'",
        "http://gorod.example/" + "." * 200,
        "https://gorod.example/" + "a" * 2000,
    ]
)


@cache
def letter(*, greeting: str, is_english: bool) -> VersionLetter:
    """An English letter goes out in quoted-printable, a Russian one in base64."""
    changes = ENGLISH if is_english else {}
    content = a_letter(greeting=greeting, subject=greeting, preheader="", **changes)
    return VersionLetter(
        compiled=compile_letter(content),
        sender="news@gorod.example",
        readership_id=1,
        readership_key="weekly",
    )


def an_order(*, name: str, address: str, way_out: str) -> tuple[Recipient, Binding]:
    recipient = Recipient(
        delivery_id=1, address=address, address_key=address, person_ref="1"
    )
    values = {"name": name, "address": address, "unsubscribe_address": way_out}
    binding = Binding(
        letter_ref="1-a",
        message_id="<abc@gorod.example>",
        date=datetime(2026, 11, 23, 12, tzinfo=UTC),
        values=values,
    )
    return recipient, binding


@pytest.mark.parametrize("is_english", [True, False], ids=["english", "russian"])
@pytest.mark.parametrize("greeting", GREETINGS)
@given(name=ANY_NAME, address=ADDRESSES, way_out=WAYS_OUT)
@example(name=".", address="ann@example.com", way_out="https://gorod.example/u/")
@settings(max_examples=40, deadline=None)
def test_every_letter_is_ready_for_the_wire(
    is_english, greeting, name, address, way_out
):
    assert_ready_or_refused(
        letter(greeting=greeting, is_english=is_english),
        an_order(name=name, address=address, way_out=way_out),
    )


@pytest.mark.soak
@given(
    greeting=st.sampled_from(GREETINGS),
    is_english=st.booleans(),
    name=ANY_NAME,
    address=ADDRESSES,
    way_out=WAYS_OUT,
)
@settings(max_examples=10_000, deadline=None)
def test_ten_thousand_letters_are_ready_for_the_wire(
    greeting, is_english, name, address, way_out
):
    assert_ready_or_refused(
        letter(greeting=greeting, is_english=is_english),
        an_order(name=name, address=address, way_out=way_out),
    )


def assert_ready_or_refused(
    version: VersionLetter, order: tuple[Recipient, Binding]
) -> None:
    """What is made is ready, and reads as the slow views of the letter say."""
    try:
        envelope = version.envelope_for(*order)
    except LetterUnfit:
        return  # Nothing is made rather than something illegal.

    assert_ready(envelope)
    parts, reader = parts_of(envelope.content), bound_reader(order[0].address, order[1])
    assert parts.html.replace("\r\n", "\n") == version.compiled.html_for(reader)
    assert parts.text.replace("\r\n", "\n") == version.compiled.text_for(reader)


def assert_ready(envelope: Envelope) -> None:
    assert envelope.is_wire_ready
    check_content(envelope.content)
    # A mailbox in other letters than Latin cannot be written otherwise (RFC 6532).
    local_part = envelope.recipient.rpartition("@")[0].encode()
    assert envelope.content.replace(b"<%b@" % local_part, b"<", 1).isascii()
    assert envelope.content.endswith(b"\r\n")
    assert stuffed(envelope.content) == envelope.content


@pytest.mark.parametrize("is_english", [True, False], ids=["english", "russian"])
def test_a_signed_letter_is_no_less_ready(is_english):
    signer = Signer(domain="gorod.example", selector="s" * 63, key=rsa_key())
    made = replace(letter(greeting="Hello!", is_english=is_english), signer=signer)
    order = an_order(
        name="Ann", address="ann@example.com", way_out="https://gorod.example/u/1/"
    )

    assert_ready(made.envelope_for(*order))
    assert made.is_costly


@pytest.mark.parametrize(
    "text", [".", "." * 2000, "Ж" * 2000, "a b " * 900, "=?" * 900]
)
def test_no_wording_makes_a_letter_less_ready(text):
    content = a_letter(
        subject=text, sender_name=text, newsletter=text, postal_address=text, intro=text
    )
    made = VersionLetter(
        compiled=compile_letter(content),
        sender="news@gorod.example",
        readership_id=1,
        readership_key="weekly",
    )

    assert_ready(
        made.envelope_for(
            *an_order(
                name=text,
                address="ann@example.com",
                way_out="https://gorod.example/u/1/",
            )
        )
    )
