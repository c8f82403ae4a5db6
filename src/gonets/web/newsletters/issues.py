"""«Запланированные» and «Разосланные»: where every issue stands, and going on."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gonets.delivery.errors import RunStateWrong
from gonets.delivery.states import RunStatus
from gonets.newsletters import actions
from gonets.newsletters.errors import NewslettersError
from gonets.newsletters.models import Issue
from gonets.newsletters.standing.planning import skip_issue
from gonets.newsletters.states import IssueStep
from gonets.publishing import queries
from gonets.publishing.actions import continue_run, start_rehearsal
from gonets.publishing.errors import PublishingError
from gonets.web.access import editor_required
from gonets.web.newsletters.requests import selected_id
from gonets.web.newsletters.rows import IssueRow, issue_row, issue_rows

PAGE_SIZE = 30


@require_safe
@editor_required
def planned(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.planned_issues(), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    rows = issue_rows(page.object_list)
    has_standing = any(row.standing is not None for row in rows)
    context = {"page": page, "rows": rows, "has_standing": has_standing}
    return render(request, "gonets/newsletters/planned.html", context)


@require_safe
@editor_required
def sent(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.sent_issues(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": issue_rows(page.object_list)}
    return render(request, "gonets/newsletters/sent.html", context)


@require_safe
@editor_required
def issue_status(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Return the status cell of one issue; it asks again while its run goes on."""
    row = _row(issue_id)
    return render(request, "gonets/newsletters/parts/status_cell.html", {"row": row})


@require_safe
@editor_required
def issue_open(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Go to exactly the step where the issue was left."""
    return redirect(_address_of(_row(issue_id)), issue_id)


def _address_of(row: IssueRow) -> str:
    if row.run is not None:
        return "gonets:issue-again" if row.run.has_ended else "gonets:issue-progress"
    if row.issue.step == IssueStep.PREVIEW:
        return "gonets:issue-preview"
    return "gonets:issue-materials"


@require_POST
@editor_required
def act_on_planned(request: HttpRequest) -> HttpResponse:
    """Do what the pressed button of the toolbar says; the first one goes on."""
    issue_id = selected_id(request)
    if issue_id is None:
        return _nothing_selected(request, "gonets:planned")
    row = _row(issue_id)
    try:
        match request.POST.get("act", "continue"):
            case "unschedule":
                actions.unschedule_issue(issue_id, user=request.user)
                messages.success(request, _("The date is taken off; the issue stays."))
                return redirect("gonets:planned")
            case "skip":
                skip_issue(issue_id, user=request.user)
                messages.success(
                    request, _("Skipped: what was collected waits for the next date.")
                )
                return redirect("gonets:planned")
            case "rehearse":
                start_rehearsal(issue_id, user=request.user)
                return redirect("gonets:issue-rehearsal", issue_id)
            case "delete":
                return _delete(request, row.issue)
            case _:
                return _go_on(row)
    except (NewslettersError, PublishingError, RunStateWrong) as error:
        messages.error(request, str(error))
        return redirect("gonets:planned")


def _go_on(row: IssueRow) -> HttpResponse:
    """Return to the step that was left; a paused run continues at once."""
    if row.run is not None and row.run.status == RunStatus.PAUSED:
        continue_run(row.run.run_id)
    return redirect(_address_of(row), row.issue.pk)


def _delete(request: HttpRequest, issue: Issue) -> HttpResponse:
    actions.delete_draft(issue.pk)
    messages.success(request, _("“%(issue)s” is deleted.") % {"issue": issue.subject})
    return redirect("gonets:planned")


@require_POST
@editor_required
def act_on_sent(request: HttpRequest) -> HttpResponse:
    """Go where the pressed button of the toolbar says; nothing is changed here."""
    issue_id = selected_id(request)
    if issue_id is None:
        return _nothing_selected(request, "gonets:sent")
    pages = {
        "again": "gonets:issue-again",
        "letter": "gonets:issue-preview",
        "account": "gonets:issue-progress",
    }
    page = pages.get(request.POST.get("act", ""), "gonets:issue-again")
    return redirect(page, get_object_or_404(Issue, pk=issue_id).pk)


def _nothing_selected(request: HttpRequest, page: str) -> HttpResponse:
    messages.info(request, _("Select an issue first."))
    return redirect(page)


def _row(issue_id: int) -> IssueRow:
    issues = Issue.objects.select_related("newsletter", "changed_by")
    return issue_row(get_object_or_404(issues, pk=issue_id))
