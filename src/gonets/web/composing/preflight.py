"""Preflight beside the letter and on the page of sending: looks, and overriding."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)
from django_htmx.http import trigger_client_event

from gonets.publishing.actions import (
    override_problem,
    want_looks,
    withdraw_override,
)
from gonets.publishing.errors import LetterChanged, PublishingError, SenderMissing
from gonets.publishing.models import PreflightOverride
from gonets.publishing.preflight.report import letter_looks
from gonets.web.access import editor_required
from gonets.web.composing.preview_page import previewed_issue
from gonets.web.preflight_list import looks_context, preflight_context


@require_safe
@never_cache
@editor_required
def issue_checks(request: HttpRequest, issue_id: int) -> HttpResponse:
    """What preflight says of the letter as it is saved now."""
    in_letter = request.GET.get("page") != "send"
    context = preflight_context(request, previewed_issue(issue_id), in_letter=in_letter)
    return render(request, "gonets/parts/preflight.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@editor_required
def issue_looks(request: HttpRequest, issue_id: int) -> HttpResponse:
    """How far the looks at links are; a POST asks for those that are due."""
    issue = previewed_issue(issue_id)
    if request.method == "POST":
        try:
            want_looks(issue_id, again=request.POST.get("again") == "yes")
        except SenderMissing:
            return HttpResponse(status=204)  # The list says so.
    looks = letter_looks(issue_id)
    context = looks_context(issue, looks)
    response = render(request, "gonets/parts/preflight_looks.html", context)
    was_under_way = request.GET.get("waits") == "yes"
    if was_under_way and not looks.are_under_way:
        return trigger_client_event(response, "looks-done")
    return response


@require_POST
@editor_required
def issue_override(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Send in spite of a problem: the reason goes on record."""
    issue = previewed_issue(issue_id)
    edition = request.POST.get("edition", "")
    try:
        override_problem(
            issue.pk,
            code=request.POST.get("code", "")[:40],
            field=request.POST.get("field", "")[:100],
            reason=request.POST.get("reason", ""),
            edition=int(edition) if _is_number(edition) else None,
            user=request.user,
        )
    except LetterChanged as error:
        messages.warning(request, str(error))
    except PublishingError as error:
        messages.error(request, str(error))
    return _back(request, issue_id)


@require_POST
@editor_required
def override_withdraw(
    request: HttpRequest, issue_id: int, override_id: int
) -> HttpResponse:
    override = get_object_or_404(PreflightOverride, pk=override_id, issue=issue_id)
    withdraw_override(override.pk, user=request.user)
    return _back(request, issue_id)


def _back(request: HttpRequest, issue_id: int) -> HttpResponse:
    is_send = request.POST.get("page") == "send"
    return redirect(
        "gonets:issue-send" if is_send else "gonets:issue-preview", issue_id
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
