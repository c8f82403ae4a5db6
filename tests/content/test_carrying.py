"""Fetching by itself: what is due, politely, by as many workers as there are."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import timedelta

import pytest

from gonets.content import carrying
from gonets.content.asking import site_guard
from gonets.content.carrying import carry_out_fetches, due_sources, sources_wait
from gonets.content.fetching import Fetching, add_source, fetch_source
from gonets.content.hosts import claim_host, host_of, keep_claims, release_host
from gonets.content.models import Fetch, Host, Material, Source
from gonets.content.recording import FORGET_EVERY, KEPT_FETCHES, KEPT_IDLE_FETCHES
from gonets.content.signals import source_failing
from gonets.content.states import FetchFailure
from gonets.kernel import clock
from tests.support.website import Visit, WebSite, website

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def feed(*titles: str) -> bytes:
    items = "".join(
        f"<item><title>{title}</title><guid>{title}</guid></item>" for title in titles
    )
    return (
        f"<rss version='2.0'><channel><title>F</title>{items}</channel></rss>".encode()
    )


@pytest.fixture
def hosts(settings):
    """Three sites on three hosts."""
    with ExitStack() as running:
        sites = [
            running.enter_context(website(host=f"127.0.0.{number}"))
            for number in (2, 3, 4)
        ]
        settings.GONETS_FETCH_NETWORKS = ["127.0.0.0/8"]
        settings.GONETS_FETCH_PORTS = [site.port for site in sites]
        yield sites


def added(site: WebSite, path: str = "/feed.xml") -> Source:
    source, _ = add_source(kind="feed", address=site.serve(path, feed("One")))
    return source


def make_due(*sources: Source) -> None:
    Source.objects.filter(pk__in=[source.pk for source in sources]).update(
        next_fetch_at=clock.now() - HOUR
    )


def fetch_all() -> None:
    """Fetch until nothing is due or under way."""
    carry_out_fetches(lambda seconds: seconds > 0 and not due(), linger=60)


def due() -> list[int]:
    return list(due_sources().values_list("pk", flat=True))


def test_while_nothing_is_due_no_connector_is_loaded(hosts, monkeypatch):
    sources = [added(site) for site in hosts]
    fetch_all()
    monkeypatch.delattr(carrying, "known_connectors")

    assert not sources_wait()

    monkeypatch.undo()
    make_due(*sources)
    assert sources_wait()


def test_what_is_due_is_fetched_and_then_not_due_any_more(hosts):
    sources = [added(site) for site in hosts]
    for site in hosts:
        site.serve("/feed.xml", feed("One", "Two"))
    make_due(*sources)

    fetch_all()

    assert Material.objects.filter(title="Two").count() == 3
    assert due() == []


def test_a_new_source_waits_for_its_turn(hosts):
    source = added(hosts[0])

    assert due() == []
    assert source.next_fetch_at > clock.now()


def test_a_paused_source_is_fetched_only_when_somebody_asks(hosts):
    source = added(hosts[0])
    make_due(source)
    Source.objects.update(is_paused=True)
    assert due() == []

    Source.objects.update(wanted_at=clock.now())
    fetch_all()

    assert Fetch.objects.latest("pk").was_wanted
    assert due() == []
    assert Source.objects.get().wanted_at is None


def test_one_at_a_time_is_asked_of_a_host_and_several_hosts_at_once(hosts):
    most: dict[str, int] = {}
    at_once: dict[str, int] = {}
    together = threading.Barrier(2)
    lock = threading.Lock()

    def slow(visit: Visit) -> None:
        host = visit.headers["Host"].partition(":")[0]
        with lock:
            at_once[host] = at_once.get(host, 0) + 1
            most[host] = max(most.get(host, 0), at_once[host])
        if visit.path == "/0.xml" and host != "127.0.0.4":
            together.wait(20)  # Both hosts are asked before either has answered.
        visit.answer(feed("One"))
        with lock:
            at_once[host] -= 1

    sources = [added(site, f"/{number}.xml") for site in hosts for number in range(3)]
    for site in hosts:
        for number in range(3):
            site.pages[f"/{number}.xml"] = slow
    make_due(*sources)

    fetch_all()

    assert most == {"127.0.0.2": 1, "127.0.0.3": 1, "127.0.0.4": 1}
    assert due() == []


def test_a_source_that_another_worker_fetches_is_left_to_it(hosts):
    source = added(hosts[0])
    make_due(source)

    claim = claim_host(source.host)

    assert claim_host(source.host) is None
    assert due() == []
    release_host(source.host, claim=claim)
    assert due() == [source.pk]


def test_a_worker_that_died_leaves_its_hosts_after_a_while(hosts):
    source = added(hosts[0])
    make_due(source)
    lost = claim_host(source.host)
    Host.objects.update(lease_until=clock.now() - HOUR)

    assert due() == [source.pk]
    taken = claim_host(source.host)
    assert taken
    # The one that wakes up again can neither keep nor free what is another's now.
    keep_claims([lost])
    release_host(source.host, claim=lost)
    assert Host.objects.get(name=source.host).claim == taken


def test_a_fetch_that_took_the_process_with_it_waits_like_a_failure(hosts):
    source = added(hosts[0])
    make_due(source)

    Fetching(Source.objects.get())  # and nothing more

    assert due() == []
    assert Source.objects.get().failures == 1


def test_failing_sources_back_off_and_block_nobody(hosts):
    broken, fine, _ = [added(site) for site in hosts]
    hosts[0].serve("/feed.xml", b"", status=500)
    waits = []
    for _ in range(4):
        make_due(broken, fine)
        fetch_all()
        broken.refresh_from_db()
        waits.append(broken.next_fetch_at - clock.now())

    assert waits == sorted(waits)
    assert waits[-1] > HOUR
    assert broken.failures == 4
    fine.refresh_from_db()
    assert fine.failures == 0
    assert Material.objects.count() == 3


def test_retry_after_is_obeyed_for_the_whole_host(hosts):
    source, other = added(hosts[0]), added(hosts[0], "/other.xml")
    hosts[0].serve("/feed.xml", b"", status=429, Retry_After="7200")
    make_due(source)
    fetch_all()

    source.refresh_from_db()
    assert source.failure == FetchFailure.BUSY
    assert source.next_fetch_at > clock.now() + 1.9 * HOUR
    make_due(other)
    assert due() == []
    Source.objects.filter(pk=other.pk).update(wanted_at=clock.now())
    assert due() == [other.pk]


def test_the_owner_is_told_once_per_trouble(hosts, django_capture_on_commit_callbacks):
    told: list[int] = []

    def hear(source_id: int, **_more: object) -> None:
        told.append(source_id)

    source_failing.connect(hear)
    source = added(hosts[0])
    hosts[0].serve("/feed.xml", b"", status=500)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(6):
            fetch_source(source.pk)
    assert told == [source.pk]

    hosts[0].serve("/feed.xml", feed("One"))
    fetch_source(source.pk)
    assert Source.objects.get().told_at is None
    source_failing.disconnect(hear)


def test_what_is_gone_for_good_is_not_asked_any_more(hosts):
    source = added(hosts[0])
    hosts[0].serve("/feed.xml", b"", status=410)
    make_due(source)

    fetch_all()

    source.refresh_from_db()
    assert source.failure == FetchFailure.GONE
    assert source.next_fetch_at is None
    assert source.told_at is not None
    assert Material.objects.count() == 1


def test_a_source_deleted_during_its_fetch_harms_nothing(hosts):
    doomed, other = added(hosts[0]), added(hosts[1])
    make_due(doomed, other)

    def vanish(visit: Visit) -> None:
        visit.answer(feed("One", "Two"))

    hosts[0].pages["/feed.xml"] = vanish
    fetching = Fetching(Source.objects.get(pk=doomed.pk))
    reading = fetching.ask()
    Source.objects.filter(pk=doomed.pk).delete()

    assert not fetching.is_still_wanted()
    assert reading.materials
    fetch_all()
    assert Source.objects.get().succeeded_at is not None


def test_stopping_hands_back_what_is_under_way(hosts):
    source = added(hosts[0])
    make_due(source)
    stopped = threading.Event()

    def wait_for_the_end(visit: Visit) -> None:
        stopped.wait(20)
        visit.answer(feed("One", "Two"))

    def rest(_seconds: float) -> bool:
        if hosts[0].visits[1:]:
            stopped.set()
        return stopped.is_set()

    hosts[0].pages["/feed.xml"] = wait_for_the_end
    carry_out_fetches(rest)

    source.refresh_from_db()
    assert (due(), source.failures, source.failure) == ([source.pk], 0, "")
    assert Material.objects.count() == 1


def test_the_history_is_bounded(hosts):
    source = added(hosts[0])
    Fetch.objects.bulk_create(
        Fetch(source=source, began_at=clock.now() - HOUR, ended_at=clock.now(), new=new)
        for new in (0, 1)
        for _ in range(150)
    )

    for _ in range(FORGET_EVERY):
        fetch_source(source.pk)

    history = Fetch.objects.filter(source=source)
    assert history.count() <= KEPT_FETCHES + FORGET_EVERY
    assert history.filter(new=0).count() <= KEPT_IDLE_FETCHES + FORGET_EVERY


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://WWW.Example.com/feed", "example.com"),
        ("http://example.com.:8080/", "example.com"),
        ("", ""),
        ("http://[::1", ""),
    ],
)
def test_every_address_has_a_host(address, host):
    assert host_of(address) == host


def test_the_web_alone_is_asked_by_default():
    assert site_guard().trusted == ()
