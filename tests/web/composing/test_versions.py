"""Earlier versions of an issue: the list, the look at one, bringing it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from gonets.newsletters import actions
from gonets.newsletters.models import Issue, IssueChange
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
    make_material("A ferry", section=section, teaser="It floats")
    make_material("A <b>bridge</b>", section=section)
    return make_issue(make_newsletter(section))


def url(issue: Issue, name: str, edition: int | None = None) -> str:
    args = [issue.pk] if edition is None else [issue.pk, edition]
    return reverse(f"gonets:issue-{name}", args=args)


def say(issue: Issue, user: Any, **changes: str) -> int:
    return actions.save_wording(
        issue.pk,
        edition=Issue.objects.get(pk=issue.pk).edition,
        user=user,
        changes=changes,
    )


def test_an_untouched_issue_explains_what_versions_are(desk, issue):
    page = desk.get(url(issue, "versions")).content.decode()

    assert "Nothing has been changed yet" in page


def test_the_list_says_who_changed_what(desk, issue, editor, administrator):
    say(issue, editor, subject="Ferries")
    say(issue, editor, intro="<p>Hello</p>")
    actions.remove_entries(
        issue.pk, [issue.entries.get(title="A ferry").pk], user=administrator
    )

    page = desk.get(url(issue, "versions")).content.decode()

    assert "<strong>administrator</strong>" in page
    assert "“A ferry” removed" in page
    assert "introduction changed, subject changed" in page
    assert "the issue was prepared" in page
    assert "as it is now" in page


def test_a_version_shows_its_words_beside_those_before(desk, issue, editor):
    say(issue, editor, intro="<p>Two red ferries</p>")
    say(issue, None, intro="<p>Two blue ferries</p>")

    page = desk.get(url(issue, "version", 3)).content.decode()
    letter = desk.get(url(issue, "version-letter", 2)).content.decode()

    assert "<del>" in page
    assert "red" in page
    assert "<ins>" in page
    assert "Two red ferries" in letter
    assert (
        "default-src 'none'"
        in desk.get(url(issue, "version-letter", 2)).headers["Content-Security-Policy"]
    )


def test_titles_with_html_are_text(desk, issue, editor):
    entry = issue.entries.get(title="A <b>bridge</b>")
    say(issue, editor, **{f"entry.{entry.pk}.title": "<script>x</script>"})

    for page in (url(issue, "versions"), url(issue, "version", 2)):
        assert "<script>x" not in desk.get(page).content.decode()


def test_an_earlier_version_comes_back(desk, issue, editor):
    say(issue, None, subject="Mine")
    actions.remove_entries(issue.pk, [issue.entries.first().pk], user=editor)

    answer = desk.post(url(issue, "version-restore", 2), {"shown": "3"})

    assert answer.url == url(issue, "preview")
    assert issue.entries.count() == 2
    assert Issue.objects.get(pk=issue.pk).subject == "Mine"


@pytest.mark.parametrize("shown", ["2", "x", "", "²"])
def test_nothing_comes_back_over_what_was_not_seen(desk, issue, editor, shown):
    say(issue, editor, subject="One")
    say(issue, None, subject="Two")

    answer = desk.post(url(issue, "version-restore", 2), {"shown": shown})

    assert answer.url == url(issue, "versions")
    assert Issue.objects.get(pk=issue.pk).subject == "Two"


def test_a_version_can_be_named_and_keeps_its_edition(desk, issue, editor):
    say(issue, editor, intro="<p>One</p>")

    desk.post(url(issue, "version-name", 2), {"name": " Before the boss "})
    say(issue, editor, intro="<p>Two</p>")
    say(issue, editor, intro="<p>Three</p>")

    assert "Before the boss" in desk.get(url(issue, "versions")).content.decode()
    letter = desk.get(url(issue, "version-letter", 2)).content.decode()
    assert "One" in letter
    assert IssueChange.objects.filter(edition=2, name="Before the boss").exists()


@pytest.mark.parametrize("name", ["x" * 101, "a\nb", "a\x00b"])
def test_an_odd_name_is_refused(desk, issue, editor, name):
    say(issue, editor, subject="One")

    answer = desk.post(url(issue, "version-name", 2), {"name": name}, follow=True)

    assert "one line of at most 100 characters" in answer.content.decode()


def test_a_version_that_is_none_is_not_found(desk, issue, editor):
    say(issue, editor, subject="One")

    assert desk.get(url(issue, "version", 99)).status_code == 404
    gone = desk.post(url(issue, "version-name", 99), {"name": "x"}, follow=True)
    assert "no such version" in gone.content.decode()


def test_what_was_sent_stays_readable_and_is_marked(desk, issue, editor):
    say(issue, editor, intro="<p>One</p>")
    version = actions.freeze_version(issue.pk, user=editor)
    actions.mark_released(issue.pk)
    say(issue, editor, intro="<p>Two</p>")

    page = desk.get(url(issue, "versions")).content.decode()

    assert version.edition == 2
    assert page.count('class="version"') == 3
    assert desk.get(url(issue, "version", 2)).status_code == 200
    assert "One" in desk.get(url(issue, "version-letter", 2)).content.decode()


def test_work_after_a_pause_is_a_version_of_its_own(desk, issue, editor):
    say(issue, editor, subject="One")
    IssueChange.objects.update(
        made_at=issue.created_at - timedelta(hours=1),
        began_at=issue.created_at - timedelta(hours=1),
    )
    say(issue, editor, preheader="Two")

    page = desk.get(url(issue, "versions")).content.decode()

    assert page.count('class="version"') == 3


def test_a_get_changes_nothing_and_strangers_see_nothing(desk, client, issue, editor):
    say(issue, editor, subject="One")

    for name in ("version-restore", "version-name"):
        assert desk.get(url(issue, name, 2)).status_code == 405
    client.logout()
    assert client.get(url(issue, "versions")).status_code == 302
    assert client.get(url(issue, "version-letter", 2)).status_code == 302
