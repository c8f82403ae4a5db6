"""WebSub: a hub on loopback is asked, asks back, and tells what is new, signed."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from gonets.content.fetching import add_source, fetch_source
from gonets.content.models import Fetch, HubSubscription, Material, Source
from gonets.content.states import HubState
from gonets.content.websub import renew_subscriptions
from gonets.kernel import clock
from gonets.server.fetching import is_on_the_web
from tests.support.website import Visit, website

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parents[2] / "samples" / "feeds"
RSS = (SAMPLES / "rss20.xml").read_bytes()
NEWS = RSS.replace(b"gazeta-101", b"gazeta-102")


class Hub:
    """A hub that keeps what it was asked, asks back, and posts as the protocol says."""

    def __init__(self, client) -> None:
        self.client = client
        self.asked: list[dict[str, str]] = []
        self.status = 202

    def __call__(self, visit: Visit) -> None:
        self.asked.append(dict(parse_qsl(visit.body.decode())))
        visit.answer(b"", status=self.status)

    @property
    def path(self) -> str:
        return urlsplit(self.asked[-1]["hub.callback"]).path

    def asks_back(self, **changed: str):
        query = {
            "hub.mode": "subscribe",
            "hub.topic": self.asked[-1]["hub.topic"],
            "hub.challenge": "<b>surprise</b>",
            "hub.lease_seconds": "864000",
            **{f"hub.{name}": value for name, value in changed.items()},
        }
        return self.client.get(self.path, query)

    def tells(self, content: bytes, *, method: str = "sha256", secret: str = ""):
        key = (secret or self.asked[-1]["hub.secret"]).encode()
        signature = hmac.new(key, content, getattr(hashlib, method)).hexdigest()
        return self.client.post(
            self.path,
            content,
            content_type="application/rss+xml",
            headers={"X-Hub-Signature": f"{method}={signature}"},
        )


@pytest.fixture
def site(settings):
    with website() as running:
        settings.GONETS_FETCH_NETWORKS = ["127.0.0.0/8"]
        settings.GONETS_FETCH_PORTS = [running.port]
        yield running


@pytest.fixture
def hub(client, site):
    hub = Hub(client)
    site.pages["/hub"] = hub
    return hub


@pytest.fixture
def source(site, hub) -> Source:
    link = f'<{site.address("/hub")}>; rel="hub"'
    source, _ = add_source(kind="feed", address=site.serve("/feed", RSS, Link=link))
    return source


def subscribe() -> int:
    return renew_subscriptions(lambda token: f"https://desk.example/hub/{token}/")


def test_the_hub_that_a_feed_names_is_asked(source, hub):
    assert subscribe() == 1

    (asked,) = hub.asked
    assert asked["hub.mode"] == "subscribe"
    assert asked["hub.topic"] == source.address
    assert asked["hub.callback"].startswith("https://desk.example/hub/")
    assert len(asked["hub.secret"]) >= 32
    assert HubSubscription.objects.get().state == HubState.ASKED
    assert asked["hub.secret"] not in HubSubscription.objects.get().secret


def test_we_say_that_it_was_us_and_the_lease_runs(source, hub):
    subscribe()

    answer = hub.asks_back(lease_seconds="7200")

    assert answer.content == b"<b>surprise</b>"
    assert answer["Content-Type"].startswith("text/plain")
    stored = HubSubscription.objects.get()
    assert stored.is_active
    assert (
        timedelta(minutes=119) < stored.lease_until - clock.now() < timedelta(hours=3)
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"topic": "https://another.example/feed"},
        {"mode": "unsubscribe"},
        {"mode": ""},
    ],
)
def test_what_we_did_not_ask_for_is_not_confirmed(source, hub, changed):
    subscribe()

    assert hub.asks_back(**changed).status_code == 404
    assert not HubSubscription.objects.get().is_active


def test_what_the_hub_tells_is_there_at_once(source, hub):
    subscribe()
    hub.asks_back()

    answer = hub.tells(NEWS)

    assert answer.status_code == 202
    assert Material.objects.filter(external_id="gazeta-102").exists()
    assert Fetch.objects.latest("pk").new == 1


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_every_way_of_signing_is_understood(source, hub, method):
    subscribe()

    hub.tells(NEWS, method=method)

    assert Material.objects.count() == 3


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha256=00", "md5=x", "sha256=é", "nonsense"]
)
def test_what_is_not_signed_by_the_hub_is_dropped(source, hub, client, signature):
    subscribe()

    answer = client.post(
        hub.path,
        NEWS,
        content_type="application/rss+xml",
        headers={"X-Hub-Signature": signature},
    )

    assert answer.status_code == 202
    assert Material.objects.count() == 2


def test_another_secret_signs_nothing(source, hub):
    subscribe()

    hub.tells(NEWS, secret="guessed")

    assert Material.objects.count() == 2


def test_an_address_that_is_nobodys_is_told_so(client, hub):
    path = "/hub/nobody/"

    assert client.post(path, NEWS, content_type="text/xml").status_code == 410
    assert client.get(path, {"hub.mode": "subscribe"}).status_code == 404


def test_what_cannot_be_read_or_is_too_large_makes_us_ask(source, hub, settings):
    subscribe()
    hub.tells(b"<html>")
    assert Source.objects.get().wanted_at is not None

    Source.objects.update(wanted_at=None)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert hub.tells(NEWS).status_code == 202
    assert Source.objects.get().wanted_at is not None


def test_a_paused_source_is_told_nothing(source, hub):
    subscribe()
    Source.objects.update(is_paused=True)

    assert hub.tells(NEWS).status_code == 202

    assert Material.objects.count() == 2


def test_a_lease_is_renewed_before_it_ends_and_not_all_the_time(source, hub):
    subscribe()
    hub.asks_back()
    assert subscribe() == 0

    HubSubscription.objects.update(
        lease_until=clock.now() + timedelta(hours=2),
        asked_at=clock.now() - timedelta(days=9),
    )

    assert subscribe() == 1
    assert hub.asked[0]["hub.callback"] == hub.asked[1]["hub.callback"]


def test_a_hub_that_does_not_want_or_answer_is_not_pressed(source, hub):
    hub.status = 500
    assert subscribe() == 0
    assert subscribe() == 0
    assert len(hub.asked) == 1

    hub.asks_back(mode="denied")
    HubSubscription.objects.update(asked_at=clock.now() - timedelta(days=9))
    assert subscribe() == 0
    assert fetch_source(source.pk).failure is None


def test_another_hub_is_another_subscription(source, hub, site):
    subscribe()
    first = hub.path
    link = f"<{site.address('/hub')}>; rel=hub, <https://f.example/>; rel=self"
    site.serve("/feed", NEWS, Link=link)
    fetch_source(source.pk)

    assert subscribe() == 1

    assert hub.asked[-1]["hub.topic"] == "https://f.example/"
    assert hub.path != first


@pytest.mark.parametrize(
    ("address", "is_there"),
    [
        ("https://desk.example.org", True),
        ("https://8.8.8.8", True),
        ("http://127.0.0.1:8000", False),
        ("http://localhost:8000", False),
        ("http://desk:8000", False),
        ("http://192.168.1.4", False),
        ("http://desk.local", False),
        ("http://[::1]", False),
        ("", False),
    ],
)
def test_hubs_are_asked_only_where_they_can_reach_us(address, is_there):
    assert is_on_the_web(address) is is_there


@pytest.mark.parametrize("token", ["x", "%00", "a%00b", "é", "x" * 3000])
@pytest.mark.parametrize("topic", ["", "a\x00b", "https://example.org/\U0001f4f0"])
def test_nobody_is_known_by_nonsense(client, token, topic):
    query = {"hub.mode": "subscribe", "hub.topic": topic}

    assert client.get(f"/hub/{token}/", query).status_code == 404
    assert client.post(f"/hub/{token}/", b"\x00", "text/plain").status_code == 410
