"""Choosing the design of an issue, beside its letter."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gonets.newsletters.actions import choose_design
from gonets.newsletters.models import Issue
from gonets.newsletters.queries import design_choices, is_design
from gonets.publishing.queries import is_correctable
from gonets.web.access import editor_required


@require_safe
@editor_required
def issue_designs(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Every design with this issue's letter in it, for the dialog."""
    issue = get_object_or_404(Issue.objects.select_related("newsletter"), pk=issue_id)
    context = {
        "issue": issue,
        "chosen": issue.template or issue.newsletter.template,
        "choices": design_choices(),
    }
    return render(request, "gonets/designs/parts/issue_designs.html", context)


@require_POST
@editor_required
def issue_design(request: HttpRequest, issue_id: int) -> HttpResponse:
    get_object_or_404(Issue, pk=issue_id)
    name = request.POST.get("design", "")
    if not is_correctable(issue_id):
        messages.error(
            request, _("The letter is being sent and cannot be changed now.")
        )
    elif not is_design(name):
        messages.error(request, _("This design is not there any more."))
    else:
        choose_design(issue_id, name, user=request.user)
        title = next(each.title for each in design_choices() if each.name == name)
        messages.success(
            request,
            _("The letter has the design “%(design)s” now. Its words stay.")
            % {"design": title},
        )
    return redirect("gonets:issue-preview", issue_id)
