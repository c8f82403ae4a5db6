"""Saving what editors type."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections

from gonets.newsletters import actions
from gonets.newsletters.errors import BadWording, EditedMeanwhile, IssueMissing
from gonets.newsletters.models import Issue
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(db: None) -> Issue:
    news = make_section("News")
    make_material("A ferry", section=news)
    return make_issue(make_newsletter(news))


def save(issue: Issue, edition: int = 1, **changes: str) -> int:
    return actions.save_wording(issue.pk, edition=edition, user=None, changes=changes)


def test_saving_returns_the_edition_to_save_onto_next(issue):
    assert save(issue, 1, subject="One") == 2
    assert save(issue, 2, subject="Two") == 3

    issue.refresh_from_db()
    assert issue.subject == "Two"


def test_every_word_of_the_letter_can_be_changed(issue):
    entry = issue.entries.get()
    changes = {
        "subject": "S",
        "preheader": "P",
        "greeting": "Hi {{ subscriber.name }}",
        "intro": "<p>I</p>",
        "outro": "<p>O</p>",
        f"section.{entry.part}.heading": "H",
        f"entry.{entry.pk}.title": "T",
        f"entry.{entry.pk}.teaser": "<p>E</p>",
    }

    actions.save_wording(issue.pk, edition=1, user=None, changes=changes)

    issue.refresh_from_db()
    entry.refresh_from_db()
    words = (issue.subject, issue.preheader, issue.greeting, issue.intro, issue.outro)
    assert words == ("S", "P", "Hi {{ subscriber.name }}", "<p>I</p>", "<p>O</p>")
    assert (entry.heading, entry.title, entry.teaser) == ("H", "T", "<p>E</p>")
    assert entry.base_title == "A ferry"


def test_a_second_editor_is_told_who_changed_it_and_overwrites_nothing(issue, editor):
    actions.save_wording(issue.pk, edition=1, user=editor, changes={"subject": "Hers"})

    with pytest.raises(EditedMeanwhile) as told:
        save(issue, 1, subject="His")

    assert told.value.by == "editor"
    assert told.value.edition == 2
    assert "editor changed this issue" in str(told.value)
    issue.refresh_from_db()
    assert issue.subject == "Hers"


def test_html_is_made_safe(issue):
    save(issue, intro='<p onclick="x()">Hi<script>x()</script></p>')

    issue.refresh_from_db()
    assert issue.intro == "<p>Hi</p>"


@pytest.mark.parametrize(
    ("field", "text", "complaint"),
    [
        ("subject", "Hello\r\nBcc: all@example.com", "one line"),
        ("subject", "Hello\u2028there", "one line"),
        ("preheader", "a\x00b", "one line"),
        ("subject", "x" * 501, "501 characters"),
        ("intro", "x" * 50_001, "50001 characters"),
        ("colour", "red", "no such field"),
        ("section.x.heading", "News", "no such field"),
        ("section.99999.heading", "News", "is gone"),
        ("entry.99999.title", "News", "not in the issue"),
        ("entry.99999.title", " ", "not in the issue"),
    ],
)
def test_what_cannot_be_saved_is_named_and_nothing_is_saved(
    issue, field, text, complaint
):
    changes = {"outro": "<p>Good</p>", field: text}

    with pytest.raises(BadWording, match=complaint) as told:
        actions.save_wording(issue.pk, edition=1, user=None, changes=changes)

    assert told.value.field == field
    issue.refresh_from_db()
    assert (issue.outro, issue.edition) == ("", 1)


def test_an_issue_deleted_meanwhile_is_named_as_such(issue):
    actions.delete_draft(issue.pk)

    with pytest.raises(IssueMissing):
        save(issue, subject="Late")


def test_a_paused_issues_wording_can_be_corrected(issue):
    actions.mark_released(issue.pk)

    assert save(issue, 1, subject="Corrected") == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_savers_of_one_edition_exactly_one_wins():
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads need a database that connections share")
    issue = make_issue(make_newsletter())
    outcomes: list[str] = []

    def save_mine(number: int) -> None:
        try:
            save(issue, 1, subject=f"Editor {number}")
            outcomes.append("saved")
        except EditedMeanwhile:
            outcomes.append("told")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save_mine, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["saved"] + ["told"] * 7
