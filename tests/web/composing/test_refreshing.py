"""The page of refreshing: what was taken over, what is to pick, what is gone or new."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from gonets.content.models import Material
from gonets.kernel import clock
from gonets.newsletters import actions, queries
from gonets.newsletters.merging import MergedField, digest_of
from gonets.newsletters.models import Issue
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(editor_client: Client) -> Client:
    editor_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return editor_client


@pytest.fixture
def issue(db: None) -> Issue:
    section = make_section("News")
    make_material("A new ferry", section=section, teaser="It floats")
    return make_issue(make_newsletter(section))


def at(issue: Issue, name: str = "issue-refresh") -> str:
    return reverse(f"gonets:{name}", args=[issue.pk])


def editor_says(issue: Issue, **words: str) -> None:
    issue.refresh_from_db()
    entry = issue.entries.get()
    changes = {f"entry.{entry.pk}.{name}": text for name, text in words.items()}
    actions.save_wording(issue.pk, edition=issue.edition, user=None, changes=changes)


def conflict(issue: Issue, **posted: str) -> dict[str, str]:
    """Return what the form posts about the title of the only entry."""
    issue.refresh_from_db()
    compared = queries.compared_entries(issue.pk)[0]
    name = f"{compared.entry.pk}-title"
    seen = digest_of(MergedField.TITLE, compared.site.title)
    return {
        "edition": str(issue.edition),
        f"{name}-seen": seen,
        **{f"{name}-{key}": value for key, value in posted.items()},
    }


def title(issue: Issue) -> str:
    return issue.entries.get().title


def test_the_button_says_how_many_materials_changed(desk, issue):
    assert "Refresh from the site" in desk.get(at(issue, "issue-site-news")).text

    Material.objects.update(title="A newer ferry")

    assert "1 material changed" in desk.get(at(issue, "issue-site-news")).text


def test_looking_takes_nothing_over_and_pressing_does(desk, issue):
    Material.objects.update(title="A newer ferry")

    looked = desk.get(at(issue))

    assert (title(issue), looked.status_code) == ("A new ferry", 200)
    assert "Take it over" in looked.text
    pressed = desk.post(at(issue, "issue-refresh-now"), follow=True)
    assert title(issue) == "A newer ferry"
    assert "1 material was updated from the site." in pressed.text
    assert "<del>new </del>" in pressed.text
    assert "Updated from the site" in desk.get(at(issue, "issue-materials")).text
    assert "<ins>newer </ins>" in pressed.text


def test_an_update_is_put_back_and_seen(desk, issue):
    Material.objects.update(title="A newer ferry")
    desk.post(at(issue, "issue-refresh-now"))
    issue.refresh_from_db()
    posted = {
        "edition": issue.edition,
        "entry": issue.entries.get().pk,
        "field": "title",
    }

    desk.post(at(issue, "issue-refresh-put-back"), posted)
    seen = desk.post(at(issue, "issue-refresh-seen"), follow=True)

    assert title(issue) == "A new ferry"
    assert "The letter says what the site says" in seen.text


def test_both_wordings_stand_side_by_side_until_one_is_picked(desk, issue):
    editor_says(issue, title="Our <ferry>")
    Material.objects.update(title="A newer ferry")

    page = desk.get(at(issue)).text

    assert "Changed on both sides" in page
    assert "<ins>newer </ins>" in page
    assert "<ins>Our &lt;ferry&gt;</ins>" in page
    desk.post(at(issue, "issue-refresh-pick"), conflict(issue, choice="site"))
    assert title(issue) == "A newer ferry"


def test_what_is_not_picked_stays_open(desk, issue):
    editor_says(issue, title="Our ferry")
    Material.objects.update(title="A newer ferry")

    desk.post(at(issue, "issue-refresh-pick"), conflict(issue))

    assert title(issue) == "Our ferry"
    assert "Changed on both sides" in desk.get(at(issue)).text


@pytest.mark.parametrize("trouble", ["site", "editor", "text"])
def test_what_was_typed_comes_back_if_it_cannot_be_saved(desk, issue, trouble):
    editor_says(issue, title="Our ferry")
    Material.objects.update(title="A newer ferry")
    typed = "All " * 200 if trouble == "text" else "My very own ferry"
    posted = conflict(issue, choice="edited", text=typed)
    if trouble == "site":
        Material.objects.update(title="The newest ferry")
    if trouble == "editor":
        editor_says(issue, teaser="<p>Hers</p>")

    answer = desk.post(at(issue, "issue-refresh-pick"), posted)

    assert answer.status_code == 409
    assert typed.strip() in answer.text
    assert title(issue) == "Our ferry"
    # The page has the newest edition and wording: pressing again saves.
    again = conflict(issue, choice="edited", text="My very own ferry")
    assert again["edition"] in answer.text
    desk.post(at(issue, "issue-refresh-pick"), again)
    assert title(issue) == "My very own ferry"


def test_what_is_gone_is_taken_out_with_one_press(desk, issue):
    Material.objects.update(is_published=False)

    page = desk.get(at(issue)).text
    issue.refresh_from_db()
    posted = {"edition": issue.edition, "entry": issue.entries.get().pk}
    desk.post(at(issue, "issue-refresh-take-out"), posted)

    assert "not published any more" in page
    assert not issue.entries.exists()


def test_what_is_new_is_added_only_when_asked(desk, issue):
    section = Material.objects.get().section
    late = make_material("A bridge", section=section, created_at=clock.now())

    page = desk.get(at(issue)).text
    assert "New on the site" in page
    assert issue.entries.count() == 1

    desk.post(at(issue, "issue-refresh-add"), {"material": late.pk})
    assert issue.entries.count() == 2


def test_an_issue_that_is_being_sent_is_not_refreshed(desk, issue, monkeypatch):
    Material.objects.update(title="A newer ferry")
    monkeypatch.setattr(
        "gonets.web.composing.refreshing.is_correctable", lambda issue_id: False
    )

    for name in ("now", "pick", "put-back", "take-out", "add", "seen"):
        answer = desk.post(at(issue, f"issue-refresh-{name}"), {})
        assert answer.status_code == 302
    assert desk.get(at(issue)).status_code == 302
    assert "<form" not in desk.get(at(issue, "issue-site-news")).text
    assert title(issue) == "A new ferry"


def test_nonsense_is_passed_over(desk, issue):
    posted = {
        "edition": "x" * 50,
        "entry": "²",
        "field": "colour",
        "9-colour-choice": "site",
        "x-title-choice": "site",
        "1-title-choice": "burn",
        "material": "-1",
    }

    for name in ("pick", "put-back", "add"):
        assert desk.post(at(issue, f"issue-refresh-{name}"), posted).status_code == 302
    assert title(issue) == "A new ferry"


def test_a_get_changes_nothing(desk, issue):
    for name in ("now", "pick", "put-back", "take-out", "add", "seen"):
        assert desk.get(at(issue, f"issue-refresh-{name}")).status_code == 405


def test_strangers_are_sent_to_the_log_in(client, issue):
    assert "/login/" in client.get(at(issue)).url
