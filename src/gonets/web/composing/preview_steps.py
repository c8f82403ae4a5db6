"""Taking steps back and doing them again from the page of the letter; all in JSON."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gonets.newsletters import actions
from gonets.newsletters.models import Issue
from gonets.newsletters.queries.together import words_of
from gonets.web.access import editor_required
from gonets.web.composing.preview_answers import changed_answer, posted_number

SHOWN_OUTSIDE = ("subject", "preheader")
"""The words of the letter that stand in the page itself, not in the frame."""


@require_POST
@editor_required
def letter_undo(request: HttpRequest, issue_id: int) -> JsonResponse:
    """Take the last step back; ``agreed`` names another editor's that may be it."""
    agreed = posted_number(request, "agreed")

    def undo(edition: int) -> Mapping[str, object]:
        step = actions.undo(
            issue_id, edition=edition, user=request.user, agreed_to=agreed
        )
        text = _("Undone: %(what)s") % {"what": words_of(issue_id, step)}
        return {**_words(issue_id), "text": text}

    return changed_answer(request, issue_id, undo)


@require_POST
@editor_required
def letter_redo(request: HttpRequest, issue_id: int) -> JsonResponse:
    def redo(edition: int) -> Mapping[str, object]:
        step = actions.redo(issue_id, edition=edition, user=request.user)
        text = _("Done again: %(what)s") % {"what": words_of(issue_id, step)}
        return {**_words(issue_id), "text": text}

    return changed_answer(request, issue_id, redo)


def _words(issue_id: int) -> Mapping[str, object]:
    return {"words": Issue.objects.values(*SHOWN_OUTSIDE).get(pk=issue_id)}
