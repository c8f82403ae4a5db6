"""Sending an issue again: to whom, and what it has been through so far."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gonets.newsletters.actions import copy_issue
from gonets.newsletters.models import Issue
from gonets.publishing.actions import send_issue
from gonets.publishing.errors import AlreadyRunning, SendRefused
from gonets.publishing.queries import audience_counts, history
from gonets.publishing.relays import relay_outlook
from gonets.publishing.states import AudienceRule
from gonets.web.access import editor_required
from gonets.web.sending.requests import posted_number, shown_issue

COPY = "copy"
CHOICES = (
    AudienceRule.EVERYONE.value,
    AudienceRule.NEWCOMERS.value,
    AudienceRule.FAILED.value,
    COPY,
)


@require_http_methods(["GET", "POST"])
@editor_required
def issue_again(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = shown_issue(issue_id)
    if request.method == "GET":
        return _page(request, issue)
    choice = request.POST.get("choice")
    if choice == COPY:
        copy = copy_issue(issue_id, user=request.user)
        messages.success(request, _("Here is the copy. The original stays as it is."))
        return redirect("gonets:issue-preview", copy.pk)
    if choice not in CHOICES:
        return _page(request, issue, refusal=_("Choose whom to send it to."))
    return _send(request, issue, AudienceRule(choice))


def _send(request: HttpRequest, issue: Issue, rule: AudienceRule) -> HttpResponse:
    if rule == AudienceRule.FAILED and request.POST.get("uncertain"):
        rule = AudienceRule.FAILED_AND_UNCERTAIN
    try:
        send_issue(
            issue.pk,
            audience=rule,
            user=request.user,
            previous_run_id=posted_number(request, "previous_run"),
        )
    except AlreadyRunning as error:
        messages.info(request, str(error))
    except SendRefused as error:
        return _page(request, issue, refusal=str(error))
    return redirect("gonets:issue-progress", issue.pk)


def _page(request: HttpRequest, issue: Issue, *, refusal: str = "") -> HttpResponse:
    runs = history(issue.pk)
    if not runs:
        return redirect("gonets:issue-open", issue.pk)
    if not runs[0].has_ended:
        return redirect("gonets:issue-progress", issue.pk)
    context = {
        "issue": issue,
        "runs": runs,
        "newest": runs[0],
        "counts": audience_counts(issue.pk),
        "folded_at": next((run.folded_at for run in runs if run.folded_at), None),
        "relay": relay_outlook(),
        "refusal": refusal,
    }
    return render(request, "gonets/sending/again.html", context)
