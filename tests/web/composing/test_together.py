"""Several people at one issue, as their pages ask and are answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from gonets.kernel import clock
from gonets.newsletters import actions
from gonets.newsletters.models import Issue, IssuePresence
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(editor_client: Any) -> Any:
    editor_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return editor_client


@pytest.fixture
def issue(db: None) -> Issue:
    section = make_section("News")
    for title in "abc":
        make_material(title, section=section)
    return make_issue(make_newsletter(section))


def url(issue: Issue, name: str) -> str:
    return reverse(f"gonets:issue-{name}", args=[issue.pk])


def look(desk: Any, issue: Issue, edition: int, **headers: Any) -> Any:
    query = {"edition": edition, "page": "mine"}
    return desk.get(url(issue, "together"), query, headers=headers)


def here(issue: Issue, user: Any, **fields: Any) -> None:
    place = {"page": "theirs", "place": "preview", "field": "intro", **fields}
    actions.be_present(issue.pk, user_id=user.pk, **place)


def test_others_are_seen_with_where_they_are(desk, issue, administrator):
    here(issue, administrator)
    desk.post(url(issue, "presence"), {"page": "mine", "place": "preview"})

    (person,) = look(desk, issue, 1).json()["people"]

    assert person["where"] == "administrator: at the letter"
    assert person["here"] == "administrator is here"
    assert (person["initials"], person["field"]) == ("A", "intro")


def test_who_leaves_or_says_nothing_for_a_while_is_gone(desk, issue, administrator):
    here(issue, administrator)
    desk.post(url(issue, "presence"), {"page": "mine", "place": "preview"})
    desk.post(url(issue, "presence"), {"page": "mine", "leaving": "1"})
    assert IssuePresence.objects.count() == 1

    IssuePresence.objects.update(seen_at=clock.now() - timedelta(seconds=20))

    assert look(desk, issue, 1).json()["people"] == []


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"page": "x"},
        {"page": "x", "place": "nowhere"},
        {"page": "", "place": "preview"},
    ],
)
def test_nonsense_of_a_page_is_passed_over(desk, issue, posted):
    assert desk.post(url(issue, "presence"), posted).status_code == 204
    assert not IssuePresence.objects.exists()


def test_a_long_field_and_a_deleted_issue_harm_nothing(desk, issue):
    posted = {"page": "p" * 500, "place": "preview", "field": "\x00" + "f" * 500}
    assert desk.post(url(issue, "presence"), posted).status_code == 204
    Issue.objects.filter(pk=issue.pk).delete()

    assert desk.post(url(issue, "presence"), posted).status_code == 204
    assert look(desk, issue, 1).status_code == 410


def test_nothing_new_is_not_sent_again(desk, issue, administrator):
    tag = look(desk, issue, 1).headers["ETag"]

    assert look(desk, issue, 1, if_none_match=tag).status_code == 304
    here(issue, administrator)
    assert look(desk, issue, 1, if_none_match=tag).status_code == 200


def test_what_others_changed_is_told_in_words_and_by_field(desk, issue, administrator):
    actions.save_wording(
        issue.pk, edition=1, user=administrator, changes={"subject": "Theirs"}
    )

    answer = look(desk, issue, 1).json()

    assert answer["news"] == "administrator: subject changed"
    assert answer["changed"] == {"subject": 2}
    assert answer["is_only_wording"] is True
    assert answer["words"]["subject"] == "Theirs"


def test_buttons_say_what_they_would_undo_and_whose_it_is(desk, issue, administrator):
    actions.remove_entries(
        issue.pk, [each.pk for each in issue.entries.all()], user=administrator
    )

    answer = look(desk, issue, 2).json()

    assert answer["undo"] == "administrator: 3 entries removed"
    assert answer["redo"] is None


def test_a_get_changes_nothing(desk, issue):
    assert desk.get(url(issue, "presence")).status_code == 405
    assert desk.get(url(issue, "materials-list")).status_code == 200
    assert desk.post(url(issue, "together")).status_code == 405


def test_strangers_learn_nothing(client, issue):
    for name in ("together", "materials-list"):
        assert client.get(url(issue, name)).status_code == 302
    assert client.post(url(issue, "presence"), {"page": "x"}).status_code == 302
