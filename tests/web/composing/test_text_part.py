"""The plain-text part in the preview: whose words it is, and writing it by hand."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from gonets.newsletters import actions
from gonets.newsletters.models import Issue, Newsletter
from gonets.newsletters.queries import letter_content, text_part
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
    make_subscriber,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(editor_client: Client) -> Client:
    editor_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return editor_client


@pytest.fixture
def issue(db: None) -> Issue:
    section = make_section("News")
    make_material("A new ferry", section=section)
    newsletter = make_newsletter(
        section, greeting='Hi {{ subscriber.name | default("all") }}!'
    )
    make_subscriber("ann@example.com", newsletter.readership, name="Ann")
    return make_issue(newsletter)


def at(issue: Issue, name: str) -> str:
    return reverse(f"gonets:{name}", args=[issue.pk])


def save(desk: Client, issue: Issue, **changes: str):
    issue.refresh_from_db()
    answer = desk.post(
        at(issue, "issue-wording"),
        {"edition": issue.edition, "changes": json.dumps(changes)},
    )
    issue.refresh_from_db()
    return answer


def shown(desk: Client, issue: Issue) -> str:
    return desk.get(at(issue, "issue-letter"), {"view": "text"}).text


def test_the_text_follows_the_letter_until_it_is_written_by_hand(desk, issue):
    bar = desk.get(at(issue, "issue-text-part")).text
    words = desk.get(at(issue, "issue-text-words")).text

    assert "Made from the letter by itself" in bar
    assert "Make it from the letter again" not in bar
    assert "Hi {{ subscriber.name | default(&quot;all&quot;) }}!" in words
    assert "{{ unsubscribe_address }}" in words


def test_an_own_text_is_shown_filled_in_with_what_must_not_be_missing(desk, issue):
    assert (
        save(desk, issue, own_text="Dear {{ subscriber.name }}\r\n").status_code == 200
    )

    text = shown(desk, issue)

    assert "Dear Ann" in text
    assert "Unsubscribe:" in text
    assert "1 Quay Street, Port" in text
    assert "A new ferry" not in text
    assert "Edited by hand" in desk.get(at(issue, "issue-text-part")).text


def test_an_editor_is_told_when_the_letter_was_changed_after_the_text(desk, issue):
    save(desk, issue, own_text="Dear all")
    assert not text_part(issue).is_outdated

    save(desk, issue, subject="Only the subject")
    assert not text_part(issue).is_outdated
    save(desk, issue, outro="<p>One thing more</p>")

    assert text_part(issue).is_outdated
    assert "has been changed since" in desk.get(at(issue, "issue-text-part")).text


def test_one_press_makes_the_text_from_the_letter_again(desk, issue):
    save(desk, issue, own_text="Dear all")

    save(desk, issue, own_text="")

    assert (issue.own_text, issue.own_text_of) == ("", "")
    assert "A new ferry" in shown(desk, issue)


def test_a_text_that_was_only_looked_at_stays_automatic(desk, issue):
    save(desk, issue, own_text=text_part(issue).source + "\r\n")

    assert issue.own_text == ""


def test_a_broken_personal_part_is_named(desk, issue):
    save(desk, issue, own_text="Dear {{ subscriber.name")

    assert "closing brackets are missing" in shown(desk, issue)


def test_a_text_that_is_too_long_is_refused_and_nothing_is_saved(desk, issue):
    answer = save(desk, issue, own_text="x" * 100_001)

    assert (answer.status_code, answer.json()["field"]) == (422, "own_text")
    assert issue.own_text == ""


def test_a_copy_has_the_text_and_a_version_keeps_it(desk, issue):
    save(desk, issue, own_text="Dear all")

    copy = actions.copy_issue(issue.pk, user=None)
    version = actions.freeze_version(issue.pk, user=None)

    assert letter_content(copy.pk).own_text == "Dear all"
    assert version.content["own_text"] == "Dear all"


def test_a_text_can_be_saved_and_looked_at_without_a_sender(desk, issue):
    Newsletter.objects.update(sender_address="")

    assert save(desk, issue, own_text="Dear all").status_code == 200
    assert desk.get(at(issue, "issue-text-part")).status_code == 200
    assert desk.get(at(issue, "issue-text-words")).status_code == 200
