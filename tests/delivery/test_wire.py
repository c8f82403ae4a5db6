"""Replies, addresses and bytes for the wire: pure functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonets.delivery.errors import BadRelayAddress
from gonets.delivery.ports import LetterUnfit
from gonets.delivery.transports.addresses import (
    AddressUnfit,
    mailbox,
    parse_relay_address,
)
from gonets.delivery.transports.replies import ProtocolBreach, ReplyReader
from gonets.delivery.transports.smtp import check_content, stuffed
from gonets.delivery.types import Reply


def read(received: bytes) -> list[Reply]:
    return list(ReplyReader().feed(received))


def test_replies_of_several_lines_are_read_with_their_enhanced_code() -> None:
    replies = read(b"250-2.1.0 Ok\r\n250 2.1.0 and more\r\n550 5.1.1 No such user\r\n")

    assert [str(reply) for reply in replies] == [
        "250 2.1.0 Ok and more",
        "550 5.1.1 No such user",
    ]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_it_does_not_matter_how_replies_are_cut(sizes: list[int]) -> None:
    whole = b"250-one\r\n250 two\r\n354 go\r\n421 4.7.0 bye\r\n250\r\n"
    reader, replies, rest = ReplyReader(), [], whole
    for size in sizes:
        replies += reader.feed(rest[:size])
        rest = rest[size:]
    replies += reader.feed(rest)

    assert [reply.code for reply in replies] == [250, 354, 421, 250]


@pytest.mark.parametrize(
    "received",
    [
        b"hello\r\n",
        b"2500 Ok\r\n",
        b"150 Ok\r\n",
        b"250-one\r\n354 two\r\n",
        b"250 " + b"x" * 3000,
        b"250-more\r\n" * 200,
        b"\r\n",
        b"HTTP/1.1 400 Bad Request\r\n",
    ],
)
def test_what_is_no_reply_is_a_breach(received: bytes) -> None:
    with pytest.raises(ProtocolBreach):
        read(received)


@given(st.binary(max_size=3000))
def test_any_bytes_are_replies_or_a_breach(received: bytes) -> None:
    try:
        replies = read(received)
    except ProtocolBreach:
        return

    assert all(200 <= reply.code < 600 for reply in replies)


@pytest.mark.parametrize(
    ("url", "host", "port", "security"),
    [
        ("smtp://127.0.0.1", "127.0.0.1", 25, "none"),
        ("smtp://relay.example:2525", "relay.example", 2525, "none"),
        ("smtp+starttls://a:b@relay.example", "relay.example", 587, "starttls"),
        ("smtps://a%40b:c%2Fd@relay.example", "relay.example", 465, "tls"),
        ("smtps://[::1]:4650", "::1", 4650, "tls"),
        ("lmtp://127.0.0.1", "127.0.0.1", 24, "none"),
        ("lmtp://relay.example:2400", "relay.example", 2400, "none"),
    ],
)
def test_relay_addresses_are_read(
    url: str, host: str, port: int, security: str
) -> None:
    address = parse_relay_address(url)

    assert (address.host, address.port, address.security) == (host, port, security)


def test_the_password_is_decoded_and_never_shown() -> None:
    address = parse_relay_address("smtps://a%40b:c%2Fd@relay.example")

    assert (address.user, address.password) == ("a@b", "c/d")
    assert "c/d" not in repr(address)


@pytest.mark.parametrize(
    ("url", "path", "name"),
    [
        ("lmtp+unix:///run/dovecot/lmtp", "/run/dovecot/lmtp", "/run/dovecot/lmtp"),
        ("lmtp+unix:///with%20space", "/with space", "/with space"),
        ("lmtp://relay.example", "", "relay.example"),
    ],
)
def test_lmtp_is_spoken_over_the_network_or_a_path(
    url: str, path: str, name: str
) -> None:
    address = parse_relay_address(url)

    assert address.is_lmtp
    assert (address.path, address.name) == (path, name)


def test_an_access_token_is_asked_for_by_name() -> None:
    address = parse_relay_address(
        "smtp+starttls://ann%40x.example:ya29.a%3D%3D@relay.example?auth=xoauth2"
    )

    assert (address.user, address.password) == ("ann@x.example", "ya29.a==")
    assert address.auth == "xoauth2"
    assert parse_relay_address("smtps://a:b@relay.example").auth == ""


@pytest.mark.parametrize(
    "url",
    [
        "",
        "smtp://relay.example:0",
        "smtp://relay..example",
        "smtps://:password@relay.example",
        "smtps://user:pass%1Fword@relay.example",
        "smtps://user:token@relay.example?auth=plain",
        "smtps://relay.example?auth=xoauth2",
        "smtps://user@relay.example?auth=xoauth2",
        "smtp://user:token@relay.example?auth=xoauth2",
        "lmtp://user:password@relay.example",
        "lmtp://",
        "lmtp+unix://",
        "lmtp+unix:///",
        "lmtp+unix://host/path",
        "lmtp+unix:///path?auth=xoauth2",
        "lmtp+unix:///nul%00",
        "nonsense",
        "http://relay.example",
        "smtp://",
        "smtp://relay.example:99999",
        "smtp://relay.example:port",
        "smtp://relay.example/path",
        "smtp://relay example",
        "smtp://relay\r\nexample",
        "smtp://user:password@relay.example",
        "smtps://user:pass%00word@relay.example",
        "smtp://[::1",
    ],
)
def test_bad_relay_addresses_are_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(BadRelayAddress, match=r"\w+ \w+"):
        parse_relay_address(url)


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("ann@x.example", "ann@x.example"),
        ("ann@почта.рф", "ann@xn--80a1acny.xn--p1ai"),
        ('"odd@name"@x.example', '"odd@name"@x.example'),
    ],
)
def test_domains_travel_as_a_labels(address: str, wire: str) -> None:
    assert mailbox(address, takes_utf8=False) == wire


def test_a_cyrillic_name_needs_a_relay_that_takes_it() -> None:
    assert mailbox("анна@почта.рф", takes_utf8=True).startswith("анна@xn--")
    with pytest.raises(AddressUnfit):
        mailbox("анна@почта.рф", takes_utf8=False)


@pytest.mark.parametrize(
    "address",
    [
        "ann@x.example>\r\nRCPT TO:<eve@x.example",
        "ann@x.example\n",
        "a nn@x.example",
        "<ann@x.example>",
        "ann",
        "ann@x\u2028.example",
        "ann@" + "ж" * 70 + ".example",
    ],
)
def test_an_address_cannot_smuggle_a_command(address: str) -> None:
    with pytest.raises(AddressUnfit):
        mailbox(address, takes_utf8=True)


@given(
    st.lists(
        st.text(st.characters(codec="ascii", exclude_characters="\r\n\0"), max_size=80),
        min_size=1,
    )
)
def test_dots_are_doubled_and_come_back_as_they_were(lines: list[str]) -> None:
    content = "".join(f"{line}\r\n" for line in lines).encode()

    wire = stuffed(content) + b".\r\n"

    assert wire.endswith(b"\r\n.\r\n")
    assert wire.find(b"\r\n.\r\n") == len(wire) - 5  # it ends nowhere else
    got = wire[: -len(b".\r\n")].split(b"\r\n")
    assert b"\r\n".join(line.removeprefix(b".") for line in got) == content


@pytest.mark.parametrize(
    "content",
    [b"", b"bare\nline", b"bare\rreturn\r\n", b"nul\0\r\n", b"x" * 999 + b"\r\n"],
)
def test_illegal_content_never_reaches_the_wire(content: bytes) -> None:
    with pytest.raises(LetterUnfit):
        check_content(content)
