"""The page on which an administrator lifts the clone fence."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gonets.delivery.fence import is_fenced
from tests.publishing.test_fence import raise_fence

PAGE = "/fence/"


@pytest.fixture
def boss(administrator_client):
    administrator_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return administrator_client


def shown(client, name, *args):
    return client.get(reverse(name, args=args)).content.decode()


def test_the_pages_say_that_nothing_is_sent_and_why(desk, issue, run):
    raise_fence()

    planned = shown(desk, "gonets:planned")
    progress = shown(desk, "gonets:issue-progress", issue.pk)

    for page in (planned, progress):
        assert "This database was copied or restored." in page
        assert 'href="/fence/"' not in page  # An editor cannot decide it.
    assert 'id="run-main"' not in progress


def test_without_a_copy_nothing_is_said(desk, issue, run):
    assert "copied" not in shown(desk, "gonets:planned")
    assert "copied" not in shown(desk, "gonets:issue-progress", issue.pk)


def test_an_administrator_is_asked_with_the_counts(boss, issue, run):
    raise_fence()

    assert 'href="/fence/"' in shown(boss, "gonets:planned")
    page = shown(boss, "gonets:fence")

    assert "3 addresses become uncertain (unfinished sendings: 1)." in page
    assert is_fenced()


def test_confirming_lifts_it_and_explains_the_uncertain(boss, issue, run):
    raise_fence()

    done = boss.post(PAGE, {"confirmed": "yes"})

    assert done["Location"] == reverse("gonets:planned")
    assert not is_fenced()
    progress = shown(boss, "gonets:issue-progress", issue.pk)
    assert "3 addresses are uncertain" in progress
    assert "The other copy may have sent them the letter" in progress


def test_without_the_tick_nothing_changes(boss, issue, run):
    raise_fence()

    answer = boss.post(PAGE)

    assert "Tick the box first" in answer.content.decode()
    assert is_fenced()


def test_an_editor_may_not_lift_it(desk, issue, run):
    raise_fence()

    assert desk.get(PAGE).status_code == 403
    assert desk.post(PAGE, {"confirmed": "yes"}).status_code == 403
    assert is_fenced()


def test_where_nothing_is_held_back_the_page_says_so(boss):
    answer = boss.get(PAGE, follow=True)

    assert "letters are sent as usual" in answer.content.decode()


def test_a_button_pressed_in_vain_says_why(desk, issue, run):
    raise_fence()

    page = desk.post(reverse("gonets:run-continue", args=[run.pk]), follow=True)

    assert "administrator confirms" in page.content.decode()
