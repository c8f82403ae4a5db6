"""Every address of a run, on a page and as a file."""

from __future__ import annotations

import csv
import io

from django.urls import reverse

from gonets.delivery.models import Delivery
from gonets.delivery.states import DeliveryStatus
from tests.publishing.conftest import settle


def page(desk, issue, **query: object) -> str:
    answer = desk.get(reverse("gonets:issue-account", args=[issue.pk]), query)
    return str(answer.content.decode())


def rows(desk, issue, **query: object) -> list[list[str]]:
    answer = desk.get(reverse("gonets:issue-account-csv", args=[issue.pk]), query)
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def test_everybody_is_there_with_the_answer(desk, issue, run):
    settle(run, bob=DeliveryStatus.REFUSED)
    Delivery.objects.filter(recipient="bob@example.com").update(
        code=550, enhanced_code="5.1.1", answer="No such person"
    )

    everybody = page(desk, issue)

    assert all(name in everybody for name in ("ann@", "bob@", "eve@"))
    assert "No such person" in everybody


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
