"""The editor of an own template: its source, its faults at their lines, a letter."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from csp.decorators import csp
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gonets.kernel.html import storable
from gonets.letters.actions import save_template, tidy_source
from gonets.letters.checking import LONGEST_SOURCE, DesignFault, design_faults
from gonets.letters.errors import LetterError, TemplateChanged, TemplateRefused
from gonets.letters.models import LetterTemplate
from gonets.letters.queries import newest_version
from gonets.letters.types import OwnDesign
from gonets.newsletters.actions.letter_imports import foreign_pictures
from gonets.newsletters.models import Issue
from gonets.newsletters.queries import letter_content
from gonets.web.access import administrator_required
from gonets.web.designs.frames import reader_of, sample_content
from gonets.web.designs.own_files import kept_template
from gonets.web.letter_frames import (
    LETTER_POLICY,
    WITH_FOREIGN_PICTURES,
    letter_page,
)

ISSUES_OFFERED = 20


@require_http_methods(["GET", "POST"])
@administrator_required
def template_edit(request: HttpRequest, template_id: int) -> HttpResponse:
    template = kept_template(template_id)
    if request.method == "GET":
        return _page(request, template)
    typed = _typed(request)
    try:
        version = save_template(template_id, user=request.user, **typed)
    except TemplateRefused as error:
        return _page(request, template, faults=error.faults, **typed)
    except TemplateChanged as error:
        typed["number"] = error.number
        return _page(request, template, conflict=str(error), **typed)
    messages.success(
        request, _("Version %(number)d is saved.") % {"number": version.number}
    )
    return redirect("gonets:template", template_id)


@require_POST
@administrator_required
def template_check(request: HttpRequest, template_id: int) -> JsonResponse:
    """Say what is wrong with the source as it is typed now; nothing is kept."""
    design = _design(kept_template(template_id), request)
    faults = [
        {"line": fault.line, "text": spoken(fault)} for fault in design_faults(design)
    ]
    return JsonResponse({"faults": faults, "fine": _("Letters can be made with this.")})


@require_POST
@administrator_required
def template_try(request: HttpRequest, template_id: int) -> HttpResponseBase:
    """Show a letter with the source as it is typed now; nothing is kept.

    Pictures of other sites are loaded only if that was allowed with ``foreign``.
    """
    policy = WITH_FOREIGN_PICTURES if request.POST.get("foreign") else LETTER_POLICY
    show = partial(_tried, template_id=template_id)
    return csp(policy)(show)(request)


def _tried(request: HttpRequest, template_id: int) -> HttpResponse:
    template = kept_template(template_id)
    issue_id = _posted_issue(request)
    content = letter_content(issue_id) if issue_id else sample_content(request)
    content = replace(
        content, template=template.name, own_design=_design(template, request)
    )
    scheme = request.POST.get("scheme")
    try:
        return letter_page(
            content,
            reader_of(issue_id),
            scheme="dark" if scheme == "dark" else "light",
        )
    except LetterError as error:
        context = {"reason": str(error)}
        return render(request, "gonets/composing/preview_fault.html", context)


def spoken(fault: DesignFault) -> str:
    reason = fault.reason[:1].upper() + fault.reason[1:] + "."
    if fault.line is None:
        return reason
    return _("Line %(line)d: %(reason)s") % {"line": fault.line, "reason": reason}


def _design(template: LetterTemplate, request: HttpRequest) -> OwnDesign:
    source = tidy_source(storable(request.POST.get("source", "")))
    return OwnDesign(
        kind=template.kind, source=source[: LONGEST_SOURCE + 1], base=template.base
    )


def _typed(request: HttpRequest) -> dict[str, Any]:
    return {
        "title": storable(request.POST.get("title", "")),
        "source": storable(request.POST.get("source", "")),
        "number": _posted_number(request, "number") or 0,
    }


def _posted_issue(request: HttpRequest) -> int | None:
    number = _posted_number(request, "issue")
    return None if number is None else get_object_or_404(Issue, pk=number).pk


def _posted_number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _page(request: HttpRequest, template: LetterTemplate, **typed: Any) -> HttpResponse:
    newest = newest_version(template.pk)
    faults = [
        {"line": fault.line, "text": spoken(fault)} for fault in typed.get("faults", ())
    ]
    context = {
        "template": template,
        "newest": newest,
        "number": typed.get("number", newest.number),
        "title": typed.get("title", template.title),
        "source": typed.get("source", newest.source),
        "faults": faults,
        "conflict": typed.get("conflict", ""),
        "foreign": foreign_pictures(typed.get("source", newest.source)),
        "issues": Issue.objects.order_by("-changed_at")[:ISSUES_OFFERED],
    }
    return render(request, "gonets/designs/template.html", context)
