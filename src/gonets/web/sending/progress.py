"""The live indicator of a run, and the buttons that steer it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gonets.delivery.errors import RunStateWrong
from gonets.publishing.actions import (
    acknowledge_run,
    cancel_issue_rest,
    continue_run,
    correct_and_resume,
    pause_issue_run,
    stop_waiting,
)
from gonets.publishing.errors import PublishingError
from gonets.publishing.queries import newest_run
from gonets.web.access import editor_required
from gonets.web.sending.panel import RunPanel, run_panel
from gonets.web.sending.requests import posted_number, shown_issue, shown_run


@require_GET
@editor_required
@never_cache
def issue_progress(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = shown_issue(issue_id)
    state = newest_run(issue_id)
    if state is None:
        return redirect("gonets:issue-open", issue_id)
    context = {"issue": issue, "panel": run_panel(state)}
    return render(request, "gonets/sending/progress.html", context)


@require_GET
@editor_required
def run_live(request: HttpRequest, run_id: int) -> HttpResponse:
    """Answer the page's look every second: 304 if nothing is new."""
    panel = run_panel(shown_run(run_id))
    is_new = request.GET.get("shown") != panel.key
    content = _live_parts(request, panel, with_controls=is_new)
    etag = f'"{hashlib.sha256(content.encode()).hexdigest()[:24]}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    return HttpResponse(content, headers={"ETag": etag, "Cache-Control": "no-store"})


@require_POST
@editor_required
def run_pause(request: HttpRequest, run_id: int) -> HttpResponse:
    return _steered(request, run_id, lambda: pause_issue_run(run_id))


@require_POST
@editor_required
def run_continue(request: HttpRequest, run_id: int) -> HttpResponse:
    """Go on; with ``letter=corrected`` those who wait get the letter as it is now."""
    if request.POST.get("letter") == "corrected":
        seen = posted_number(request, "edition")
        return _steered(
            request,
            run_id,
            lambda: correct_and_resume(run_id, user=request.user, edition=seen),
        )
    return _steered(request, run_id, lambda: continue_run(run_id))


@require_http_methods(["GET", "POST"])
@editor_required
def run_cancel_rest(request: HttpRequest, run_id: int) -> HttpResponse:
    if request.method == "GET":
        return _question(request, run_id, "gonets/sending/cancel_rest.html")
    return _steered(request, run_id, lambda: cancel_issue_rest(run_id))


@require_http_methods(["GET", "POST"])
@editor_required
def run_stop_waiting(request: HttpRequest, run_id: int) -> HttpResponse:
    if request.method == "GET":
        return _question(request, run_id, "gonets/sending/stop_waiting.html")
    return _steered(request, run_id, lambda: stop_waiting(run_id))


@require_POST
@editor_required
def run_acknowledge(request: HttpRequest, run_id: int) -> HttpResponse:
    try:
        acknowledge_run(run_id)
    except PublishingError as error:
        messages.warning(request, str(error))
        return _to_progress(run_id)
    return redirect("gonets:sent")


def _steered(
    request: HttpRequest, run_id: int, steer: Callable[[], object]
) -> HttpResponse:
    """Do it, then show the run, whatever became of it meanwhile."""
    shown_run(run_id)
    note = ""
    try:
        steer()
    except RunStateWrong:
        note = _("The sending had moved on; this is how it stands.")
    except PublishingError as error:
        note = str(error)
    if getattr(request, "htmx", False):
        panel = run_panel(shown_run(run_id))
        return HttpResponse(_live_parts(request, panel, with_controls=True, note=note))
    if note:
        messages.warning(request, note)
    return _to_progress(run_id)


def _live_parts(
    request: HttpRequest, panel: RunPanel, *, with_controls: bool, note: str = ""
) -> str:
    """Render what moves: the figures, and the buttons only where they changed."""
    context = {
        "panel": panel,
        "issue": shown_issue(panel.state.issue_id),
        "with_controls": with_controls,
        "note": note,
    }
    return render_to_string("gonets/sending/live.html", context, request)


def _question(request: HttpRequest, run_id: int, template: str) -> HttpResponse:
    state = shown_run(run_id)
    if state.has_ended:
        return _to_progress(run_id)
    context = {"state": state, "issue": shown_issue(state.issue_id)}
    return render(request, template, context)


def _to_progress(run_id: int) -> HttpResponse:
    return redirect("gonets:issue-progress", shown_run(run_id).issue_id)
