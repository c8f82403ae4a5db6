"""«Запланированные» and «Разосланные»."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from gonets.delivery.models import Run
from gonets.delivery.states import RunStatus
from gonets.kernel import clock
from gonets.newsletters import actions
from gonets.newsletters.models import Issue
from gonets.newsletters.states import IssueState, IssueStep
from gonets.publishing.models import IssueRun
from tests.support.factories import make_issue, make_newsletter

pytestmark = pytest.mark.django_db

PLANNED = "/planned/selected/"
SENT = "/sent/selected/"


@pytest.fixture
def desk(editor_client: Any) -> Any:
    editor_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    return editor_client


@pytest.fixture
def issue(db: None) -> Issue:
    return make_issue(make_newsletter(title="The Weekly"))


def give_run(issue: Issue, status: RunStatus, **counts: int) -> Run:
    """Let the issue have a run of 1000 people, of whom so many are accounted for."""
    version = actions.freeze_version(issue.pk, user=None)
    actions.mark_released(issue.pk)
    now = clock.now()
    run = Run.objects.create(
        origin_key=f"issue:{issue.pk}",
        letter_ref=str(version.pk),
        status=status,
        audience_size=1000,
        pending=1000 - sum(counts.values()),
        created_at=now,
        started_at=now,
        ended_at=now if status == RunStatus.FINISHED else None,
        **counts,
    )
    IssueRun.objects.create(issue=issue, version=version, run=run, audience="everyone")
    return run


def status_texts(page: bytes) -> list[str]:
    pieces = page.decode().split('<span class="status-text">')[1:]
    return [piece.partition("</span>")[0] for piece in pieces]


def test_nothing_planned_leads_to_the_newsletters(desk):
    assert "Ничего не запланировано" in desk.get("/planned/").content.decode()
    assert "Пока ничего не разослано" in desk.get("/sent/").content.decode()


def test_a_draft_is_shown_as_being_prepared(desk, issue):
    assert status_texts(desk.get("/planned/").content) == ["Рассылка формируется"]


def test_a_postponed_issue_has_exactly_the_manuals_status(desk, issue):
    actions.postpone_issue(issue.pk, user=None)

    texts = status_texts(desk.get("/planned/").content)

    assert texts == ["Рассылка сформирована (отложена)"]


@pytest.mark.parametrize(
    ("status", "caption"),
    [
        (RunStatus.RUNNING, "Идёт рассылка (33%)"),
        (RunStatus.PAUSING, "Рассылка приостанавливается…"),
        (RunStatus.PAUSED, "Рассылка приостановлена (33%)"),
    ],
)
def test_runs_under_way_are_planned_with_counts_beside_the_status(
    desk, issue, status, caption
):
    give_run(issue, status, accepted=335, refused=2)

    page = desk.get("/planned/").content

    assert status_texts(page) == [caption]
    assert "принято 335 из 1\u00a0000, 2 отказа" in page.decode()
    assert status_texts(desk.get("/sent/").content) == []


def test_an_ended_run_is_sent_with_its_account(desk, issue):
    give_run(issue, RunStatus.FINISHED, accepted=990, refused=7, uncertain=3)

    page = desk.get("/sent/").content

    assert status_texts(page) == ["Рассылка окончена"]
    for count in (990, 7, 3):
        assert f">{count}</td>" in page.decode()
    assert status_texts(desk.get("/planned/").content) == []


def test_only_a_run_that_moves_is_asked_for_again(desk, issue):
    address = reverse("gonets:issue-status", args=[issue.pk])
    assert b"hx-get" not in desk.get(address).content

    run = give_run(issue, RunStatus.RUNNING, accepted=10)
    assert b"hx-get" in desk.get(address).content

    Run.objects.filter(pk=run.pk).update(status=RunStatus.PAUSED)
    assert b"hx-get" not in desk.get(address).content


@pytest.mark.parametrize(
    ("step", "page"),
    [
        (IssueStep.MATERIALS, "gonets:issue-materials"),
        (IssueStep.PREVIEW, "gonets:issue-preview"),
    ],
)
def test_going_on_returns_to_exactly_the_step_that_was_left(desk, issue, step, page):
    actions.set_step(issue.pk, step, user=None)
    actions.postpone_issue(issue.pk, user=None)

    answer = desk.post(PLANNED, {"selected": issue.pk, "act": "continue"})

    assert answer.url == reverse(page, args=[issue.pk])
    assert desk.get(f"/issues/{issue.pk}/").url == answer.url


def test_going_on_with_a_paused_run_continues_it(desk, issue):
    run = give_run(issue, RunStatus.PAUSED, accepted=10)

    answer = desk.post(PLANNED, {"selected": issue.pk, "act": "continue"})

    assert answer.url == reverse("gonets:issue-progress", args=[issue.pk])
    run.refresh_from_db()
    assert run.status == RunStatus.RUNNING


def test_opening_a_paused_run_changes_nothing(desk, issue):
    run = give_run(issue, RunStatus.PAUSED, accepted=10)

    answer = desk.get(f"/issues/{issue.pk}/")

    assert answer.url == reverse("gonets:issue-progress", args=[issue.pk])
    run.refresh_from_db()
    assert run.status == RunStatus.PAUSED


def test_a_draft_can_be_deleted(desk, issue):
    desk.post(PLANNED, {"selected": issue.pk, "act": "delete"})

    assert not Issue.objects.exists()


def test_what_was_sent_cannot_be_deleted(desk, issue):
    give_run(issue, RunStatus.PAUSED, accepted=10)

    answer = desk.post(PLANNED, {"selected": issue.pk, "act": "delete"}, follow=True)

    assert Issue.objects.exists()
    assert "Удалить можно только" in answer.content.decode()


def test_a_date_can_be_taken_off(desk, issue):
    at = clock.now() + timedelta(days=1)
    actions.schedule_issue(issue.pk, at=at, user=None)
    (text,) = status_texts(desk.get("/planned/").content)
    assert text.startswith("Рассылка назначена на ")

    desk.post(PLANNED, {"selected": issue.pk, "act": "unschedule"})

    issue.refresh_from_db()
    assert issue.state == IssueState.POSTPONED


def test_a_missed_date_is_explained(desk, issue):
    at = clock.now() + timedelta(days=1)
    actions.schedule_issue(issue.pk, at=at, user=None)
    actions.miss_schedule(issue.pk, at=at, reason="")

    assert "Назначенное время прошло" in desk.get("/planned/").content.decode()


@pytest.mark.parametrize(
    ("act", "page"),
    [
        ("again", "gonets:issue-again"),
        ("letter", "gonets:issue-preview"),
        ("account", "gonets:issue-progress"),
        ("", "gonets:issue-again"),
    ],
)
def test_the_toolbar_of_sent_issues_leads_on(desk, issue, act, page):
    give_run(issue, RunStatus.FINISHED, accepted=1000)

    answer = desk.post(SENT, {"selected": issue.pk, "act": act})

    assert answer.url == reverse(page, args=[issue.pk])


def test_a_selection_that_is_none_is_told_so(desk):
    answer = desk.post(PLANNED, {"selected": "x"}, follow=True)

    assert "Сначала выберите выпуск" in answer.content.decode()


def test_an_issue_that_is_gone_is_not_found(desk):
    assert desk.get("/issues/999/").status_code == 404
    assert desk.post(PLANNED, {"selected": 999}).status_code == 404


def test_long_lists_take_a_fixed_number_of_queries(
    desk, issue, django_assert_max_num_queries
):
    for _ in range(10):
        make_issue(issue.newsletter)

    with django_assert_max_num_queries(10):
        desk.get("/planned/")
