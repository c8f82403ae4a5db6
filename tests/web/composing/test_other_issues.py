"""What belongs to one issue is not reached through another; what is sent stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gonets.content.models import Material
from gonets.delivery.states import RunStatus
from gonets.newsletters import actions
from gonets.newsletters.models import Entry, Issue
from gonets.newsletters.queries.documents import document_of
from tests.support.factories import (
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)
from tests.web.newsletters.test_issues import give_run

pytestmark = pytest.mark.django_db

Press = Callable[[Issue, Entry], tuple[str, dict[str, Any]]]


@pytest.fixture
def desk(editor_client: Client) -> Client:
    editor_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return editor_client


def an_issue(title: str) -> Issue:
    section = make_section(title)
    make_material(f"{title} 1", section=section)
    make_material(f"{title} 2", section=section)
    issue = make_issue(make_newsletter(section, title=title))
    actions.add_block(
        issue.pk, "text", {"teaser": "<p>Hi</p>"}, after=None, edition=1, user=None
    )
    issue.refresh_from_db()
    return issue


def wording(name: str) -> Press:
    def press(issue: Issue, entry: Entry) -> tuple[str, dict[str, Any]]:
        changes = {name.format(pk=entry.pk, part=entry.part): "Changed"}
        return "wording/", {"changes": json.dumps(changes)}

    return press


EVERY: dict[str, Press] = {
    "a title": wording("entry.{pk}.title"),
    "a heading": wording("section.{part}.heading"),
    "moving": lambda _, entry: (f"blocks/{entry.pk}/move/", {"direction": "up"}),
    "moving down": lambda _, entry: (f"blocks/{entry.pk}/move/", {"direction": "down"}),
    "doubling": lambda _, entry: (f"blocks/{entry.pk}/duplicate/", {}),
    "removing": lambda _, entry: (f"blocks/{entry.pk}/remove/", {}),
    "adding behind": lambda _, entry: (
        "blocks/add/",
        {"kind": "text", "changes": '{"teaser": "new"}', "after": entry.pk},
    ),
    "removing from the dialog": lambda _, entry: (
        "materials/remove/",
        {"entry": entry.pk},
    ),
    "next time": lambda _, entry: ("materials/hold/", {"entry": entry.pk}),
    "the order": lambda _, entry: (
        "materials/order/",
        {"place": f"{entry.pk}:{entry.part}"},
    ),
    "renaming": lambda _, entry: (
        "materials/rename-part/",
        {"part": entry.part, "heading": "Changed"},
    ),
    "going on": lambda _, entry: (
        "materials/ready/",
        {"place": f"{entry.pk}:{entry.part}"},
    ),
    "putting back": lambda _, entry: (
        "refresh/put-back/",
        {"entry": entry.pk, "field": "title"},
    ),
    "taking out": lambda _, entry: ("refresh/take-out/", {"entry": entry.pk}),
    "picking": lambda _, entry: (
        "refresh/pick/",
        {f"{entry.pk}-title-choice": "edited", f"{entry.pk}-title-text": "Changed"},
    ),
}


@pytest.mark.thorough
def test_an_entry_is_not_reached_through_another_issue(desk):
    mine, other = an_issue("Mine"), an_issue("Other")
    Material.objects.filter(entries__issue=other).update(is_published=False)
    before = document_of(other.pk)

    for name, press in EVERY.items():
        for entry in other.entries.all():
            mine.refresh_from_db()
            path, posted = press(mine, entry)
            answer = desk.post(
                f"/issues/{mine.pk}/{path}", {"edition": mine.edition, **posted}
            )
            assert answer.status_code < 500, name
            assert document_of(other.pk) == before, name

    assert "Changed" not in str(document_of(mine.pk))
    assert {"Mine 1", "Mine 2"} <= {each.title for each in mine.entries.all()}


MORE: dict[str, Press] = {
    **EVERY,
    "sorting": lambda *_: ("materials/sort/", {"by": "oldest"}),
    "a limit": lambda *_: ("materials/limit/", {"most": 1}),
    "undoing": lambda *_: ("letter/undo/", {}),
    "undoing in the dialog": lambda *_: ("materials/undo/", {}),
    "redoing": lambda *_: ("letter/redo/", {}),
    "refreshing": lambda *_: ("refresh/now/", {}),
    "another design": lambda *_: ("design/", {"design": "magazine"}),
    "an earlier version": lambda issue, _: (
        "versions/1/restore/",
        {"shown": issue.edition},
    ),
    "putting aside": lambda *_: ("postpone/", {}),
    "a date": lambda *_: ("schedule/", {"day": "2099-01-01", "time": "10:00"}),
    "no date": lambda *_: ("unschedule/", {}),
    "closing the dialog": lambda *_: ("materials/leave/", {}),
}


@pytest.mark.parametrize("status", [RunStatus.FINISHED, RunStatus.RUNNING])
def test_what_was_sent_stays_as_it_was_and_that_is_said(desk, editor, status):
    issue = an_issue("Sent")
    actions.save_wording(
        issue.pk, edition=issue.edition, user=editor, changes={"subject": "Mine"}
    )
    give_run(issue, status, accepted=1000)
    issue.refresh_from_db()
    before = document_of(issue.pk)
    entry = issue.entries.last()

    for name, press in MORE.items():
        path, posted = press(issue, entry)
        posted = {"edition": issue.edition, **posted}
        answer = desk.post(f"/issues/{issue.pk}/{path}", posted, follow=True)

        assert document_of(issue.pk) == before, name
        state = Issue.objects.values_list("state", "edition").get(pk=issue.pk)
        assert state == (issue.state, issue.edition), name
        is_led_on = "HX-Redirect" in answer or answer.redirect_chain
        assert answer.status_code in {410, 422} or is_led_on, name
