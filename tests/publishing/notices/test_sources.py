"""Those who set things up hear of a failing source once, and once that it is well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from gonets.content.models import Source
from gonets.content.ownership import pause_source
from gonets.content.recording import begin_fetch, end_fetch
from gonets.content.states import FetchFailure
from gonets.content.types import FetchReport
from gonets.kernel import clock
from gonets.publishing.models import SourceNotice
from gonets.publishing.notices.states import NoticeState
from gonets.publishing.tasks import send_notices
from tests.support.factories import make_newsletter, make_section
from tests.support.postbox import Letter, Postbox

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock_at() -> Iterator[Callable[[datetime], None]]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller.move_to


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with Postbox(refused=frozenset()) as postbox:
        settings.GONETS_CATCHER_PORT = postbox.port
        settings.GONETS_PUBLIC_URL = "https://news.example.org"
        yield postbox


@pytest.fixture
def source(db: None, clock_at: Any, django_user_model: Any) -> Source:
    make_newsletter(make_section("News"))
    for name in ("owner", "partner"):
        django_user_model.objects.create_superuser(name, f"{name}@example.com", "x")
    return Source.objects.create(
        kind="feed",
        name="Town\r\nBcc: a@b.example <b>hall</b>",
        address="https://town.example/feed",
        created_at=clock.now(),
        next_fetch_at=clock.now(),
    )


def fails(source: Source, *, why: FetchFailure = FetchFailure.NO_ANSWER) -> None:
    source.refresh_from_db()
    end_fetch(begin_fetch(source), FetchReport(failure=why), ask_again_after=None)


def works(source: Source) -> None:
    source.refresh_from_db()
    end_fetch(begin_fetch(source), FetchReport(), ask_again_after=None)


def fail_for(source: Source, hours: int, clock_at: Callable[..., None]) -> None:
    """Let it fail every hour, the chores running in between."""
    began = clock.now()
    for hour in range(hours + 1):
        clock_at(began + hour * HOUR)
        fails(source)
        send_notices()


def letters(postbox: Postbox) -> list[Letter]:
    return [one for one in postbox.letters if one.recipient == "owner@example.com"]


def test_a_source_that_fails_for_a_day_is_told_to_everybody_once(
    source, postbox, clock_at
):
    fail_for(source, 23, clock_at)
    assert postbox.letters == []

    fail_for(source, 30, clock_at)

    told = sorted(one.recipient for one in postbox.letters)
    assert told == ["owner@example.com", "partner@example.com"]


def test_the_letter_says_what_is_wrong_and_where_to_look(source, postbox, clock_at):
    fail_for(source, 25, clock_at)

    [letter] = letters(postbox)
    text = letter.message.get_content()
    assert letter.message["Subject"] == (
        "Does not work: Town Bcc: a@b.example <b>hall</b>"
    )
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert "The site does not answer." in text
    assert f"https://news.example.org/sources/{source.pk}/" in text


def test_a_source_that_is_well_again_is_told_once_to_those_who_heard(
    source, postbox, clock_at
):
    fail_for(source, 25, clock_at)
    works(source)
    send_notices()
    works(source)
    send_notices()

    subjects = [one.message["Subject"].split(":")[0] for one in letters(postbox)]
    assert subjects == ["Does not work", "Works again"]


def test_a_second_failing_is_told_anew(source, postbox, clock_at):
    fail_for(source, 25, clock_at)
    works(source)
    send_notices()
    clock_at(clock.now() + HOUR)

    fail_for(source, 25, clock_at)

    subjects = [one.message["Subject"].split(":")[0] for one in letters(postbox)]
    assert subjects == ["Does not work", "Works again", "Does not work"]


def test_a_night_of_trouble_is_no_news(source, postbox, clock_at):
    fail_for(source, 12, clock_at)
    works(source)
    send_notices()

    assert postbox.letters == []


def test_what_is_over_before_the_mail_leaves_is_not_told(source, settings, clock_at):
    settings.GONETS_CATCHER_PORT = 9  # nobody listens
    fail_for(source, 25, clock_at)
    works(source)
    clock_at(clock.now() + timedelta(hours=5))

    send_notices()

    states = set(SourceNotice.objects.values_list("state", flat=True))
    assert states == {NoticeState.WITHDRAWN}


def test_a_feed_closed_for_good_is_told_at_once_and_a_paused_source_never(
    source, postbox, clock_at
):
    fails(source, why=FetchFailure.GONE)
    send_notices()
    assert len(letters(postbox)) == 1

    other = Source.objects.create(
        kind="feed",
        name="Other",
        address="https://other.example/",
        created_at=clock.now(),
    )
    fails(other, why=FetchFailure.GONE)
    pause_source(other.pk)
    send_notices()
    assert len(letters(postbox)) == 1


def test_without_a_newsletter_that_can_write_nothing_is_lost(source, postbox, clock_at):
    source_newsletters = type(make_newsletter(make_section("More"))).objects
    source_newsletters.update(sender_address="")
    fail_for(source, 25, clock_at)
    assert postbox.letters == []

    source_newsletters.update(sender_address="news@example.org")
    send_notices()

    assert len(letters(postbox)) == 1
