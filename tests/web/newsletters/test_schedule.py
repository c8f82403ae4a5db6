"""When a newsletter comes out by itself: choosing, trying out, skipping, seeing it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from gonets.content.models import Section
from gonets.newsletters.models import Issue, Newsletter
from gonets.newsletters.standing.models import NewsletterRhythm, StandingDraft
from gonets.publishing.tasks import tend_standing_drafts
from tests.support.factories import make_material, make_newsletter, make_section

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
THURSDAY = datetime(2026, 11, 26, 7, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock_at() -> Any:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller.move_to


@pytest.fixture
def desk(editor_client: Any, clock_at: Any) -> Any:
    editor_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return editor_client


@pytest.fixture
def section() -> Section:
    return make_section("News")


@pytest.fixture
def newsletter(section: Section) -> Newsletter:
    return make_newsletter(section)


def thursdays(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "weekly",
        "interval": "1",
        "weekdays": ["3"],
        "weekday": "0",
        "at": "10:00",
        "zone": "Europe/Moscow",
        "starts_on": "2026-11-23",
        "when_due": "wait",
        **changes,
    }


def address(newsletter: Newsletter, more: str = "") -> str:
    return f"/newsletters/{newsletter.pk}/schedule/{more}"


def test_the_page_proposes_and_nothing_is_on_yet(desk, newsletter):
    page = desk.get(address(newsletter)).content.decode()

    assert "Every Monday at 10:00, Moscow time" in page
    assert "Not saved yet" in page
    assert "Switch on" in page
    assert not NewsletterRhythm.objects.exists()


def test_saving_switches_it_on_and_says_so_in_words(desk, newsletter):
    answer = desk.post(address(newsletter), thursdays(), follow=True)

    page = answer.content.decode()
    assert "Saved: it comes out every Thursday at 10:00, Moscow time." in page
    assert page.count("Skip Nov.") + page.count("Skip Dec.") == 5
    assert NewsletterRhythm.objects.get().weekdays == [3]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"kind": "monthly_weekday", "ordinals": ["1", "3"], "weekday": "0"},
            "On the first and third Monday of the month at 10:00",
        ),
        (
            {"kind": "monthly_weekday", "ordinals": ["-1"], "weekday": "4"},
            "On the last Friday of the month at 10:00",
        ),
        (
            {"kind": "monthly_days", "month_days": ["1", "15"]},
            "On the 1st and 15th of the month at 10:00",
        ),
        ({"kind": "daily", "at": "08:30"}, "Every day at 08:30"),
        ({"interval": "2"}, "Every 2 weeks on Thursday at 10:00"),
        ({"interval": ""}, "Every Thursday at 10:00"),
    ],
)
def test_trying_out_says_it_in_words_and_saves_nothing(
    desk, newsletter, changes, words
):
    answer = desk.post(address(newsletter, "preview/"), thursdays(**changes))

    assert words in answer.content.decode()
    assert not NewsletterRhythm.objects.exists()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"weekdays": []}, "Please choose at least one."),
        ({"at": "25:61"}, "Write the time like 10:00."),
        ({"interval": "often"}, "Please write a whole number."),
        ({"interval": "0"}, ""),
        ({"interval": "9" * 40}, ""),
        ({"zone": "Mars"}, ""),
        ({"kind": "hourly"}, ""),
        ({"weekdays": ["9"]}, ""),
        ({"starts_on": "31.02.2027"}, "This is not a day of the calendar."),
        ({"starts_on": "0001-01-01"}, "This date is too far away."),
        ({"paused_from": "2026-12-24"}, "Say when the pause ends, too."),
        ({"when_due": "<script>"}, ""),
        ({"told_ids": ["999"]}, ""),
    ],
)
def test_what_is_wrong_is_marked_and_nothing_is_saved(
    desk, newsletter, changes, problem
):
    page = desk.post(address(newsletter), thursdays(**changes)).content.decode()
    tried = desk.post(address(newsletter, "preview/"), thursdays(**changes))

    assert "Not saved yet: please correct what is marked below." in page
    assert problem in page
    assert tried.status_code == 200
    assert not NewsletterRhythm.objects.exists()


def test_a_date_is_skipped_and_put_back(desk, newsletter):
    desk.post(address(newsletter), thursdays())

    page = desk.post(address(newsletter, "skip/"), {"day": "2026-11-26"}, follow=True)
    assert "Put Nov. 26, 2026 back" in page.content.decode()
    assert NewsletterRhythm.objects.get().skipped_days == ["2026-11-26"]

    desk.post(address(newsletter, "skip/"), {"back": "2026-11-26"})
    assert NewsletterRhythm.objects.get().skipped_days == []


@pytest.mark.parametrize("day", ["", "tomorrow", "2026-13-45", "9" * 500])
def test_a_day_that_is_none_is_refused(desk, newsletter, day):
    desk.post(address(newsletter), thursdays())

    page = desk.post(address(newsletter, "skip/"), {"day": day}, follow=True)

    assert "This is not a day of the calendar." in page.content.decode()


def test_switching_off_leaves_what_was_collected(desk, newsletter, section):
    make_material("A ferry", section=section)
    desk.post(address(newsletter), thursdays())
    tend_standing_drafts()

    desk.post(address(newsletter, "stop/"), thursdays())

    assert not NewsletterRhythm.objects.get().is_on
    assert Issue.objects.get().entries.count() == 1


def test_a_get_changes_nothing(desk, newsletter):
    for more in ("preview/", "skip/", "stop/"):
        assert desk.get(address(newsletter, more)).status_code == 405


def test_strangers_see_nothing(client, newsletter):
    assert client.get(address(newsletter)).status_code == 302
    assert client.post(address(newsletter, "skip/")).status_code == 302


@pytest.fixture
def collecting(desk: Any, newsletter: Newsletter, section: Section) -> StandingDraft:
    make_material("A ferry", section=section)
    make_material("A bridge", section=section)
    desk.post(address(newsletter), thursdays())
    tend_standing_drafts()
    return StandingDraft.objects.get()


def test_planned_shows_until_when_it_collects_and_how_much(desk, collecting):
    page = " ".join(desk.get("/planned/").content.decode().split())

    assert "Issue in preparation" in page
    assert "Nov. 26, 10:00</time>: 2 materials so far" in page
    assert "then it waits for you" in page


def test_planned_is_in_russian_too(desk, collecting):
    page = desk.get("/planned/", HTTP_ACCEPT_LANGUAGE="ru").content.decode()

    assert "Рассылка формируется" in page
    assert "Собирается до" in page
    assert "пока 2 материала" in " ".join(page.split())


def test_the_list_of_newsletters_names_the_next_date(desk, collecting):
    page = desk.get("/").content.decode()

    assert "Nov. 26, 10:00" in page
    assert "collects new materials" in page


def test_on_its_date_planned_says_that_it_waits(desk, collecting, clock_at):
    clock_at(THURSDAY)
    tend_standing_drafts()

    page = " ".join(desk.get("/planned/").content.decode().split())

    assert "Issue ready (postponed)" in page
    assert "waits for you" in page


def test_its_date_is_skipped_from_planned(desk, collecting):
    wanted = {"selected": collecting.issue_id, "act": "skip"}

    page = desk.post("/planned/selected/", wanted, follow=True).content.decode()

    assert "Skipped: what was collected waits for the next date." in page
    collecting.refresh_from_db()
    assert collecting.due_at == THURSDAY + timedelta(days=7)


def test_what_was_skipped_and_why_stays_to_be_seen(
    desk, newsletter, collecting, clock_at
):
    Newsletter.objects.update(minimum=3)
    clock_at(THURSDAY)
    tend_standing_drafts()

    page = " ".join(desk.get(address(newsletter)).content.decode().split())

    assert "skipped: 2 of at least 3 materials" in page


def test_prepare_issue_asks_before_it_makes_another(desk, newsletter, collecting):
    answer = desk.post("/newsletters/selected/", {"selected": newsletter.pk})

    assert answer.url == f"/newsletters/{newsletter.pk}/drafts/"


def test_settings_say_when_it_comes_out(desk, newsletter, collecting):
    page = desk.get(f"/newsletters/{newsletter.pk}/").content.decode()

    assert "Every Thursday at 10:00, Moscow time" in page


def test_a_date_that_the_rule_skipped_is_shown_where_its_issue_is(
    desk, newsletter, clock_at
):
    desk.post(address(newsletter), thursdays())
    Newsletter.objects.filter(pk=newsletter.pk).update(minimum=3)
    tend_standing_drafts()
    clock_at(THURSDAY)
    tend_standing_drafts()

    for page in (address(newsletter), "/planned/"):
        shown = " ".join(desk.get(page).content.decode().split())
        assert "Nov. 26, 2026 was skipped: 0 of at least 3 materials" in shown


def test_dates_are_by_the_clocks_of_the_schedule_wherever_the_site_is(
    desk, newsletter, clock_at, settings
):
    desk.post(address(newsletter), thursdays())
    tend_standing_drafts()
    settings.TIME_ZONE = "America/New_York"

    for page in (address(newsletter), "/planned/"):
        shown = desk.get(page).content.decode()
        assert re.search(r"Collects until <time[^>]*>[^<]*10:00</time>, Moscow", shown)

    clock_at(THURSDAY)
    Newsletter.objects.filter(pk=newsletter.pk).update(minimum=3)
    tend_standing_drafts()
    past = desk.get(address(newsletter)).content.decode().partition("Earlier dates")[2]
    assert "10:00</time>, Moscow time" in past
