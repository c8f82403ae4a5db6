"""«Добавить»: the picker over all sections of the site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from gonets.newsletters import actions, queries
from gonets.web.access import editor_required
from gonets.web.composing.materials_page import (
    changed_list,
    composed_issue,
    posted_ids,
)


@require_safe
@editor_required
def picker(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = composed_issue(issue_id)
    number = _number(request.GET.get("page", "")) or 1
    page = queries.picker(
        issue,
        search=request.GET.get("search", ""),
        section_id=_number(request.GET.get("section", "")),
        page=number,
    )
    context = {"issue": issue, "page": page, "is_first": number == 1}
    return render(request, "gonets/composing/materials_picker_rows.html", context)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@require_POST
@editor_required
def add(request: HttpRequest, issue_id: int) -> HttpResponse:
    added: list[int] = []

    def change() -> None:
        material_ids = posted_ids(request, "material")
        entries = actions.add_materials(issue_id, material_ids, user=request.user)
        added.extend(entry.pk for entry in entries)

    response = changed_list(request, issue_id, change)
    text = ngettext(
        "%(count)d material added", "%(count)d materials added", len(added)
    ) % {"count": len(added)}
    return trigger_client_event(response, "added", {"text": text, "entries": added})
