"""Later, at a time, or now."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from gonets.delivery.models import Run
from gonets.kernel import clock
from gonets.newsletters.models import Issue
from gonets.newsletters.standing.planning import Plan, set_rhythm
from gonets.newsletters.standing.rhythms import Rhythm
from gonets.newsletters.standing.states import RhythmKind
from gonets.newsletters.states import IssueState
from tests.support.factories import make_issue, make_newsletter


def url(name: str, issue: Issue) -> str:
    return reverse(f"gonets:{name}", args=[issue.pk])


def test_the_confirmation_names_the_count_and_what_the_letters_go_through(desk, issue):
    page = desk.get(url("issue-send", issue)).content.decode()

    assert "Send the letter to 3 subscribers?" in page
    assert issue.subject in page
    assert "the built-in mailbox" in page
    assert not Run.objects.exists()


def test_in_russian_the_count_is_declined(desk, issue):
    page = desk.get(url("issue-send", issue), HTTP_ACCEPT_LANGUAGE="ru")

    assert "Отправить письмо 3 подписчикам?" in page.content.decode()
    assert "Произвести рассылку" in page.content.decode()


def test_sending_starts_one_run_and_shows_its_progress(desk, issue):
    answers = [
        desk.post(url("issue-send", issue), {"edition": issue.edition})
        for _press in range(3)
    ]

    assert {answer.url for answer in answers} == {url("issue-progress", issue)}
    assert Run.objects.count() == 1


def test_nobody_to_send_to_is_said_before_the_button_is_pressed(desk, newsletter):
    lonely = make_issue(newsletter)

    page = desk.get(url("issue-send", lonely)).content.decode()

    assert "nobody to send it to" in page
    assert "disabled" in page


def test_a_refused_sending_says_why_and_changes_nothing(desk, issue):
    Issue.objects.filter(pk=issue.pk).update(subject="")

    answer = desk.post(url("issue-send", issue), {"edition": issue.edition})

    assert "no subject" in answer.content.decode()
    assert not Run.objects.exists()


def test_a_letter_changed_since_the_page_was_shown_is_looked_at_again(desk, issue):
    answer = desk.post(url("issue-send", issue), {"edition": issue.edition + 1})

    assert answer.url == url("issue-preview", issue)
    assert not Run.objects.exists()


def test_postponing_puts_it_into_the_planned_ones(desk, issue):
    answer = desk.post(url("issue-postpone", issue))

    issue.refresh_from_db()
    assert answer.url == reverse("gonets:planned")
    assert issue.state == IssueState.POSTPONED


def test_a_get_never_postpones(desk, issue):
    assert desk.get(url("issue-postpone", issue)).status_code == 405


def schedule(desk, issue, at):
    local = timezone.localtime(at)
    written = {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}
    return desk.post(url("issue-schedule", issue), written)


def test_a_time_in_the_future_is_kept(desk, issue):
    at = clock.now() + timedelta(days=2)

    schedule(desk, issue, at)

    issue.refresh_from_db()
    assert issue.state == IssueState.SCHEDULED
    assert abs(issue.scheduled_at - at) < timedelta(minutes=1)


def test_the_page_names_the_time_zone(desk, issue):
    assert "Europe/Moscow" in desk.get(url("issue-schedule", issue)).content.decode()


def comes_out_by(zone: str, issue) -> None:
    rhythm = Rhythm(
        kind=RhythmKind.DAILY, at=time(10), zone=zone, starts_on=date(2026, 1, 1)
    )
    set_rhythm(issue.newsletter_id, Plan(rhythm=rhythm), user=None)


def test_a_time_is_by_the_clocks_that_the_newsletter_comes_out_by(desk, issue):
    comes_out_by("America/New_York", issue)
    assert "New York time. There it is now" in " ".join(
        desk.get(url("issue-schedule", issue)).content.decode().split()
    )

    desk.post(url("issue-schedule", issue), {"day": "2030-01-10", "time": "10:00"})

    issue.refresh_from_db()
    assert issue.scheduled_at == datetime(2030, 1, 10, 15, tzinfo=UTC)
    planned = desk.get(reverse("gonets:planned")).content.decode()
    assert "Sending scheduled for Jan. 10, 2030, 10:00, New York time" in planned
    page = desk.get(url("issue-schedule", issue)).content.decode()
    assert 'value="10:00"' in page


def test_another_zone_can_be_chosen_for_once(desk, issue):
    written = {"day": "2030-07-10", "time": "10:00", "zone": "Europe/Berlin"}

    desk.post(url("issue-schedule", issue), written)

    issue.refresh_from_db()
    assert issue.scheduled_at == datetime(2030, 7, 10, 8, tzinfo=UTC)


def test_the_site_is_not_in_a_zone_with_a_technical_name(desk, issue, settings):
    settings.TIME_ZONE = "Etc/UTC"

    page = desk.get(url("issue-schedule", issue)).content.decode()

    assert "Greenwich time (UTC). There it is now" in " ".join(page.split())


@pytest.mark.parametrize(
    "written",
    [
        {"day": "0001-01-01", "time": "00:00"},
        {"day": "9999-12-31", "time": "23:59", "zone": "America/New_York"},
        {"day": "2030-01-01", "time": "10:00", "zone": "../../etc/passwd"},
        {"day": "2030-01-01", "time": "10:00", "zone": "a\x00b"},
    ],
)
def test_a_time_beyond_all_measure_is_explained(desk, issue, written):
    answer = desk.post(url("issue-schedule", issue), written)

    assert "field-error" in answer.content.decode()


def test_a_time_that_has_passed_is_refused_clearly(desk, issue):
    answer = schedule(desk, issue, clock.now() - timedelta(hours=1))

    assert "This time has passed" in answer.content.decode()
    issue.refresh_from_db()
    assert issue.state == IssueState.DRAFT


def test_an_hour_that_the_clocks_leave_out_is_refused(desk, issue, settings):
    settings.TIME_ZONE = "Europe/Berlin"

    answer = desk.post(
        url("issue-schedule", issue), {"day": "2027-03-28", "time": "02:30"}
    )

    assert "does not exist on that day" in answer.content.decode()


@pytest.mark.parametrize(
    "written",
    [{}, {"day": "soon", "time": "10:00"}, {"day": "2030-02-31", "time": "25:00"}],
    ids=["nothing", "words", "no such day"],
)
def test_what_is_no_time_is_explained(desk, issue, written):
    answer = desk.post(url("issue-schedule", issue), written)

    assert "field-error" in answer.content.decode()


def test_a_scheduled_issue_can_be_kept_back(desk, issue):
    schedule(desk, issue, clock.now() + timedelta(days=2))

    desk.post(url("issue-unschedule", issue))

    issue.refresh_from_db()
    assert issue.state == IssueState.POSTPONED


def test_strangers_are_asked_to_log_in(client, issue):
    answer = client.post(url("issue-send", issue))

    assert answer.status_code == 302
    assert "login" in answer.url
    assert not Run.objects.exists()


def test_an_issue_of_an_archived_newsletter_without_sections_can_still_be_shown(desk):
    issue = make_issue(make_newsletter())

    assert desk.get(url("issue-send", issue)).status_code == 200
