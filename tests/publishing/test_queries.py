"""Where an issue stands, in the words its editors know, and in which list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from gonets.delivery.models import Run
from gonets.delivery.states import DeliveryStatus, RunStatus
from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Issue
from gonets.publishing import actions, queries
from gonets.publishing.states import AudienceRule
from tests.publishing.conftest import settle


def caption(issue: Issue) -> str:
    issue.refresh_from_db()
    with translation.override("ru"):
        return queries.issue_status_text(issue, queries.newest_run(issue.pk))


def send(issue: Issue) -> Run:
    return actions.send_issue(issue.pk, audience=AudienceRule.EVERYONE, user=None)


def test_the_captions_are_those_of_the_manual(issue):
    assert caption(issue) == "Рассылка формируется"
    newsletters.postpone_issue(issue.pk, user=None)
    assert caption(issue) == "Рассылка сформирована (отложена)"
    at = clock.now() + timedelta(days=1)
    newsletters.schedule_issue(issue.pk, at=at, user=None)
    assert caption(issue).startswith("Рассылка назначена на ")
    run = send(issue)
    settle(run, ann=DeliveryStatus.ACCEPTED)
    assert caption(issue) == "Идёт рассылка (33%)"
    actions.pause_issue_run(run.pk)
    assert caption(issue) == "Рассылка приостановлена (33%)"
    actions.continue_run(run.pk)
    settle(run, bob=DeliveryStatus.REFUSED, eve=DeliveryStatus.ACCEPTED)
    assert caption(issue) == "Рассылка окончена"


def test_a_broken_off_sending_says_how_far_it_had_come(issue):
    run = send(issue)
    settle(run, ann=DeliveryStatus.ACCEPTED, bob=DeliveryStatus.ACCEPTED)

    actions.cancel_issue_rest(run.pk)

    assert caption(issue) == "Рассылка прекращена (66%)"


def test_a_run_whose_letters_are_in_flight_is_pausing(issue):
    run = send(issue)
    settle(run, ann=DeliveryStatus.INTENT)

    actions.pause_issue_run(run.pk)

    assert caption(issue) == "Рассылка приостанавливается…"


@pytest.mark.parametrize(
    ("settled", "percent"), [((), 0), (("ann",), 33), (("ann", "bob"), 66)]
)
def test_the_percentage_is_rounded_down(issue, settled, percent):
    run = send(issue)
    settle(run, **dict.fromkeys(settled, DeliveryStatus.REFUSED))

    state = queries.newest_run(issue.pk)

    assert state is not None
    assert state.percent == percent


def test_an_issue_is_in_one_list_at_a_time(issue):
    def lists() -> tuple[int, int]:
        return queries.planned_issues().count(), queries.sent_issues().count()

    assert lists() == (1, 0)
    run = send(issue)
    assert lists() == (1, 0)
    settle(run, **dict.fromkeys(("ann", "bob", "eve"), DeliveryStatus.ACCEPTED))
    assert lists() == (0, 1)
    again = actions.send_issue(
        issue.pk, audience=AudienceRule.EVERYONE, user=None, previous_run_id=run.pk
    )
    assert lists() == (1, 0)
    actions.cancel_issue_rest(again.pk)
    assert lists() == (0, 1)


def test_the_states_of_many_issues_cost_one_query(issue, django_assert_num_queries):
    run = send(issue)

    with django_assert_num_queries(1):
        states = queries.run_states([issue.pk, issue.pk + 1])

    assert list(states) == [issue.pk]
    state = states[issue.pk]
    assert (state.run_id, state.runs, state.waiting) == (run.pk, 1, 3)
    assert state.status == RunStatus.RUNNING


def test_a_letter_may_be_corrected_only_while_nobody_is_being_written_to(issue):
    assert queries.is_correctable(issue.pk)
    run = send(issue)
    assert not queries.is_correctable(issue.pk)
    actions.pause_issue_run(run.pk)
    assert queries.is_correctable(issue.pk)
    assert not queries.is_corrected(run.pk)
    Issue.objects.filter(pk=issue.pk).update(subject="Corrected")
    assert queries.is_corrected(run.pk)
