"""Saving what the editor typed into the letter, and sending it to oneself."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gonets.newsletters.actions import merge_wording
from gonets.publishing.actions import send_test_letter
from gonets.publishing.errors import PublishingError
from gonets.web.access import editor_required
from gonets.web.composing.merged import posted_editions, saved_as_json
from gonets.web.composing.preview_answers import posted_number, refused, saved_answer
from gonets.web.composing.preview_page import previewed_issue

MOST_CHARACTERS = 2_000_000
MOST_FIELDS = 2_000


@require_POST
@editor_required
def issue_wording(request: HttpRequest, issue_id: int) -> JsonResponse:
    """Save ``changes`` (JSON: field → text) onto ``edition``; answer with JSON.

    200 has the new edition and what is in conflict, 409 says that the page is too old,
    422 which field cannot be saved, 410 that there is nothing to save to any more.
    """
    edition, changes = posted_changes(request)
    if edition is None or changes is None:
        return refused(HTTPStatus.BAD_REQUEST, _("This cannot be saved."))

    def save() -> dict[str, object]:
        saved = merge_wording(
            issue_id,
            edition=edition,
            user=request.user,
            changes=changes,
            seen=posted_editions(request),
        )
        return saved_as_json(saved)

    return saved_answer(request, issue_id, save)


@require_POST
@editor_required
def issue_test_letter(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = previewed_issue(issue_id)
    typed = request.POST.get("addresses", "")[:4_000]
    context: dict[str, Any] = {"issue": issue, "test_address": typed}
    try:
        context["answers"] = send_test_letter(
            issue_id,
            re.split(r"[\s,;]+", typed.strip()) if typed.strip() else [],
            user=request.user,
        )
    except PublishingError as error:
        context["refusal"] = str(error)
    return render(request, "gonets/composing/preview_test.html", context)


def posted_changes(
    request: HttpRequest,
) -> tuple[int | None, dict[str, str] | None]:
    """Return the edition and the fields that were posted; None where they are not."""
    text = request.POST.get("changes", "")
    edition = posted_number(request, "edition")
    if len(text) > MOST_CHARACTERS or edition is None:
        return None, None
    try:
        changes = json.loads(text)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(changes, dict) or len(changes) > MOST_FIELDS:
        return None, None
    if not all(isinstance(value, str) for value in changes.values()):
        return None, None
    return edition, changes
