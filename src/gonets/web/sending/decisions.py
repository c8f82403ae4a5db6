"""What is decided about a finished letter: later, at a time, or now."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gonets.kernel import clock
from gonets.newsletters import actions as newsletters
from gonets.newsletters.errors import NewslettersError
from gonets.newsletters.models import Issue
from gonets.newsletters.standing.zones import zone_words
from gonets.newsletters.states import IssueState
from gonets.publishing.actions import send_issue
from gonets.publishing.errors import AlreadyRunning, LetterChanged, SendRefused
from gonets.publishing.queries import audience_size, newest_run
from gonets.publishing.readiness import check_ready
from gonets.publishing.rehearsal.reports import is_about_letter_now, newest_rehearsal
from gonets.publishing.relays import relay_outlook
from gonets.publishing.states import AudienceRule
from gonets.web.access import editor_required
from gonets.web.preflight_list import preflight_context
from gonets.web.sending.forms import ScheduleForm
from gonets.web.sending.rehearsal_page import verdict_of
from gonets.web.sending.requests import posted_number, shown_issue


@require_POST
@editor_required
def issue_postpone(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = get_object_or_404(Issue, pk=issue_id)
    try:
        newsletters.postpone_issue(issue_id, user=request.user)
    except NewslettersError as error:
        messages.error(request, str(error))
        return redirect("gonets:issue-open", issue_id)
    messages.success(
        request,
        _("“%(subject)s” is put aside, ready. Press “Continue” to go on with it.")
        % {"subject": issue.subject or _("(no subject)")},
    )
    return redirect("gonets:planned")


@require_http_methods(["GET", "POST"])
@editor_required
def issue_schedule(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = shown_issue(issue_id)
    if issue.state == IssueState.RELEASED:
        return redirect("gonets:issue-open", issue_id)
    if request.method == "GET":
        return _schedule_page(request, issue, ScheduleForm(issue=issue))
    form = ScheduleForm(request.POST, issue=issue)
    if not form.is_valid():
        return _schedule_page(request, issue, form)
    try:
        check_ready(issue_id)
        newsletters.schedule_issue(
            issue_id, at=form.cleaned_data["at"], user=request.user
        )
    except (NewslettersError, SendRefused) as error:
        form.add_error(None, str(error))
        return _schedule_page(request, issue, form)
    messages.success(request, _("The issue will leave by itself at its time."))
    return redirect("gonets:planned")


@require_POST
@editor_required
def issue_unschedule(request: HttpRequest, issue_id: int) -> HttpResponse:
    try:
        newsletters.unschedule_issue(issue_id, user=request.user)
    except NewslettersError as error:
        messages.error(request, str(error))
        return redirect("gonets:issue-open", issue_id)
    messages.success(request, _("The issue is not scheduled any more; it is ready."))
    return redirect("gonets:planned")


@require_http_methods(["GET", "POST"])
@editor_required
def issue_send(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = shown_issue(issue_id)
    if request.method == "GET":
        newest = newest_run(issue_id)
        if newest is not None:
            again = newest.has_ended
            page = "gonets:issue-again" if again else "gonets:issue-progress"
            return redirect(page, issue_id)
        return _send_page(request, issue)
    try:
        send_issue(
            issue_id,
            audience=AudienceRule.EVERYONE,
            user=request.user,
            edition=posted_number(request, "edition"),
        )
    except AlreadyRunning as error:
        messages.info(request, str(error))
    except LetterChanged as error:
        messages.warning(request, str(error))
        return redirect("gonets:issue-preview", issue_id)
    except SendRefused as error:
        return _send_page(request, issue, refusal=str(error))
    return redirect("gonets:issue-progress", issue_id)


def _send_page(
    request: HttpRequest, issue: Issue, *, refusal: str = ""
) -> HttpResponse:
    count = audience_size(issue.pk, AudienceRule.EVERYONE)
    notes = relay_outlook()
    preflight = preflight_context(request, issue, in_letter=False)
    context = {
        **preflight,
        "count": count,
        "refusal": refusal,
        "relay": notes,
        **_rehearsed(issue),
        "is_ready": bool(count)
        and not refusal
        and not notes.refusal
        and not preflight["report"].blocking,
    }
    return render(request, "gonets/sending/send.html", context)


def _rehearsed(issue: Issue) -> dict[str, object]:
    """Return what the page says of the newest rehearsal."""
    state = newest_rehearsal(issue.pk)
    if state is None or state.is_under_way:
        return {"rehearsal": state}
    return {
        "rehearsal": state,
        "rehearsal_verdict": verdict_of(state),
        "rehearsal_is_old": not is_about_letter_now(state),
    }


def _schedule_page(
    request: HttpRequest, issue: Issue, form: ScheduleForm
) -> HttpResponse:
    context = {
        "issue": issue,
        "form": form,
        "zone": zone_words(form.usual_zone),
        "now": timezone.localtime(clock.now(), ZoneInfo(form.usual_zone)),
        "count": audience_size(issue.pk, AudienceRule.EVERYONE),
    }
    return render(request, "gonets/sending/schedule.html", context)
