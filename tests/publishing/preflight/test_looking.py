"""Looking at links: politely, within limits, never where it is not our business."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from gonets.kernel import clock, http
from gonets.newsletters.models import Issue
from gonets.publishing.actions import want_looks
from gonets.publishing.models import DomainLook, LinkLook, SigningKey
from gonets.publishing.preflight.looking import (
    forget_looks,
    look_at,
    look_at_domains,
    look_at_links,
)
from gonets.publishing.preflight.outcomes import state_of_error, state_of_status
from gonets.publishing.preflight.report import preflight_report
from gonets.publishing.preflight.states import LookState
from gonets.publishing.states import RecordState
from tests.support.dns_server import DnsServer
from tests.support.website import Visit, WebSite, canary, website

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Iterator[WebSite]:
    with website() as site:
        yield site


def write(issue: Issue, *addresses: str) -> None:
    links = "".join(
        f'<p><a href="{each}">About {n}</a></p>' for n, each in enumerate(addresses)
    )
    Issue.objects.filter(pk=issue.pk).update(intro=links)


def status(number: int, **headers: str) -> Any:
    return lambda visit: visit.answer(b"", status=number, **headers)


def state(address: str) -> str:
    return LinkLook.objects.get(address=address).state


@pytest.mark.parametrize(
    ("number", "found"),
    [
        (200, LookState.FINE),
        (204, LookState.FINE),
        (404, LookState.GONE),
        (410, LookState.GONE),
        (401, LookState.CLOSED),
        (403, LookState.UNSURE),
        (405, LookState.UNSURE),
        (429, LookState.UNSURE),
        (503, LookState.UNSURE),
        (999, LookState.UNSURE),
        (500, LookState.FAULTY),
    ],
)
def test_what_a_site_answers_is_told_by_its_status(site, number, found):
    site.pages["/a"] = status(number)

    seen = look_at(site.address("/a"), site.guard)

    assert seen.state == found
    assert seen.status == number
    assert state_of_status(number) == found


def test_a_head_is_enough_and_a_get_follows_where_it_is_not(site):
    site.serve("/good", b"x" * 1000)

    def only_get(visit: Visit) -> None:
        visit.answer(b"here", status=405 if visit.command == "HEAD" else 200)

    site.pages["/picky"] = only_get

    assert look_at(site.address("/good"), site.guard).size == 1000
    assert look_at(site.address("/picky"), site.guard).state == LookState.FINE
    assert site.asked == [("HEAD", "/good"), ("HEAD", "/picky"), ("GET", "/picky")]


def test_nothing_of_a_huge_picture_is_read(site):
    def endless(visit: Visit) -> None:
        visit.send_response(200)
        visit.send_header("Content-Length", str(10**12))
        visit.end_headers()

    site.pages["/huge.jpg"] = endless

    seen = look_at(site.address("/huge.jpg"), site.guard)

    assert (seen.state, seen.size) == (LookState.FINE, 10**12)


def test_a_loop_of_redirects_ends(site):
    site.pages["/a"] = status(302, Location="/b")
    site.pages["/b"] = status(302, Location="/a")

    assert look_at(site.address("/a"), site.guard).state == LookState.ASTRAY
    assert len(site.asked) < 20


@pytest.mark.parametrize(
    "inside", ["http://127.0.0.1:{port}/", "http://[::1]:{port}/", "http://10.0.0.1/"]
)
def test_addresses_inside_are_never_asked_and_are_named(inside):
    with canary() as bird:
        address = inside.format(port=bird.port)
        guard = http.Guard(ports=frozenset({80, bird.port}))

        assert look_at(address, guard).state == LookState.INSIDE

        assert bird.touched == 0


def test_a_redirect_does_not_lead_inside(site):
    with canary() as bird:
        site.pages["/a"] = status(302, Location=f"http://[::1]:{bird.port}/")
        guard = http.Guard(
            ports=frozenset({site.port, bird.port}), trusted=site.guard.trusted
        )

        assert look_at(site.address("/a"), guard).state == LookState.INSIDE

        assert bird.touched == 0


def no_answer(cause: OSError) -> http.NoAnswer:
    error = http.NoAnswer("No.")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (no_answer(socket.gaierror(socket.EAI_NONAME, "no")), LookState.NOWHERE),
        (no_answer(socket.gaierror(socket.EAI_AGAIN, "later")), LookState.UNSURE),
        (no_answer(OSError(errno.ENETUNREACH, "no network")), LookState.UNSURE),
        (no_answer(OSError(errno.ECONNREFUSED, "refused")), LookState.SILENT),
        (http.AddressRefused("Port 8080 is not one that sites use."), LookState.UNSURE),
        (http.NotSecure("expired"), LookState.INSECURE),
        (http.TooSlow("slow"), LookState.SLOW),
        (http.BadAnswer("not HTTP"), LookState.FAULTY),
    ],
)
def test_our_own_trouble_is_nobody_elses(error, found):
    assert state_of_error(error) == found


def test_what_waits_is_looked_at_once_and_told_in_the_list(issue, site):
    site.serve("/fine", b"")
    write(
        issue, site.address("/fine"), site.address("/gone#part"), site.address("/gone")
    )

    waiting = want_looks(issue.pk)
    before = preflight_report(issue.pk).looks
    looked = look_at_links(guard=site.guard)
    report = preflight_report(issue.pk)

    assert waiting == looked == 2
    assert (before.total, before.done, before.are_under_way) == (2, 0, True)
    assert (report.looks.done, report.looks.are_under_way) == (2, False)
    (problem,) = [each for each in report.problems if each.code == "link-dead"]
    assert site.address("/gone") in problem.why
    assert "404" in problem.text
    assert problem.field == "intro"
    assert state(site.address("/fine")) == LookState.FINE


def test_a_fresh_look_is_not_repeated_unless_somebody_wants_it(issue, site):
    site.serve("/fine", b"")
    write(issue, site.address("/fine"))
    want_looks(issue.pk)
    look_at_links(guard=site.guard)

    assert want_looks(issue.pk) == 0
    assert want_looks(issue.pk, again=True) == 1

    look_at_links(guard=site.guard)
    LinkLook.objects.update(looked_at=clock.now() - timedelta(days=1))
    assert want_looks(issue.pk) == 1


def test_one_page_of_a_site_is_asked_at_a_time(issue, site):
    at_once: list[int] = []
    busy = 0

    def counting(visit: Visit) -> None:
        nonlocal busy
        busy += 1
        at_once.append(busy)
        visit.answer(b"")
        busy -= 1

    pages = [f"/{n}" for n in range(12)]
    site.pages.update(dict.fromkeys(pages, counting))
    write(issue, *map(site.address, pages))
    want_looks(issue.pk)

    assert look_at_links(guard=site.guard) == 12
    assert max(at_once) == 1


@pytest.mark.thorough
def test_ten_thousand_hosts_are_cut_and_it_is_said(issue):
    links = "".join(f'<a href="http://h{n}.site.ru/">x{n}</a> ' for n in range(5_000))
    Issue.objects.filter(pk=issue.pk).update(intro=f"<p>{links}</p>")

    assert want_looks(issue.pk) == 300

    report = preflight_report(issue.pk)
    assert report.looks.total == 300
    assert report.looks.left_out > 3_000
    (said,) = [each for each in report.problems if each.code == "links-unchecked"]
    assert "300" in said.text


@pytest.mark.parametrize(
    "address",
    [
        "mailto:ann@town.ru",
        "tel:+7495",
        "https://shop.example/",
        "https://www.example.org/x",
        "http://a.test/",
        "http://127.0.0.1:8000/media/a.jpg",  # our own, known here only
    ],
)
def test_what_nobody_could_open_anyway_is_not_asked(issue, settings, address):
    settings.GONETS_PUBLIC_URL = "http://127.0.0.1:8000"
    write(issue, address)

    assert want_looks(issue.pk) == 0


def test_two_workers_share_the_work(issue, site, monkeypatch):
    site.serve("/fine", b"")
    write(issue, site.address("/fine"))
    want_looks(issue.pk)
    LinkLook.objects.update(taken_until=clock.now() + timedelta(seconds=30))

    assert look_at_links(guard=site.guard) == 0

    LinkLook.objects.update(taken_until=clock.now() - timedelta(seconds=1))
    assert look_at_links(guard=site.guard) == 1


def test_old_looks_are_forgotten(issue, site):
    write(issue, site.address("/fine"))
    want_looks(issue.pk)

    forget_looks(before=clock.now() - timedelta(days=1))
    assert LinkLook.objects.count() == 1
    forget_looks(before=clock.now() + timedelta(days=1))
    assert LinkLook.objects.count() == 0


@pytest.fixture
def leaving(settings: Any) -> None:
    settings.GONETS_RELAY_URL = "smtps://relay.town.ru"
    settings.GONETS_PUBLIC_URL = "https://news.town.ru"


def codes(issue: Issue) -> list[str]:
    return [each.code for each in preflight_report(issue.pk).problems]


DOMAIN = "harbour.example"


@pytest.mark.parametrize(
    ("published", "found"),
    [
        ({}, {"spf-missing", "dmarc-missing"}),
        ({DOMAIN: "v=spf1 mx -all"}, {"dmarc-missing"}),
        ({DOMAIN: "v=spf1 mx", f"_dmarc.{DOMAIN}": "v=DMARC1; p=none"}, set()),
        ({DOMAIN: "google-site", f"_dmarc.{DOMAIN}": "v=DMARC1"}, {"spf-missing"}),
    ],
)
def test_dns_is_asked_whether_it_speaks_for_the_sender(
    issue, leaving, dns_server: DnsServer, published, found
):
    for name, text in published.items():
        dns_server.publish(name, text)
    want_looks(issue.pk)

    assert look_at_domains() == 1
    assert look_at_domains() == 0

    assert {"spf-missing", "dmarc-missing"} & set(codes(issue)) == found


def test_a_policy_of_the_domain_above_counts(issue, leaving, dns_server: DnsServer):
    type(issue.newsletter).objects.update(sender_address="news@a.b.harbour.example")
    dns_server.publish(f"_dmarc.{DOMAIN}", "v=DMARC1; p=reject")
    want_looks(issue.pk)
    look_at_domains()

    assert "dmarc-missing" not in codes(issue)


def test_silence_of_dns_is_no_verdict(issue, leaving, dns_server: DnsServer):
    dns_server.is_broken = True
    want_looks(issue.pk)
    look_at_domains()

    assert DomainLook.objects.get().spf == RecordState.UNKNOWN
    assert not {"spf-missing", "dmarc-missing"} & set(codes(issue))


def test_a_key_that_signs_but_is_not_published_is_noticed(
    issue, leaving, dns_server: DnsServer
):
    SigningKey.objects.create(
        domain=DOMAIN,
        selector="s",
        public_key="YQ==",
        is_in_use=True,
        created_at=clock.now(),
    )
    want_looks(issue.pk)
    look_at_domains()

    assert "dkim-unpublished" in codes(issue)
    assert "letter-unsigned" not in codes(issue)


def test_letters_that_stay_here_need_no_dns(issue, dns_server: DnsServer):
    want_looks(issue.pk)

    assert not DomainLook.objects.exists()
