"""Many people press Send in the same moment: one run, each address once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from gonets.delivery.models import Delivery, Run
from gonets.delivery.states import RunStatus
from gonets.newsletters.models import Issue
from gonets.publishing import actions
from gonets.publishing.actions import freezing, sending
from gonets.publishing.models import IssueRun
from gonets.publishing.states import AudienceRule
from tests.support.factories import make_issue, make_newsletter, make_subscriber

PRESSES = 50
PEOPLE = 30


@pytest.fixture
def crowded_issue(transactional_db: None) -> Issue:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads need a database that connections share")
    newsletter = make_newsletter()
    for number in range(PEOPLE):
        make_subscriber(f"reader{number}@example.com", newsletter.readership)
    return make_issue(newsletter)


def at_once(act: Callable[[], int | None], *, times: int) -> list[int | None]:
    def closing() -> int | None:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=10) as pool:
        return [each.result() for each in [pool.submit(closing) for _ in range(times)]]


def test_fifty_parallel_presses_make_one_run(crowded_issue, monkeypatch):
    monkeypatch.setattr(freezing, "FIRST", 7)

    def press() -> int:
        rule = AudienceRule.EVERYONE
        return actions.send_issue(crowded_issue.pk, audience=rule, user=None).pk

    runs = at_once(press, times=PRESSES)

    run = Run.objects.get()
    assert set(runs) == {run.pk}
    assert IssueRun.objects.count() == 1
    assert run.status == RunStatus.RUNNING
    assert Delivery.objects.filter(run=run).count() == run.audience_size == PEOPLE


def test_many_freezers_of_one_audience_put_everyone_in_once(crowded_issue, monkeypatch):
    monkeypatch.setattr(freezing, "FIRST", 3)
    monkeypatch.setattr(freezing, "LEAST", 3)
    monkeypatch.setattr(freezing, "MOST", 3)
    monkeypatch.setattr(sending, "FREEZING_SECONDS", 0)
    rule = AudienceRule.EVERYONE
    run = actions.send_issue(crowded_issue.pk, audience=rule, user=None)

    at_once(lambda: actions.freeze_audience(run.pk), times=10)

    run.refresh_from_db()
    assert (run.status, run.audience_size) == (RunStatus.RUNNING, PEOPLE)
    assert Delivery.objects.filter(run=run).count() == PEOPLE
