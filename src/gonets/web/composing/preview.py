"""Step 3 of the walk: the letter as readers will get it, corrected in place."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gonets.newsletters.models import Issue
from gonets.publishing.queries import (
    is_correctable,
    last_test_addresses,
    newest_run,
)
from gonets.publishing.rehearsal.reports import newest_rehearsal
from gonets.web.access import editor_required
from gonets.web.composing.preview_page import (
    chosen_reader,
    neighbour,
    previewed_issue,
    readers_of,
)
from gonets.web.preflight_list import preflight_context

READERS_SHOWN = 20


# Going back must not bring an edition that has been saved over since.
@require_safe
@never_cache
@editor_required
def issue_preview(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = previewed_issue(issue_id)
    context = {
        "can_edit": is_correctable(issue_id),
        "run": newest_run(issue_id),
        "reader": chosen_reader(request, issue),
        "test_address": _test_address(request, issue),
        "rehearsal": newest_rehearsal(issue_id),
        **preflight_context(request, issue, in_letter=True),
    }
    return render(request, "gonets/composing/preview.html", context)


@require_safe
@editor_required
def issue_readers(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Readers to look at the letter as."""
    search = request.GET.get("search", "").strip()[:200]
    found = readers_of(previewed_issue(issue_id), search=search)
    rows = list(found[: READERS_SHOWN + 1])
    context = {
        "readers": rows[:READERS_SHOWN],
        "are_more": len(rows) > READERS_SHOWN,
        "search": search,
    }
    return render(request, "gonets/composing/preview_readers.html", context)


@require_safe
@editor_required
def issue_neighbour(request: HttpRequest, issue_id: int) -> JsonResponse:
    """The reader after ``?reader=``, or before, round and round."""
    found = neighbour(
        request, previewed_issue(issue_id), back=request.GET.get("steps") == "-1"
    )
    if found is None:
        return JsonResponse({"reader": None})
    return JsonResponse({"reader": found.pk, "label": found.name or found.address})


def _test_address(request: HttpRequest, issue: Issue) -> str:
    own = getattr(request.user, "email", "")
    last = last_test_addresses(request.user)
    return last or issue.newsletter.test_address or own
