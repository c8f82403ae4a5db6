"""Send again: four choices, each with its count before the button."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gonets.delivery.models import Run
from gonets.delivery.states import DeliveryStatus
from gonets.newsletters.models import Issue
from tests.publishing.conftest import recipients, settle
from tests.support.factories import make_subscriber


@pytest.fixture
def ended(run: Run, newsletter) -> Run:
    settle(
        run,
        ann=DeliveryStatus.ACCEPTED,
        bob=DeliveryStatus.REFUSED,
        eve=DeliveryStatus.UNCERTAIN,
    )
    make_subscriber("zoe@example.com", newsletter.readership)
    return run


def again(desk, issue: Issue, **values: object):
    return desk.post(reverse("gonets:issue-again", args=[issue.pk]), values)


def test_every_choice_shows_its_count(desk, issue, ended):
    page = desk.get(reverse("gonets:issue-again", args=[issue.pk])).content.decode()

    for count in ("4 subscribers", "1 subscriber", "+ 1"):
        assert count in page
    assert "Sending finished" in page


@pytest.mark.parametrize(
    ("values", "people"),
    [
        ({"choice": "everyone"}, {"ann", "bob", "eve", "zoe"}),
        ({"choice": "newcomers"}, {"zoe"}),
        ({"choice": "failed"}, {"bob"}),
        ({"choice": "failed", "uncertain": "yes"}, {"bob", "eve"}),
    ],
)
def test_it_goes_to_exactly_those_chosen(desk, issue, ended, values, people):
    again(desk, issue, previous_run=ended.pk, **values)

    newest = Run.objects.exclude(pk=ended.pk).get()
    assert recipients(newest) == people


def test_pressing_twice_sends_once(desk, issue, ended):
    for _press in range(2):
        again(desk, issue, previous_run=ended.pk, choice="newcomers")

    assert Run.objects.count() == 2


def test_a_copy_is_a_new_issue_to_edit(desk, issue, ended):
    answer = again(desk, issue, previous_run=ended.pk, choice="copy")

    copy = Issue.objects.exclude(pk=issue.pk).get()
    assert answer.url == reverse("gonets:issue-preview", args=[copy.pk])
    assert copy.subject == issue.subject
    assert Run.objects.count() == 1


def test_without_a_choice_it_asks_for_one(desk, issue, ended):
    page = again(desk, issue, previous_run=ended.pk).content.decode()

    assert "Choose whom to send it to." in page


def test_while_it_is_being_sent_the_progress_is_shown(desk, issue, run):
    answer = desk.get(reverse("gonets:issue-again", args=[issue.pk]))

    assert answer.url == reverse("gonets:issue-progress", args=[issue.pk])
