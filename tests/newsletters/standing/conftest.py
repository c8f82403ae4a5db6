"""A newsletter of every Thursday at 10:00 in Moscow, and a clock that is moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import time_machine

from gonets.content.models import Section
from gonets.newsletters.models import Newsletter
from gonets.newsletters.standing.actions import tend_standing_draft
from gonets.newsletters.standing.models import StandingDraft
from gonets.newsletters.standing.planning import Plan, set_rhythm
from gonets.newsletters.standing.rhythms import Rhythm
from gonets.newsletters.standing.states import RhythmKind
from tests.support.factories import make_newsletter, make_section

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
THURSDAY = datetime(2026, 11, 26, 7, tzinfo=UTC)  # 10:00 in Moscow
NEXT_THURSDAY = datetime(2026, 12, 3, 7, tzinfo=UTC)


def thursdays(**changes: Any) -> Plan:
    rhythm = Rhythm(
        kind=RhythmKind.WEEKLY,
        weekdays=(3,),
        at=time(10),
        zone="Europe/Moscow",
        starts_on=date(2026, 11, 1),
    )
    return Plan(rhythm=rhythm, **changes)


@pytest.fixture
def clock_at() -> Iterator[Callable[[datetime], None]]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller.move_to


@pytest.fixture
def news(db: None, clock_at: Any) -> Section:
    return make_section("News")


@pytest.fixture
def weekly(news: Section) -> Newsletter:
    newsletter = make_newsletter(news)
    set_rhythm(newsletter.pk, thursdays(), user=None)
    return newsletter


@pytest.fixture
def told() -> list[StandingDraft]:
    return []


@pytest.fixture
def tend(weekly: Newsletter, told: list[StandingDraft]) -> Callable[[], StandingDraft]:
    """Do the chore once, and return the draft that is open afterwards."""

    def chore() -> StandingDraft:
        tend_standing_draft(weekly.pk, tell_editor=told.append)
        return StandingDraft.objects.select_related("issue").get(
            newsletter=weekly, state__in=["collecting", "waiting"]
        )

    return chore
