"""Uncertain addresses on the pages: by name, with what can be done."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from gonets.delivery.actions import erase_address
from gonets.delivery.models import Delivery, Relay, Run
from gonets.delivery.states import DeliveryStatus, RunStatus
from gonets.kernel import clock
from gonets.newsletters.models import Issue
from tests.publishing.conftest import recipients, settle
from tests.publishing.test_uncertain import log_of, uncertain

UNCERTAIN = DeliveryStatus.UNCERTAIN


@pytest.fixture
def ended(run: Run) -> Run:
    settle(run, ann=DeliveryStatus.ACCEPTED, bob=UNCERTAIN, eve=UNCERTAIN)
    Delivery.objects.filter(run=run).update(stage="dot", attempts=1)
    return run


def decide(desk, run: Run, decision: str, **values: object) -> str:
    values = {"decision": decision, **values}
    answer = desk.post(
        reverse("gonets:run-resolve", args=[run.pk]), values, follow=True
    )
    return str(answer.content.decode())


def shown(desk, name: str, *args: object) -> str:
    return str(desk.get(reverse(f"gonets:{name}", args=args)).content.decode())


def test_counting_as_accepted_names_who_and_when_and_can_be_taken_back(
    desk, issue, ended, editor
):
    bob = uncertain(ended, "bob").pk

    page = decide(desk, ended, "count_as_accepted", delivery=bob)

    assert "1 address counts as accepted" in page
    assert "count as accepted" in page
    assert editor.get_username() in page
    undo = {"delivery": bob, "from": "list"}
    answer = desk.post(reverse("gonets:run-undo", args=[ended.pk]), undo, follow=True)
    assert "The decision is taken back." in answer.content.decode()
    assert uncertain(ended, "bob").resolution == ""


@pytest.mark.parametrize("decision", ["count_as_accepted", "ask_log", "send_again"])
def test_whoever_was_overtaken_hears_that_nothing_is_left_to_decide(
    desk, issue, ended, decision
):
    bob = uncertain(ended, "bob").pk
    decide(desk, ended, "count_as_accepted", delivery=bob)
    shown(desk, "issue-progress", issue.pk)  # It says what has been decided.

    page = decide(desk, ended, decision, delivery=bob)

    assert "There is nothing to decide about any more." in page
    assert "0 addresses" not in page
    assert "0 accepted" not in page


def test_taking_back_twice_is_the_same(desk, issue, ended):
    bob = uncertain(ended, "bob").pk
    decide(desk, ended, "count_as_accepted", delivery=bob)
    undo = reverse("gonets:run-undo", args=[ended.pk])
    desk.post(undo, {"delivery": bob}, follow=True)

    answer = desk.post(undo, {"delivery": bob}, follow=True).content.decode()

    assert "The decision is taken back." in answer
    assert "has been sent again" not in answer


def test_no_browser_ticks_other_addresses_by_itself(desk, issue, ended):
    page = shown(desk, "issue-progress", issue.pk)

    (form,) = re.findall(r'<form[^>]*uncertain/decide/"[^>]*>', page)
    assert 'autocomplete="off"' in form


def test_sending_again_asks_with_the_count_and_warns_first(desk, issue, ended):
    question = decide(desk, ended, "send_again", all="yes")

    assert "Send the letter to 2 uncertain addresses again?" in question
    assert "would then get it twice" in question
    assert "bob@example.com" in question
    assert Run.objects.count() == 1
    assert uncertain(ended, "bob").resolution == ""


def test_nobody_who_was_erased_is_offered_to_be_sent_to(desk, issue, ended):
    gone = uncertain(ended, "bob").pk
    erase_address("bob@example.com")

    alone = decide(desk, ended, "send_again", delivery=gone)
    both = decide(desk, ended, "send_again", all="yes")
    decide(desk, ended, "send_again", all="yes", confirmed="yes")

    assert "There is nobody to send this to" in alone
    assert "Send the letter to 1 uncertain address again?" in both
    assert "erased-" not in both.partition("<main")[2]
    assert recipients(Run.objects.latest("pk")) == {"eve"}
    assert Delivery.objects.get(pk=gone).resolution == ""


def test_confirmed_it_is_a_new_run_to_exactly_these(desk, issue, ended):
    bob = uncertain(ended, "bob").pk

    decide(desk, ended, "send_again", delivery=bob, confirmed="yes")
    answer = desk.post(reverse("gonets:run-undo", args=[ended.pk]), {"delivery": bob})

    assert recipients(Run.objects.latest("pk")) == {"bob"}
    assert answer.status_code == 302
    assert uncertain(ended, "bob").resolution == "send_again"
    assert "Take the decision back" not in shown(desk, "run-uncertain", ended.pk)


def test_a_sending_that_cannot_start_keeps_the_decision(desk, issue, ended):
    Issue.objects.filter(pk=issue.pk).update(subject="")

    page = decide(desk, ended, "send_again", all="yes", confirmed="yes")

    assert "no subject" in page
    assert "Your decision is recorded" in page
    assert uncertain(ended, "bob").resolution == "send_again"


def test_nothing_ticked_is_said(desk, issue, ended):
    assert "Tick at least one" in decide(desk, ended, "count_as_accepted")


@pytest.mark.parametrize("junk", ["x", "9" * 40, "-1"])
def test_nonsense_decides_nothing(desk, issue, ended, junk):
    decide(desk, ended, "count_as_accepted", delivery=junk)
    decide(desk, ended, junk, all="yes")

    assert uncertain(ended, "bob").resolution == ""


def test_addresses_of_another_run_are_not_touched(desk, issue, ended):
    bob = uncertain(ended, "bob").pk
    other = Run.objects.create(
        origin_key="other", letter_ref="1", created_at=clock.now()
    )
    Delivery.objects.filter(pk=bob).update(run=other)

    decide(desk, ended, "count_as_accepted", delivery=bob)

    assert Delivery.objects.get(pk=bob).resolution == ""


def test_without_a_log_the_button_is_missing_and_the_page_says_how_to_have_one(
    desk, issue, ended, administrator
):
    page = shown(desk, "issue-progress", issue.pk)

    assert 'value="ask_log"' not in page
    assert "An administrator can name it" in page
    desk.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    assert "/settings/log/" in shown(desk, "issue-progress", issue.pk)


def test_the_log_is_asked_and_its_line_is_shown(desk, issue, ended, settings, tmp_path):
    relay = Relay.objects.create(name="settings", url="smtp://mail.example.com")
    Run.objects.filter(pk=ended.pk).update(relay=relay)
    settings.GONETS_RELAY_LOG = log_of(tmp_path, ended)
    assert 'value="ask_log"' in shown(desk, "issue-progress", issue.pk)

    page = decide(desk, ended, "ask_log", all="yes")

    assert "1 accepted, 0 not accepted, 1 unknown" in page
    assert "The log does not have the letter." in page
    one = shown(desk, "delivery-account", issue.pk, uncertain(ended, "bob").pk)
    assert "status=sent (250 Ok)" in one
    assert "Take the decision back" in one


def test_one_address_can_be_decided_on_its_page(desk, issue, ended):
    bob = uncertain(ended, "bob").pk

    page = decide(desk, ended, "count_as_accepted", delivery=bob, **{"from": bob})

    assert "<h1" in page
    assert "bob@example.com" in page.split("<h1")[1][:100]
    assert "Take the decision back" in page


def test_while_paused_it_cannot_be_sent_again_yet(desk, issue, run):
    settle(run, ann=UNCERTAIN)
    Run.objects.filter(pk=run.pk).update(status=RunStatus.PAUSED)

    page = shown(desk, "issue-progress", issue.pk)

    assert 'value="count_as_accepted"' in page
    assert 'value="send_again"' not in page
    assert "Once the sending has ended" in page


def test_the_list_pages_through_all_of_them(desk, issue, ended):
    assert "2 addresses are uncertain" in shown(desk, "run-uncertain", ended.pk)


def test_without_uncertain_ones_there_is_no_list(desk, issue, run):
    answer = desk.get(reverse("gonets:run-uncertain", args=[run.pk]))

    assert answer.status_code == 302


@pytest.mark.parametrize("name", ["run-resolve", "run-undo"])
def test_a_get_decides_nothing(desk, run, name):
    assert desk.get(reverse(f"gonets:{name}", args=[run.pk])).status_code == 405
