"""The plain-text part of the letter: whose words it is, and what to write on in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gonets.kernel.addresses import BadAddress
from gonets.newsletters.queries import text_part
from gonets.publishing.errors import SenderMissing
from gonets.web.access import editor_required
from gonets.web.composing.preview_page import previewed_issue


@require_safe
@never_cache
@editor_required
def issue_text_part(request: HttpRequest, issue_id: int) -> HttpResponse:
    return _shown(request, issue_id, "gonets/composing/preview_text_bar.html")


@require_safe
@never_cache
@editor_required
def issue_text_words(request: HttpRequest, issue_id: int) -> HttpResponse:
    return _shown(request, issue_id, "gonets/composing/preview_text_words.html")


def _shown(request: HttpRequest, issue_id: int, template: str) -> HttpResponse:
    issue = previewed_issue(issue_id)
    context: dict[str, object] = {"issue": issue}
    try:
        context["part"] = text_part(issue)
    except BadAddress:
        context["reason"] = str(SenderMissing())
    return render(request, template, context)
