"""The dialog of materials: what goes into the issue, in which order.

Every change is saved at once and answered with the list as it is then, so that two
editors always look at the same issue.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gonets.newsletters import actions, queries
from gonets.newsletters.errors import (
    NewslettersError,
)
from gonets.newsletters.states import IssueState, IssueStep
from gonets.web.access import editor_required
from gonets.web.composing.materials_page import (
    changed_list,
    composed_issue,
    picker_context,
    posted_ids,
    posted_places,
    shown_materials,
    taken_out,
    with_undo,
)


@require_safe
@editor_required
def issue_materials(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = composed_issue(issue_id)
    if issue.state == IssueState.RELEASED:
        return redirect("gonets:issue-open", issue_id)
    context = {**shown_materials(issue), **picker_context()}
    return render(request, "gonets/composing/materials.html", context)


@require_safe
@never_cache
@editor_required
def shelf(request: HttpRequest, issue_id: int) -> HttpResponse:
    """What was proposed, or could have been, and is not in the issue."""
    context = {"shelf": queries.shelf(composed_issue(issue_id))}
    return render(request, "gonets/composing/materials_shelf.html", context)


@require_POST
@editor_required
def remove(request: HttpRequest, issue_id: int) -> HttpResponse:
    entry_ids = posted_ids(request)
    response, count = taken_out(request, issue_id, actions.remove_entries, entry_ids)
    text = ngettext("%(count)d material removed", "%(count)d materials removed", count)
    return with_undo(response, text % {"count": count}, is_done=count > 0)


@require_POST
@editor_required
def hold(request: HttpRequest, issue_id: int) -> HttpResponse:
    entry_ids = posted_ids(request)
    response, count = taken_out(request, issue_id, actions.hold_for_next, entry_ids)
    text = ngettext(
        "%(count)d material left for the next issue",
        "%(count)d materials left for the next issue",
        count,
    )
    return with_undo(response, text % {"count": count}, is_done=count > 0)


@require_safe
@never_cache
@editor_required
def entry_list(request: HttpRequest, issue_id: int) -> HttpResponse:
    """The list as it is now: somebody else changed it."""
    context = shown_materials(composed_issue(issue_id))
    return render(request, "gonets/composing/materials_list.html", context)


@require_POST
@editor_required
def order(request: HttpRequest, issue_id: int) -> HttpResponse:
    return changed_list(
        request,
        issue_id,
        lambda: actions.reorder_entries(
            issue_id, posted_places(request), user=request.user
        ),
    )


@require_POST
@editor_required
def ready(request: HttpRequest, issue_id: int) -> HttpResponse:
    """«ОК»: go on to the letter; an order still on its way comes with it."""
    places = posted_places(request)
    try:
        if places:
            actions.reorder_entries(issue_id, places, user=request.user)
        actions.set_step(issue_id, IssueStep.PREVIEW, user=request.user)
    except NewslettersError as error:
        messages.error(request, str(error))
        return redirect("gonets:planned")
    return redirect("gonets:issue-preview", issue_id)


@require_POST
@editor_required
def leave(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Close the dialog: a draft that was only looked at goes, any other stays."""
    issue = composed_issue(issue_id)
    if not actions.discard_untouched(issue_id):
        messages.info(
            request,
            _("“%(issue)s” is kept under “Planned”.")
            % {"issue": issue.subject or _("(no subject)")},
        )
        return redirect("gonets:planned")
    return redirect("gonets:newsletters")
