"""Fetching: what is refused, what is limited, and what comes back."""

from __future__ import annotations

import gzip
import ipaddress
import time
from datetime import timedelta
from itertools import cycle

import pytest

from gonets.kernel import http
from gonets.kernel.http import Guard
from gonets.kernel.networks import is_public
from tests.support.website import canary, website

INSIDE = [
    # Loopback in all its spellings.
    *("127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "127.0.1", "127.0.0.1."),
    *("2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "017700000001", "0177.0.0.1"),
    *("0177.1", "0x7F.0x0.0x0.0x1", "00000177.0.0.1", "127.0x0.0.01", "localhost"),
    *("LOCALHOST", "localhost.", "[::1]", "[0:0:0:0:0:0:0:1]"),
    *("127%2e0.0.1", "①②⑦.0.0.1", "１２７.0.0.1", "127。0。0。1", "ⓛocalhost"),
    # This host, this network.
    *("0.0.0.0", "0", "0x0", "[::]", "0.1.2.3", "255.255.255.255"),
    # Private, carrier, link-local, metadata.
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1"),
    *("100.64.0.1", "100.100.100.200", "100.127.255.255", "169.254.169.254"),
    *("2852039166", "0xA9FEA9FE", "0251.0376.0251.0376", "169.254.43518"),
    *("168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.9", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1"),
    # IPv6 that is inside, or has an IPv4 address inside.
    *("[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]"),
    *("[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]"),
    *("[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::]", "[2001:db8::1]"),
    *("[2001:4860::5efe:127.0.0.1]", "[2001:4860::200:5efe:7f00:1]", "[ff02::1]"),
    *("[100::1]", "[5f00::1]", "[3fff::1]", "[3ffe::1]", "[2001:10::1]"),
]
"""Everything a stranger may write to reach our own machine or its neighbours."""


@pytest.fixture
def site():
    with website() as running:
        yield running


@pytest.mark.parametrize("host", INSIDE)
def test_an_address_inside_our_network_is_never_connected_to(host):
    with canary() as bird:
        with pytest.raises(http.AddressRefused):
            http.fetch(
                f"http://{host}:{bird.port}/", guard=Guard(ports=frozenset({bird.port}))
            )

        assert bird.touched == 0


def test_the_table_of_addresses_is_long_enough():
    assert len(set(INSIDE)) >= 60


def test_the_canary_would_have_noticed():
    with canary() as bird:
        guard = Guard(
            ports=frozenset({bird.port}),
            trusted=(ipaddress.ip_network("127.0.0.0/8"),),
        )
        with pytest.raises(http.HttpError):
            http.fetch(f"http://127.0.0.1:{bird.port}/", guard=guard)

        assert bird.touched == 1


@pytest.mark.parametrize(
    "address",
    [
        *(
            "file:///etc/passwd",
            "ftp://example.org/",
            "gopher://example.org/",
            "data:,x",
        ),
        *(
            "javascript:alert(1)",
            "//example.org/",
            "example.org",
            "",
            "http://",
            "http:",
        ),
        *("http://user:secret@example.org/", "http://example.org\\@127.0.0.1/"),
        *(
            "http://exa mple.org/",
            "http://example.org:99999/",
            "http://example.org:22/",
        ),
        *(
            "http://example.org:0/",
            "http://a\r\nHost: b/",
            "http://[::1/",
            "http://a_b..c/",
        ),
        "http://" + "a" * 300 + ".org/",
        "http://example.org:6379/",
    ],
)
def test_what_is_no_web_address_is_refused_with_a_sentence(address):
    with pytest.raises(http.AddressRefused, match=r"\.$"):
        http.fetch(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2a00:1450:4001::200e"])
def test_the_open_internet_is_public(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "found", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:10.0.0.1"], ["fe80::1"]]
)
def test_a_name_that_leads_inside_is_refused(found):
    with canary() as bird:
        guard = Guard(ports=frozenset({bird.port}), resolver=lambda host: found)
        with pytest.raises(http.AddressRefused):
            http.fetch(f"http://innocent.example:{bird.port}/", guard=guard)

        assert bird.touched == 0


def test_rebinding_the_name_after_the_check_leads_nowhere_else(site):
    asked = []
    answers = cycle([["127.0.0.1"], ["10.0.0.1"]])

    def rebinding(host):
        asked.append(host)
        return next(answers)

    site.serve("/", b"content")
    guard = Guard(
        ports=frozenset({site.port}), trusted=site.guard.trusted, resolver=rebinding
    )

    answer = http.fetch(f"http://rebinding.example:{site.port}/", guard=guard)

    # Resolved once: what was checked is what was connected to.
    assert answer.content == b"content"
    assert asked == ["rebinding.example"]


@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/", "http://[::1]/", "file:///etc/passwd", "http://[::1"]
)
def test_a_redirect_is_checked_like_any_address(site, target):
    site.serve("/", b"", status=302, Location=target)
    guard = Guard(ports=site.guard.ports | {80}, trusted=site.guard.trusted)

    with pytest.raises(http.AddressRefused):
        http.fetch(site.address(), guard=guard)


def test_a_redirect_into_our_network_makes_no_connection(site):
    with canary() as bird:
        site.serve("/", b"", status=301, Location=f"http://[::1]:{bird.port}/")
        guard = Guard(
            ports=frozenset({site.port, bird.port}), trusted=site.guard.trusted
        )
        with pytest.raises(http.AddressRefused):
            http.fetch(site.address(), guard=guard)

        assert bird.touched == 0


def test_redirects_are_followed_and_the_last_address_is_told(site):
    site.serve("/old", b"", status=301, Location="/moved")
    site.serve("/moved", b"", status=307, Location="new?a=1")
    site.serve("/new?a=1", b"content")

    answer = http.fetch(site.address("/old"), guard=site.guard)

    assert answer.content == b"content"
    assert answer.address == site.address("/new?a=1")


def test_endless_redirects_are_given_up_after_five(site):
    site.serve("/", b"", status=302, Location="/")

    with pytest.raises(http.TooManyRedirects):
        http.fetch(site.address(), guard=site.guard)

    assert len(site.visits) == 6


def test_own_headers_do_not_travel_to_another_host(site):
    with website() as other:
        other.serve("/", b"content")
        site.serve("/", b"", status=302, Location=other.address())
        guard = Guard(
            ports=frozenset({site.port, other.port}), trusted=site.guard.trusted
        )

        http.fetch(site.address(), guard=guard, headers={"Authorization": "secret"})

        assert site.visits[0][1]["Authorization"] == "secret"
        assert "Authorization" not in other.visits[0][1]


def test_cookies_are_neither_kept_nor_sent(site):
    site.serve("/", b"", status=302, Location="/next", Set_Cookie="a=b")
    site.serve("/next", b"content", Set_Cookie="c=d")

    http.fetch(site.address(), guard=site.guard)

    assert all("Cookie" not in headers for _, headers in site.visits)


def test_the_environments_proxies_are_ignored(site, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    site.serve("/", b"content")

    assert http.fetch(site.address(), guard=site.guard).content == b"content"


def test_more_than_the_limit_is_not_read(site):
    site.serve("/", b"x" * 2_000_000)
    guard = Guard(ports=site.guard.ports, trusted=site.guard.trusted, largest=1_000_000)

    with pytest.raises(http.TooLarge, match="larger than 1 MB"):
        http.fetch(site.address(), guard=guard)


def test_a_compressed_bomb_is_not_inflated(site):
    bomb = gzip.compress(gzip.compress(bytes(100_000_000)))
    site.serve("/", gzip.decompress(bomb), Content_Encoding="gzip")
    site.serve("/twice", bomb, Content_Encoding="gzip, gzip")

    with pytest.raises(http.TooLarge):
        http.fetch(site.address(), guard=site.guard)
    with pytest.raises(http.BadAnswer):
        http.fetch(site.address("/twice"), guard=site.guard)


def test_compressed_content_is_unpacked(site):
    site.serve("/", gzip.compress(b"content " * 100_000), Content_Encoding="gzip")

    answer = http.fetch(site.address(), guard=site.guard)

    assert answer.content == b"content " * 100_000


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param(b"not gzip", id="no gzip at all"),
        pytest.param(gzip.compress(b"content" * 99)[:-9], id="cut short"),
    ],
)
def test_damaged_compression_is_told(site, damaged):
    site.serve("/", damaged, Content_Encoding="gzip")

    with pytest.raises(http.BadAnswer):
        http.fetch(site.address(), guard=site.guard)


def test_an_answer_cut_short_is_an_error(site):
    def cut(visit):
        visit.send_response(200)
        visit.send_header("Content-Length", "1000")
        visit.end_headers()
        visit.wfile.write(b"only the start")

    site.pages["/"] = cut

    with pytest.raises(http.HttpError):
        http.fetch(site.address(), guard=site.guard)


def test_a_site_that_drips_is_left_in_time(site):
    def drip(visit):
        visit.send_response(200)
        visit.end_headers()
        for _ in range(40):
            visit.wfile.write(b".")
            time.sleep(0.05)

    site.pages["/"] = drip
    guard = Guard(
        ports=site.guard.ports,
        trusted=site.guard.trusted,
        patience=timedelta(seconds=0.4),
    )
    started = time.perf_counter()

    with pytest.raises(http.TooSlow):
        http.fetch(site.address(), guard=guard)

    assert time.perf_counter() - started < 1.5


def test_a_resolver_that_hangs_is_left_in_time():
    guard = Guard(
        resolver=lambda host: time.sleep(0.6) or [], patience=timedelta(seconds=0.2)
    )

    with pytest.raises(http.TooSlow):
        http.fetch("http://slow.example/", guard=guard)


def test_a_name_that_does_not_exist_is_no_answer():
    with pytest.raises(http.NoAnswer, match="There is no site named"):
        http.fetch("http://nowhere.invalid/")


def test_a_closed_port_is_no_answer(site):
    with website() as other:
        closed = other.port
    guard = Guard(ports=frozenset({closed}), trusted=site.guard.trusted)

    with pytest.raises(http.NoAnswer):
        http.fetch(f"http://127.0.0.1:{closed}/", guard=guard)


def test_trusted_certificates_are_read_once_for_many_questions(site, monkeypatch):
    site.serve("/", b"content")
    http.fetch(site.address(), guard=site.guard)
    monkeypatch.delattr("httpx2.create_ssl_context")

    assert http.fetch(site.address(), guard=site.guard).content == b"content"


def test_https_to_what_speaks_no_tls_is_not_secure(site):
    site.serve("/", b"content")

    with pytest.raises(http.NotSecure):
        http.fetch(f"https://127.0.0.1:{site.port}/", guard=site.guard)


def test_what_is_not_http_is_a_bad_answer(site):
    site.pages["/"] = lambda visit: visit.wfile.write(b"220 smtp.example ESMTP\r\n")

    with pytest.raises(http.BadAnswer):
        http.fetch(site.address(), guard=site.guard)


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_a_refusal_tells_its_status(site, status):
    site.serve("/", b"no", status=status)

    with pytest.raises(http.Refusal) as refusal:
        http.fetch(site.address(), guard=site.guard)

    assert refusal.value.status == status


def test_a_russian_address_is_asked_in_its_technical_form(site):
    site.serve("/%D0%BB%D0%B5%D0%BD%D1%82%D0%B0?q=%D1%8F", b"content")

    def resolver(host):
        assert host == "xn--80a1acny.xn--p1ai"
        return ["127.0.0.1"]

    guard = Guard(ports=site.guard.ports, trusted=site.guard.trusted, resolver=resolver)

    answer = http.fetch(f"http://почта.рф:{site.port}/лента?q=я", guard=guard)

    assert answer.content == b"content"
