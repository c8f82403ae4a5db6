"""Editors are told once of each event, by mail that depends on no run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils.html import escape

from gonets.content.models import Section
from gonets.delivery.models import CloneFence, Delivery, Run
from gonets.delivery.states import FenceCause
from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.newsletters.models import Issue, Newsletter
from gonets.newsletters.standing.models import StandingDraft
from gonets.newsletters.standing.planning import Plan, set_rhythm
from gonets.newsletters.standing.rhythms import Rhythm
from gonets.newsletters.standing.states import RhythmKind, StandingState, WhenDue
from gonets.newsletters.states import IssueState
from gonets.publishing.models import Notice
from gonets.publishing.notices.states import NoticeKind, NoticeState
from gonets.publishing.tasks import (
    send_notices,
    start_due_issues,
    tend_standing_drafts,
)
from tests.support.factories import (
    make_material,
    make_newsletter,
    make_section,
    make_subscriber,
)
from tests.support.ports import free_port
from tests.support.postbox import Letter, Postbox

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
THURSDAY = datetime(2026, 11, 26, 7, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock_at() -> Iterator[Callable[[datetime], None]]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller.move_to


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with Postbox(refused=frozenset({"nobody@example.com"})) as postbox:
        settings.GONETS_CATCHER_PORT = postbox.port
        settings.GONETS_PUBLIC_URL = "https://news.example.org"
        yield postbox


@pytest.fixture
def section(db: None, clock_at: Any) -> Section:
    return make_section("News")


@pytest.fixture
def weekly(section: Section, editor: Any) -> Newsletter:
    """One that Ann reads, made by the editor, of every Thursday at 10:00."""
    newsletter = make_newsletter(section)
    newsletter.created_by = editor
    newsletter.save()
    make_subscriber("ann@example.com", newsletter.readership, name="Ann")
    plan(newsletter)
    return newsletter


def plan(newsletter: Newsletter, **changes: Any) -> None:
    rhythm = Rhythm(
        kind=RhythmKind.WEEKLY,
        weekdays=(3,),
        at=time(10),
        zone="Europe/Moscow",
        starts_on=date(2026, 11, 1),
    )
    set_rhythm(newsletter.pk, Plan(rhythm=rhythm, **changes), user=None)


@pytest.fixture
def until_thursday(weekly: Newsletter, section: Section, clock_at: Any) -> Issue:
    """The issue that has collected one material until now, its date."""
    make_material("A new ferry", section=section)
    tend_standing_drafts()
    clock_at(THURSDAY + SECOND)
    return Issue.objects.get()


def chores() -> None:
    tend_standing_drafts()
    start_due_issues()
    send_notices()


def test_the_editor_gets_the_letter_the_check_and_a_link(until_thursday, postbox):
    chores()

    (letter,) = postbox.letters
    assert letter.recipient == "editor@example.com"
    message = letter.message
    assert message["Subject"] == "Waits for you: The Harbour Weekly: Nov. 26, 2026"
    assert message["Auto-Submitted"] == "auto-generated"
    link = f"https://news.example.org/issues/{until_thursday.pk}/"
    for kind in ("plain", "html"):
        text = letter.part(kind)
        assert "A new ferry" in text
        assert link in text
        assert "has collected 1 material until" in text
    assert "Found by the check before sending" in letter.part("plain")


def test_the_notice_stands_on_top_of_the_very_letter(until_thursday, postbox):
    chores()

    html = postbox.letters[0].part("html")
    assert html.count("<html") == html.count("<body") == 1
    assert html.index("Look at the issue") < html.index("A new ferry")


def test_it_is_wire_safe(until_thursday, postbox):
    chores()

    content = postbox.letters[0].content
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) < 999
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_it_changes_nothing_and_reaches_no_subscriber(until_thursday, postbox):
    chores()

    assert {letter.recipient for letter in postbox.letters} == {"editor@example.com"}
    assert not Run.objects.exists()
    assert not Delivery.objects.exists()


def test_however_often_the_chores_are_done_it_comes_once(until_thursday, postbox):
    for _ in range(3):
        chores()

    assert len(postbox.letters) == 1
    assert Notice.objects.get().state == NoticeState.ACCEPTED


def test_it_speaks_the_editors_language(until_thursday, postbox, editor):
    type(editor).objects.filter(pk=editor.pk).update(language="ru")

    chores()

    letter = postbox.letters[0]
    assert letter.message["Subject"].startswith("Ждёт вас: ")
    assert "собрала к 26 ноября 2026 г., 10:00 1 материал" in letter.part("plain")


def test_a_dead_relay_is_tried_again_later(until_thursday, postbox, settings, clock_at):
    alive = settings.GONETS_CATCHER_PORT
    settings.GONETS_CATCHER_PORT = free_port()
    chores()
    chores()
    notice = Notice.objects.get()
    assert (notice.state, notice.attempts) == (NoticeState.PENDING, 1)
    assert notice.answer

    settings.GONETS_CATCHER_PORT = alive
    clock_at(THURSDAY + timedelta(minutes=2))
    chores()

    assert len(postbox.letters) == 1
    assert Notice.objects.get().state == NoticeState.ACCEPTED


@pytest.mark.thorough
def test_after_a_day_it_is_given_up(until_thursday, settings, clock_at):
    settings.GONETS_CATCHER_PORT = free_port()
    chores()
    for hours in range(1, 27):
        clock_at(THURSDAY + timedelta(hours=hours, minutes=hours))
        send_notices()

    assert Notice.objects.get().state == NoticeState.EXPIRED


def test_a_refused_address_is_not_tried_again(until_thursday, postbox, editor):
    type(editor).objects.filter(pk=editor.pk).update(email="nobody@example.com")

    chores()

    notice = Notice.objects.get()
    assert notice.state == NoticeState.REFUSED
    assert "No such person" in notice.answer


@pytest.mark.parametrize(
    "address", ["no address", "кот@пример.рф", "a@b\r\nBcc: x@y.z"]
)
def test_an_address_that_headers_cannot_carry_is_refused(
    until_thursday, postbox, editor, address
):
    type(editor).objects.filter(pk=editor.pk).update(email=address)

    chores()

    assert not postbox.letters
    assert Notice.objects.get().state == NoticeState.REFUSED


def test_who_changes_the_plan_after_the_date_loses_no_date(
    until_thursday, weekly, postbox
):
    plan(weekly)

    chores()

    assert [letter.recipient for letter in postbox.letters] == ["editor@example.com"]


def test_who_acted_meanwhile_is_not_told(until_thursday, postbox, settings):
    alive = settings.GONETS_CATCHER_PORT
    settings.GONETS_CATCHER_PORT = free_port()
    tend_standing_drafts()
    newsletters.mark_released(until_thursday.pk)
    settings.GONETS_CATCHER_PORT = alive

    send_notices()

    assert not postbox.letters
    assert Notice.objects.get().state == NoticeState.WITHDRAWN


def test_a_copied_database_tells_nobody(until_thursday, postbox):
    facts = {"raised_at": clock.now(), "cause": FenceCause.BACKUP, "token": "t"}
    CloneFence.objects.update_or_create(pk=1, defaults=facts)

    chores()

    assert not postbox.letters
    assert Notice.objects.get().state == NoticeState.PENDING


def test_a_letter_that_cannot_be_made_is_told_about(until_thursday, postbox):
    tend_standing_drafts()
    broken = "<p>{{ subscriber.secret( }}</p>"
    Issue.objects.filter(pk=until_thursday.pk).update(intro=broken)

    send_notices()

    text = postbox.letters[0].part("plain")
    assert "The letter cannot be shown:" in text
    assert "The letter as it is now:" not in text


def test_hostile_words_stay_words(until_thursday, postbox):
    hostile = '"><script>alert(1)</script>\u2028 & more'
    Newsletter.objects.update(title=hostile)

    chores()

    html = postbox.letters[0].part("html")
    banner = html[html.index("<body") : html.index("Look at the issue")]
    assert "<script" not in banner
    assert escape("<script>alert(1)</script>") in banner
    assert '"><script' not in html


def test_it_goes_out_by_itself_if_the_owner_chose_so(until_thursday, weekly, postbox):
    plan(weekly, when_due=WhenDue.SEND)

    chores()

    assert Run.objects.count() == 1
    assert not Notice.objects.exists()
    draft = StandingDraft.objects.get(issue=until_thursday)
    assert draft.state == StandingState.RELEASED
    chores()
    following = StandingDraft.objects.exclude(pk=draft.pk).get()
    assert following.due_at == THURSDAY + timedelta(days=7)
    assert Run.objects.count() == 1


def missed(letter: Letter) -> bool:
    return str(letter.message["Subject"]).startswith("Did not go out: ")


def test_with_something_to_put_right_it_waits_and_says_why(
    until_thursday, weekly, postbox
):
    plan(weekly, when_due=WhenDue.SEND)
    Issue.objects.filter(pk=until_thursday.pk).update(subject="")

    chores()

    assert not Run.objects.exists()
    until_thursday.refresh_from_db()
    assert until_thursday.state == IssueState.POSTPONED
    assert Notice.objects.get().kind == NoticeKind.MISSED
    (letter,) = postbox.letters
    assert missed(letter)
    assert "The letter has no subject." in letter.part("plain")
    draft = StandingDraft.objects.get()
    assert draft.state == StandingState.WAITING


def test_a_server_that_was_down_for_more_than_an_hour_asks(
    until_thursday, weekly, postbox, clock_at
):
    plan(weekly, when_due=WhenDue.SEND)
    clock_at(THURSDAY + timedelta(hours=1, seconds=1))

    chores()

    assert not Run.objects.exists()
    (letter,) = postbox.letters
    assert "The server was not running at the time." in letter.part("plain")


def test_an_ordinary_issue_that_did_not_leave_is_told_of_too(
    weekly, section, postbox, clock_at
):
    make_material("A bridge", section=section)
    issue = newsletters.prepare_issue(weekly.pk, user=None)
    newsletters.schedule_issue(issue.pk, at=MONDAY + timedelta(hours=3), user=None)
    clock_at(MONDAY + timedelta(hours=6))

    start_due_issues()
    start_due_issues()
    send_notices()

    assert [missed(letter) for letter in postbox.letters] == [True]


def skipped_on(newsletter: Newsletter) -> None:
    Newsletter.objects.filter(pk=newsletter.pk).update(minimum=3)


def test_a_date_that_the_rule_skips_is_told_with_what_was_missing(
    until_thursday, weekly, postbox
):
    skipped_on(weekly)

    chores()

    (letter,) = postbox.letters
    assert letter.recipient == "editor@example.com"
    subject = letter.message["Subject"]
    assert subject == "Skipped, too few materials: The Harbour Weekly"
    for kind in ("plain", "html"):
        text = " ".join(letter.part(kind).split())
        assert "did not come out on Nov. 26, 2026, 10:00: 1 of at least 3" in text
        assert "waits for the next date, Dec. 3, 2026, 10:00" in text
        assert "The check before sending" not in text
    assert Notice.objects.get().kind == NoticeKind.SKIPPED


def test_a_weekly_newsletter_tells_of_each_skipped_date(
    until_thursday, weekly, postbox, clock_at
):
    skipped_on(weekly)
    chores()
    clock_at(THURSDAY + timedelta(days=7, seconds=1))

    chores()

    assert len(postbox.letters) == 2


def test_a_daily_newsletter_does_not_tell_so_every_morning(
    weekly, section, postbox, clock_at
):
    daily = Rhythm(
        kind=RhythmKind.DAILY,
        at=time(10),
        zone="Europe/Moscow",
        starts_on=date(2026, 11, 1),
    )
    set_rhythm(weekly.pk, Plan(rhythm=daily), user=None)
    for day in range(9):
        clock_at(MONDAY + timedelta(days=day))
        chores()

    assert [each.created_at.day for each in Notice.objects.order_by("pk")] == [24, 30]


def test_a_notice_names_the_zone_where_it_is_not_the_sites(
    until_thursday, weekly, postbox, settings
):
    settings.TIME_ZONE = "America/New_York"

    chores()

    assert "until Nov. 26, 2026, 10:00, Moscow time and" in " ".join(
        postbox.letters[0].part("plain").split()
    )


def test_an_issue_of_an_archived_newsletter_asks_instead_of_leaving(
    until_thursday, weekly, postbox
):
    plan(weekly, when_due=WhenDue.SEND)
    tend_standing_drafts()
    newsletters.archive_newsletter(weekly.pk)

    start_due_issues()
    send_notices()

    assert not Run.objects.exists()
    until_thursday.refresh_from_db()
    assert until_thursday.state == IssueState.POSTPONED
    assert "The newsletter is in the archive." in postbox.letters[0].part("plain")
