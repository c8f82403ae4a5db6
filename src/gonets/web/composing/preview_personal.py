"""The menu of personal parts: what can be said, and for how many it would be empty."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gonets.publishing.personal import personal_values
from gonets.web.access import editor_required
from gonets.web.composing.preview_page import chosen_reader, previewed_issue


@require_safe
@editor_required
def personal_menu(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = previewed_issue(issue_id)
    values = personal_values(issue, reader=chosen_reader(request, issue))
    context = {"values": values}
    return render(request, "gonets/composing/preview_personal_values.html", context)
