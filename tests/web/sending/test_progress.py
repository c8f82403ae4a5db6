"""The live indicator and its buttons."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.urls import reverse

from gonets.delivery.models import Delivery, Relay, Run, Worker
from gonets.delivery.states import DeliveryStatus, RunStatus
from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Issue
from gonets.publishing import actions
from gonets.publishing.models import IssueRun
from gonets.publishing.states import AudienceRule
from gonets.publishing.types import RelayTerms
from tests.publishing.conftest import settle

ACCEPTED, REFUSED = DeliveryStatus.ACCEPTED, DeliveryStatus.REFUSED


def progress(desk, issue: Issue) -> str:
    page = desk.get(reverse("gonets:issue-progress", args=[issue.pk]))
    return str(page.content.decode())


def press(desk, name: str, run: Run, **values: object) -> None:
    desk.post(reverse(f"gonets:{name}", args=[run.pk]), values)
    run.refresh_from_db()


def shown_key(desk, live: str) -> str:
    """Return what the page would say it shows."""
    content = desk.get(live).content.decode()
    return str(content.split('data-key="')[1].split('"')[0])


def reword(issue: Issue, subject: str) -> None:
    issue.refresh_from_db()
    newsletters.save_wording(
        issue.pk, edition=issue.edition, user=None, changes={"subject": subject}
    )


def edition_on(page: str) -> str:
    """Return which edition the page says it shows."""
    return page.split('name="edition" value="')[1].split('"')[0]


def see_worker() -> None:
    now = clock.now()
    Worker.objects.create(
        place="here", pid=1, started_at=now, seen_at=now, lease_until=now
    )


def test_it_shows_what_became_of_everybody(desk, issue, run):
    settle(run, ann=ACCEPTED, bob=REFUSED)

    page = progress(desk, issue)

    assert "Sending (66%)" in page
    assert 'value="66"' in page
    assert "3 addresses in this sending" in page


@pytest.mark.django_db(transaction=True)
def test_a_database_that_forgets_is_named_as_the_reason_why_nothing_leaves(
    desk, issue, run
):
    is_sqlite = connection.vendor == "sqlite"
    setting = "PRAGMA synchronous=" if is_sqlite else "SET synchronous_commit="
    say(f"{setting}{'NORMAL' if is_sqlite else 'off'}")

    page = progress(desk, issue)

    say(f"{setting}{'FULL' if is_sqlite else 'on'}")
    assert "after a power cut" in page
    assert "start the server again" not in page
    assert "start the server again" in progress(desk, issue)


def say(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_look_at_what_is_shown_already_costs_nothing(desk, issue, run):
    see_worker()
    live = reverse("gonets:run-live", args=[run.pk])
    shown = {"shown": shown_key(desk, live)}
    first = desk.get(live, shown)

    second = desk.get(live, shown, HTTP_IF_NONE_MATCH=first["ETag"])
    settle(run, ann=ACCEPTED)
    third = desk.get(live, shown, HTTP_IF_NONE_MATCH=first["ETag"])

    assert (second.status_code, second.content) == (304, b"")
    assert third.status_code == 200
    assert third["ETag"] != first["ETag"]


def test_buttons_are_sent_again_only_when_they_change(desk, run):
    see_worker()
    live = reverse("gonets:run-live", args=[run.pk])
    key = shown_key(desk, live)

    same = desk.get(live, {"shown": key}).content.decode()
    actions.pause_issue_run(run.pk)
    changed = desk.get(live, {"shown": key}).content.decode()

    assert "run-controls" not in same
    assert "run-controls" in changed


def test_pausing_and_continuing(desk, issue, run):
    press(desk, "run-pause", run)
    assert run.status == RunStatus.PAUSED
    assert "Correct the letter" in progress(desk, issue)

    press(desk, "run-continue", run)
    assert run.status == RunStatus.RUNNING


def test_a_corrected_letter_goes_to_those_left_only_if_the_editor_says_so(
    desk, issue, run
):
    settle(run, ann=ACCEPTED)
    press(desk, "run-pause", run)
    newsletters.save_wording(
        issue.pk, edition=issue.edition, user=None, changes={"subject": "Corrected"}
    )
    assert "Which one shall the others get?" in progress(desk, issue)
    before = run.letter_ref

    press(desk, "run-continue", run, letter="former")
    assert (run.status, run.letter_ref) == (RunStatus.RUNNING, before)
    press(desk, "run-pause", run)
    press(desk, "run-continue", run, letter="corrected")
    assert run.status == RunStatus.RUNNING
    assert run.letter_ref != before


def test_a_correction_goes_out_only_in_the_wording_that_the_editor_saw(
    desk, issue, run
):
    settle(run, ann=ACCEPTED)
    press(desk, "run-pause", run)
    reword(issue, "Corrected")
    seen = edition_on(progress(desk, issue))
    reword(issue, "Half a sen")  # by somebody else, at this very moment

    press(desk, "run-continue", run, letter="corrected", edition=seen)

    assert run.status == RunStatus.PAUSED
    page = progress(desk, issue)
    assert "The letter was changed a moment ago." in page
    reword(issue, "Half a sentence made whole")
    seen = edition_on(progress(desk, issue))
    press(desk, "run-continue", run, letter="corrected", edition=seen)
    assert run.status == RunStatus.RUNNING
    assert IssueRun.objects.get(run=run).version.content["subject"].endswith("whole")


def test_cancelling_the_rest_asks_with_the_count_first(desk, issue, run):
    settle(run, ann=ACCEPTED)
    question = desk.get(reverse("gonets:run-cancel-rest", args=[run.pk]))

    assert "remaining 2 addresses?" in question.content.decode()
    run.refresh_from_db()
    assert run.status == RunStatus.RUNNING

    press(desk, "run-cancel-rest", run)
    assert run.status == RunStatus.CANCELLED
    assert "Sending cancelled (33%)" in progress(desk, issue)


def test_those_who_would_be_tried_again_can_be_given_up(desk, issue, run):
    settle(run, ann=ACCEPTED, bob=ACCEPTED, eve=DeliveryStatus.DEFERRED)
    assert "Stop waiting for 1" in progress(desk, issue)
    question = desk.get(reverse("gonets:run-stop-waiting", args=[run.pk]))
    assert "Stop waiting for 1 address?" in question.content.decode()

    press(desk, "run-stop-waiting", run)

    assert (run.status, run.expired) == (RunStatus.FINISHED, 1)


def test_ok_ends_the_walk_in_the_sent_ones(desk, issue, run):
    settle(run, ann=ACCEPTED, bob=ACCEPTED, eve=ACCEPTED)
    assert "Sending finished" in progress(desk, issue)

    answer = desk.post(reverse("gonets:run-acknowledge", args=[run.pk]))

    assert answer.url == reverse("gonets:sent")


def test_ok_before_the_end_says_so(desk, issue, run):
    answer = desk.post(reverse("gonets:run-acknowledge", args=[run.pk]))

    assert answer.url == reverse("gonets:issue-progress", args=[issue.pk])


def test_an_editor_decides_about_uncertain_people_by_name(desk, issue, run):
    settle(run, ann=DeliveryStatus.UNCERTAIN, bob=ACCEPTED, eve=ACCEPTED)
    assert "ann@example.com" in progress(desk, issue)
    uncertain = Delivery.objects.get(run=run, status=DeliveryStatus.UNCERTAIN)

    press(desk, "run-resolve", run, decision="count_as_accepted", delivery=uncertain.pk)

    uncertain.refresh_from_db()
    assert uncertain.resolution == "count_as_accepted"
    assert uncertain.resolved_by is not None


def test_the_page_says_when_the_sending_program_is_not_there(desk, issue, run):
    assert "has not started yet" in progress(desk, issue)
    see_worker()
    assert "has not started yet" not in progress(desk, issue)


@pytest.mark.parametrize("name", ["run-pause", "run-continue", "run-acknowledge"])
def test_a_get_never_steers(desk, run, name):
    assert desk.get(reverse(f"gonets:{name}", args=[run.pk])).status_code == 405


def test_a_button_that_comes_too_late_shows_how_things_stand(desk, issue, run):
    settle(run, ann=ACCEPTED, bob=ACCEPTED, eve=ACCEPTED)

    answer = desk.post(reverse("gonets:run-pause", args=[run.pk]), follow=True)

    assert "this is how it stands" in answer.content.decode()


def test_with_scripts_a_button_answers_in_place(desk, run):
    pause = reverse("gonets:run-pause", args=[run.pk])

    answer = desk.post(pause, HTTP_HX_REQUEST="true")

    assert answer.status_code == 200
    assert "Sending paused (0%)" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_run_that_cannot_exist_is_not_found(desk):
    for number in ("0", "9" * 18, "9" * 30):
        assert desk.get(f"/runs/{number}/live/").status_code == 404


def test_a_number_beyond_all_measure_counts_as_none(desk, issue):
    send = reverse("gonets:issue-send", args=[issue.pk])

    answer = desk.post(send, {"edition": "9" * 5000})

    assert answer.url == reverse("gonets:issue-progress", args=[issue.pk])


def test_it_says_which_mail_servers_are_unwell_or_slowed_down(desk, issue, settings):
    settings.GONETS_PUBLIC_URL = "https://news.example.com"
    for name in ("Main", "Backup", "Fine"):
        actions.add_relay(RelayTerms(url="smtps://mail.example.com", name=name))
    Relay.objects.filter(name="Main").update(trouble="535 5.7.8 no")
    slowed = {"Gmail": 2.51, "": 40.2}
    Relay.objects.filter(name="Backup").update(slowed=json.dumps(slowed))
    actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)

    page = progress(desk, issue)

    assert "The mail server “Main” takes no letters at the moment." in page
    assert "535" not in page  # That is for the administrator.
    assert "Gmail asked for a slower pace: 2.5 letters a second." in page
    assert "Backup asked for a slower pace: 40 letters a second." in page
    assert "Fine" not in page
