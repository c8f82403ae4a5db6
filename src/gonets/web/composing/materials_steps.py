"""Taking steps back in the dialog of materials, and doing them again."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from gonets.newsletters import actions
from gonets.newsletters.errors import (
    AnothersStep,
    EditedMeanwhile,
    IssueClosed,
    NothingToUndo,
)
from gonets.newsletters.queries.together import words_of
from gonets.newsletters.types import Change
from gonets.publishing.queries import is_correctable
from gonets.web.access import editor_required
from gonets.web.composing.materials_page import (
    changed_list,
    composed_issue,
    posted_ids,
)


@require_POST
@editor_required
def undo(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Take the last step back; another's only if the editor has agreed to that."""
    agreed_to = next(iter(posted_ids(request, "step")), None)

    def take_back(edition: int) -> Change:
        return actions.undo(
            issue_id, edition=edition, user=request.user, agreed_to=agreed_to
        )

    return _stepped(request, issue_id, take_back, done=_("Undone: %(what)s"))


@require_POST
@editor_required
def redo(request: HttpRequest, issue_id: int) -> HttpResponse:
    def do_again(edition: int) -> Change:
        return actions.redo(issue_id, edition=edition, user=request.user)

    return _stepped(request, issue_id, do_again, done=_("Done again: %(what)s"))


def _stepped(
    request: HttpRequest, issue_id: int, step: Callable[[int], Change], *, done: str
) -> HttpResponse:
    edition = composed_issue(issue_id).edition
    outcome: list[NothingToUndo | AnothersStep] = []
    changes: list[Change] = []

    def change() -> None:
        if not is_correctable(issue_id):  # Sent since this dialog was opened.
            raise IssueClosed(_("This issue has been sent and cannot be changed."))
        try:
            changes.append(step(edition))
        except (NothingToUndo, AnothersStep) as error:
            outcome.append(error)
        except EditedMeanwhile:
            pass  # Two presses at once: the list shows what the first one did.

    response = changed_list(request, issue_id, change)
    if not changes and not outcome:
        return response
    match outcome:
        case [AnothersStep() as error]:
            question = {
                "text": str(error),
                "step": error.change.id,
                "agree": _("Take it back all the same"),
            }
            return trigger_client_event(response, "anothers-step", question)
        case [error]:
            return trigger_client_event(response, "toast", {"text": str(error)})
    what = "".join(words_of(issue_id, change) for change in changes)
    return trigger_client_event(response, "stepped", {"text": done % {"what": what}})
