"""The rehearsal of an issue: start, watch, stop, and the report."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gonets.kernel.tables import csv_lines
from gonets.newsletters.models import Issue
from gonets.newsletters.states import EDITABLE_STATES
from gonets.publishing.actions import start_rehearsal, stop_rehearsal
from gonets.publishing.errors import PublishingError
from gonets.publishing.models import RehearsalFinding
from gonets.publishing.rehearsal.reports import (
    RehearsalState,
    findings_by_name,
    newest_rehearsal,
)
from gonets.publishing.rehearsal.states import FindingKind
from gonets.web.access import editor_required
from gonets.web.sending.rehearsal_page import (
    reason_text,
    rehearsal_panel,
    rehearsal_report,
)
from gonets.web.sending.requests import shown_issue
from gonets.web.tables import usual_delimiter


@require_GET
@editor_required
@never_cache
def issue_rehearsal(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = shown_issue(issue_id)
    context = _context(issue, newest_rehearsal(issue_id))
    return render(request, "gonets/sending/rehearsal.html", context)


@require_POST
@editor_required
def issue_rehearsal_start(request: HttpRequest, issue_id: int) -> HttpResponse:
    shown_issue(issue_id)
    try:
        start_rehearsal(issue_id, user=request.user)
    except PublishingError as error:
        messages.error(request, str(error))
    return redirect("gonets:issue-rehearsal", issue_id)


@require_POST
@editor_required
def issue_rehearsal_stop(request: HttpRequest, issue_id: int) -> HttpResponse:
    shown_issue(issue_id)
    state = newest_rehearsal(issue_id)
    if state is None or not stop_rehearsal(state.rehearsal_id):
        messages.info(request, _("The rehearsal had ended already."))
    return redirect("gonets:issue-rehearsal", issue_id)


@require_GET
@editor_required
@never_cache
def issue_rehearsal_live(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Answer the page's look every second; at the end, with the whole report."""
    issue = shown_issue(issue_id)
    state = newest_rehearsal(issue_id)
    context = _context(issue, state) | {
        "is_live": True,
        "announced": request.GET.get("announced", ""),
    }
    if state is not None and state.is_under_way:
        return render(request, "gonets/sending/parts/rehearsal_live.html", context)
    response = render(request, "gonets/sending/parts/rehearsal.html", context)
    response["HX-Retarget"] = "#rehearsal"
    return response


@require_GET
@editor_required
def issue_rehearsal_csv(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Everybody who was found, by name, as a file that Excel opens well."""
    shown_issue(issue_id)
    state = newest_rehearsal(issue_id)
    if state is None:
        raise Http404
    headings = [_("Address"), _("Finding"), _("Why"), pgettext("note", "Remark")]
    rows = map(_cells, findings_by_name(state.rehearsal_id))
    lines = csv_lines(headings, rows, delimiter=usual_delimiter())
    name = f"gonets-rehearsal-{issue_id}.csv"
    return HttpResponse(
        b"".join(lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _context(issue: Issue, state: RehearsalState | None) -> dict[str, object]:
    context: dict[str, object] = {
        "issue": issue,
        "state": state,
        "can_rehearse": issue.state in EDITABLE_STATES,
    }
    if state is None:
        return context
    if state.is_under_way:
        return context | {"panel": rehearsal_panel(state)}
    return context | {"report": rehearsal_report(state)}


def _cells(finding: RehearsalFinding) -> tuple[str, ...]:
    kind = FindingKind(finding.kind)
    return (
        finding.address,
        str(kind.label),
        reason_text(kind, finding.reason),
        _(finding.detail) if finding.detail else "",
    )
