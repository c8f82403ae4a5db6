"""Many workers do the same chores in the same moment: one draft, one notice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import connection, connections

from gonets.kernel import clock
from gonets.newsletters.models import Entry, Issue, Newsletter
from gonets.newsletters.standing.models import StandingDraft
from gonets.newsletters.standing.planning import Plan, set_rhythm
from gonets.newsletters.standing.rhythms import Rhythm
from gonets.newsletters.standing.states import RhythmKind
from gonets.publishing.models import Notice
from gonets.publishing.tasks import send_notices, tend_standing_drafts
from tests.support.factories import make_material, make_newsletter, make_section
from tests.support.postbox import Postbox

WORKERS = 8


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with Postbox(seconds=0.2) as postbox:
        settings.GONETS_CATCHER_PORT = postbox.port
        yield postbox


@pytest.fixture
def daily(transactional_db: None, administrator: Any) -> Newsletter:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads need a database that connections share")
    section = make_section("News")
    for number in range(20):
        make_material(f"Material {number}", section=section)
    newsletter = make_newsletter(section)
    rhythm = Rhythm(
        kind=RhythmKind.DAILY,
        at=time(10),
        zone="UTC",
        starts_on=date(2026, 1, 1),
    )
    set_rhythm(newsletter.pk, Plan(rhythm=rhythm), user=None)
    return newsletter


def at_once(chore: Callable[[], None]) -> None:
    def closing() -> None:
        try:
            chore()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        for each in [pool.submit(closing) for _ in range(WORKERS * 3)]:
            each.result()


def test_they_open_one_draft_with_each_material_once(daily):
    at_once(tend_standing_drafts)

    assert StandingDraft.objects.count() == Issue.objects.count() == 1
    assert Entry.objects.count() == 20


def test_they_append_each_material_once(daily):
    tend_standing_drafts()
    issue = Issue.objects.get()
    for number in range(20, 40):
        make_material(
            f"Material {number}", section=issue.entries.all()[0].material.section
        )

    at_once(tend_standing_drafts)

    titles = Counter(Entry.objects.values_list("title", flat=True))
    assert len(titles) == 40
    assert set(titles.values()) == {1}


def test_they_tell_each_editor_once(daily, postbox):
    tend_standing_drafts()
    StandingDraft.objects.update(due_at=clock.now() - timedelta(minutes=1))

    at_once(tend_standing_drafts)
    at_once(send_notices)

    assert Notice.objects.count() == 1
    assert [letter.recipient for letter in postbox.letters] == [
        "administrator@example.com"
    ]


def test_they_skip_a_date_once(daily):
    Newsletter.objects.update(minimum=100)
    tend_standing_drafts()
    StandingDraft.objects.update(due_at=clock.now() - timedelta(minutes=1))

    at_once(tend_standing_drafts)

    states = Counter(StandingDraft.objects.values_list("state", flat=True))
    assert states == {"skipped": 1, "collecting": 1}
    assert Issue.objects.count() == 1
