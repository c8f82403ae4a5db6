"""Every address of a run, on a page and as a file."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gonets.delivery.models import Delivery
from gonets.delivery.states import DeliveryStatus
from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.publishing import actions
from gonets.publishing.states import AudienceRule
from tests.publishing.conftest import settle
from tests.support.factories import make_subscriber


def page(desk, issue, **query: object) -> str:
    answer = desk.get(reverse("gonets:issue-account", args=[issue.pk]), query)
    return str(answer.content.decode())


def rows(desk, issue, **query: object) -> list[list[str]]:
    answer = desk.get(reverse("gonets:issue-account-csv", args=[issue.pk]), query)
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def test_everybody_is_there_with_the_answer(desk, issue, run):
    settle(run, bob=DeliveryStatus.REFUSED)
    Delivery.objects.filter(recipient="bob@example.com").update(
        code=550, enhanced_code="5.1.1", answer="No such person"
    )

    everybody = page(desk, issue)

    assert all(name in everybody for name in ("ann@", "bob@", "eve@"))
    assert "No such person" in everybody


def test_what_we_noted_ourselves_is_said_in_the_readers_language(desk, issue, run):
    settle(run, bob=DeliveryStatus.UNCERTAIN)
    bob = Delivery.objects.get(recipient="bob@example.com")
    Delivery.objects.filter(pk=bob.pk).update(
        code=0, answer="the relay closed the connection"
    )
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"

    address = reverse("gonets:delivery-account", args=[issue.pk, bob.pk])
    cells = [cell for row in rows(desk, issue) for cell in row]

    words = "почтовый сервер закрыл соединение"
    assert words in page(desk, issue)
    assert words in desk.get(address).content.decode()
    assert any(words in cell for cell in cells)


def test_filter_and_search_narrow_it(desk, issue, run):
    settle(run, bob=DeliveryStatus.REFUSED)

    assert "ann@" not in page(desk, issue, state="refused")
    assert "bob@" not in page(desk, issue, q="ann")
    assert "Nobody like that" in page(desk, issue, q="\0nobody")


def test_an_unknown_filter_or_page_or_run_shows_the_newest(desk, issue, run):
    assert "ann@" in page(desk, issue, state="rubbish", page="-3", run="x")


def test_the_file_holds_the_same_selection(desk, issue, run):
    settle(run, bob=DeliveryStatus.REFUSED)

    assert [row[0] for row in rows(desk, issue, state="refused")] == ["bob@example.com"]


def test_a_spreadsheet_runs_nothing_of_the_file(desk, issue, run):
    Delivery.objects.filter(recipient="ann@example.com").update(
        recipient="=cmd|x@example.com", answer="+1 try later"
    )

    cells = [cell for row in rows(desk, issue) for cell in row]

    assert "'=cmd|x@example.com" in cells
    assert "'+1 try later" in cells


def test_the_file_has_every_try_of_an_address_with_server_and_version(desk, issue, run):
    try_ann(run)

    (ann,) = (row for row in rows(desk, issue) if row[0].startswith("ann@"))

    assert ann[9:11] == ["the built-in mailbox", "1"]
    assert "450 · 4.2.0 · Greylisted · the built-in mailbox" in ann[-1]
    assert ann[-1].count("\n") == 1


def test_the_file_is_sent_in_portions_that_know_excel(desk, issue, run):
    answer = desk.get(reverse("gonets:issue-account-csv", args=[issue.pk]))

    assert answer.streaming
    assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbf")


def test_one_address_has_a_page_with_all_its_tries(desk, issue, run):
    ann = try_ann(run)

    assert f"/account/{ann.pk}/" in page(desk, issue)
    answer = desk.get(reverse("gonets:delivery-account", args=[issue.pk, ann.pk]))
    text = answer.content.decode()

    assert text.count("<tr>") == 3
    for words in ("Greylisted", "No such user", "5.1.1", "naming the recipient"):
        assert words in text


def test_an_address_of_another_issue_is_not_found(desk, issue, run):
    ann = Delivery.objects.get(recipient="ann@example.com")

    answer = desk.get(reverse("gonets:delivery-account", args=[issue.pk + 1, ann.pk]))

    assert answer.status_code == 404


@pytest.mark.parametrize("query", [{}, {"state": "waiting"}, {"q": "ann"}])
def test_no_page_counts_the_addresses(desk, issue, run, query):
    with CaptureQueriesContext(connection) as asked:
        page(desk, issue, **query)

    assert len(asked) < 25
    counted = [one["sql"] for one in asked if "COUNT(" in one["sql"]]
    assert not [sql for sql in counted if "gonets_content_source" not in sql]


def test_pages_follow_each_other_by_keys(desk, issue, newsletter):
    for number in range(120):
        make_subscriber(f"reader{number:03}@example.com", newsletter.readership)
    actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)

    pages, address = [], reverse("gonets:issue-account", args=[issue.pk])
    while address:
        answer = desk.get(address)
        pages.append([row.delivery.recipient for row in answer.context["rows"]])
        address = link(answer, "next")
    back = desk.get(
        link(desk.get(link(desk.get(link(answer, "prev")), "next")), "prev")
    )

    assert [len(one) for one in pages] == [50, 50, 23]
    assert len({address for one in pages for address in one}) == 123
    assert "101–123 of 123" in answer.content.decode()
    assert [row.delivery.recipient for row in back.context["rows"]] == pages[1]


def test_after_a_correction_the_account_tells_who_got_which_version(desk, issue, run):
    settle(run, ann=DeliveryStatus.ACCEPTED)
    bind("ann", run)
    actions.pause_issue_run(run.pk)
    newsletters.save_wording(
        issue.pk, edition=issue.edition, user=None, changes={"subject": "Corrected"}
    )
    actions.correct_and_resume(run.pk, user=None)
    run.refresh_from_db()
    settle(run, bob=DeliveryStatus.ACCEPTED)
    bind("bob", run)

    versions = {row[0].partition("@")[0]: row[10] for row in rows(desk, issue)}

    assert versions == {"ann": "1", "bob": "2", "eve": ""}


def bind(name: str, run) -> None:
    one = Delivery.objects.filter(run=run, recipient__startswith=f"{name}@")
    one.update(letter_ref=run.letter_ref, attempts=1)


def link(answer, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]*)"', answer.content.decode())
    if found is None:
        return ""
    return str(answer.wsgi_request.path + found[1].replace("&amp;", "&"))


def try_ann(run) -> Delivery:
    """Ann's address was greylisted, then refused."""
    settle(run, ann=DeliveryStatus.REFUSED)
    ann = Delivery.objects.get(recipient="ann@example.com")
    now = clock.now()
    common = {"at": now, "letter_ref": run.letter_ref, "relay": run.relay}
    for outcome, code, enhanced, answer in (
        (DeliveryStatus.DEFERRED, 450, "4.2.0", "Greylisted"),
        (DeliveryStatus.REFUSED, 550, "5.1.1", "No such user"),
    ):
        facts = {"stage": "rcpt", "code": code, "enhanced_code": enhanced}
        ann.tries.create(outcome=outcome, answer=answer, **facts, **common)
    Delivery.objects.filter(pk=ann.pk).update(attempts=2, first_attempt_at=now)
    return ann
