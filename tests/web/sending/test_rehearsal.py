"""The page of a rehearsal: start, watch, stop, report, and the file."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from gonets.audience import actions as audience
from gonets.audience.models import Subscriber, Subscription
from gonets.delivery.models import Worker
from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.publishing import actions
from gonets.publishing.models import Rehearsal, RehearsalFinding
from gonets.publishing.rehearsal.carrying import carry_out_rehearsals
from gonets.publishing.rehearsal.states import RehearsalStatus
from gonets.publishing.states import AudienceRule
from tests.support.factories import make_subscriber


def address(name, issue):
    return reverse(f"gonets:{name}", args=[issue.pk])


def page(desk, issue, *, language=""):
    headers = {"HTTP_ACCEPT_LANGUAGE": language} if language else {}
    answer = desk.get(address("issue-rehearsal", issue), **headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def left(newsletter):
    """Somebody who has left, with an address that spreadsheets would run."""
    person = make_subscriber("=cmd@example.com", newsletter.readership)
    audience.unsubscribe(Subscription.objects.get(subscriber=person).pk)
    return person


def rehearse(issue):
    actions.start_rehearsal(issue.pk, user=None)
    carry_out_rehearsals()


def test_an_issue_without_a_rehearsal_explains_what_it_is(desk, issue):
    shown = page(desk, issue)

    assert "No rehearsal has been held yet" in shown
    assert address("issue-rehearsal-start", issue) in shown


def test_a_press_starts_one_and_shows_it(desk, issue):
    answer = desk.post(address("issue-rehearsal-start", issue))

    assert answer.url == address("issue-rehearsal", issue)
    shown = page(desk, issue)
    assert "Getting ready…" in shown
    assert address("issue-rehearsal-live", issue) in shown
    assert address("issue-rehearsal-stop", issue) in shown


def test_what_stands_in_the_way_is_said(desk, newsletter, issue):
    Subscriber.objects.all().delete()

    answer = desk.post(address("issue-rehearsal-start", issue), follow=True)

    assert "nobody to send this to" in answer.content.decode()
    assert not Rehearsal.objects.exists()


def test_a_look_shows_how_far_it_is(desk, issue):
    actions.start_rehearsal(issue.pk, user=None)
    tally = {"looked_at": 50, "audience": 50, "made": 50, "sizes": [1, []]}
    rest = dict.fromkeys(
        ("total_bytes", "smallest", "largest", "largest_for"), 0
    ) | dict.fromkeys(("nearly_clipped", "clipped"), 0)
    Rehearsal.objects.update(
        status=RehearsalStatus.RUNNING,
        people=200,
        tally={**tally, **rest, "reasons": []},
        letters_per_second=20.0,
        seconds_left=7.5,
    )

    answer = desk.get(address("issue-rehearsal-live", issue), {"announced": "0"})

    shown = " ".join(answer.content.decode().split())
    assert 'value="25"' in shown
    assert "50 of 200 people looked at · 20 letters a second" in shown
    assert "less than a minute left" in shown
    assert "Rehearsal: about 20%" in shown
    again = desk.get(address("issue-rehearsal-live", issue), {"announced": "2"})
    assert "Rehearsal: about" not in again.content.decode()


def test_a_silent_worker_is_named(desk, issue):
    actions.start_rehearsal(issue.pk, user=None)
    assert "The program that rehearses" in page(desk, issue)

    now = clock.now()
    Worker.objects.create(
        place="here", pid=1, started_at=now, seen_at=now, lease_until=now
    )

    assert "The program that rehearses" not in page(desk, issue)


def test_the_last_look_brings_the_report(desk, issue, mailbox):
    rehearse(issue)

    answer = desk.get(address("issue-rehearsal-live", issue))

    assert answer["HX-Retarget"] == "#rehearsal"
    shown = answer.content.decode()
    assert "All 3 letters were made" in shown
    assert 'hx-swap-oob="innerHTML:#rehearsal-announcement"' in shown
    assert "every 1s" not in shown


def test_it_can_be_stopped(desk, issue):
    actions.start_rehearsal(issue.pk, user=None)

    desk.post(address("issue-rehearsal-stop", issue))
    again = desk.post(address("issue-rehearsal-stop", issue), follow=True)

    assert Rehearsal.objects.get().status == RehearsalStatus.STOPPED
    shown = again.content.decode()
    assert "had ended already" in shown
    assert "Stopped at 0%" in shown


def test_the_report_names_who_and_why(desk, issue, left, mailbox):
    rehearse(issue)

    english, russian = page(desk, issue), page(desk, issue, language="ru")

    assert "Has unsubscribed: <strong" in english
    assert "=cmd@example.com" in english
    assert "Отписались от рассылки: <strong" in russian
    assert "Has unsubscribed" not in russian


def test_the_report_says_if_the_letter_was_changed_since(desk, issue, mailbox):
    rehearse(issue)
    assert "has been changed since" not in page(desk, issue)

    issue.refresh_from_db()
    newsletters.save_wording(
        issue.pk, edition=issue.edition, user=None, changes={"subject": "New"}
    )

    assert "has been changed since. This report is about edition 1" in page(desk, issue)


def test_the_file_has_everybody_by_name_and_no_formula(desk, issue, left, mailbox):
    rehearse(issue)

    answer = desk.get(address("issue-rehearsal-csv", issue))

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Address", "Finding", "Why", "Remark"]
    assert rows[1] == ["'=cmd@example.com", "gets no letter", "Has unsubscribed", ""]


def test_only_the_first_hundred_are_shown(desk, issue, left, mailbox):
    rehearse(issue)
    finding = RehearsalFinding.objects.get()
    RehearsalFinding.objects.bulk_create(
        RehearsalFinding(
            rehearsal=finding.rehearsal,
            subscriber=left,
            kind=finding.kind,
            reason=finding.reason,
            address=f"more{n}@example.com",
        )
        for n in range(149)
    )
    rehearsal = finding.rehearsal
    rehearsal.tally["reasons"] = [[finding.kind, finding.reason, 9_000]]
    rehearsal.save()

    shown = page(desk, issue)

    assert shown.count("more") < 200
    assert "8,900 more are not shown here. The file has the first 5,000" in shown


def test_a_sent_issue_keeps_its_report_and_is_not_rehearsed_again(desk, issue, mailbox):
    rehearse(issue)
    actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)

    shown = page(desk, issue)

    assert "All 3 letters were made" in shown
    assert address("issue-rehearsal-start", issue) not in shown


def test_it_is_offered_in_the_preview_in_planned_and_before_sending(desk, issue):
    newsletters.postpone_issue(issue.pk, user=None)
    preview = desk.get(address("issue-preview", issue)).content.decode()
    planned = desk.get(reverse("gonets:planned")).content.decode()
    send = desk.get(address("issue-send", issue)).content.decode()

    assert address("issue-rehearsal-start", issue) in preview
    assert 'value="rehearse"' in planned
    assert address("issue-rehearsal", issue) in send


def test_whoever_sends_sees_what_the_rehearsal_said(desk, issue, mailbox):
    rehearse(issue)
    send = desk.get(address("issue-send", issue)).content.decode()
    assert "All 3 letters were made" in send
    assert "has been changed since" not in send

    issue.refresh_from_db()
    newsletters.save_wording(
        issue.pk, edition=issue.edition, user=None, changes={"subject": "New"}
    )

    send = desk.get(address("issue-send", issue)).content.decode()
    assert "has been changed since" in send


def test_a_planned_issue_is_rehearsed_from_the_list(desk, issue):
    newsletters.postpone_issue(issue.pk, user=None)

    answer = desk.post(
        reverse("gonets:planned-selected"), {"selected": issue.pk, "act": "rehearse"}
    )

    assert answer.url == address("issue-rehearsal", issue)
    assert Rehearsal.objects.get().issue == issue


@pytest.mark.parametrize("name", ["issue-rehearsal", "issue-rehearsal-csv"])
def test_strangers_see_nothing(client, issue, name):
    assert client.get(address(name, issue)).status_code == 302


def test_a_get_starts_nothing(desk, issue):
    assert desk.get(address("issue-rehearsal-start", issue)).status_code == 405
    assert not Rehearsal.objects.exists()
