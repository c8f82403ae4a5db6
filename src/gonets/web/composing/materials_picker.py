"""«Добавить»: the picker over the whole site, and pages by their addresses."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from gonets.content.errors import PageUnreadable
from gonets.content.page_adding import add_page, address_in
from gonets.content.queries import materials_at
from gonets.newsletters import actions, queries
from gonets.newsletters.models import Issue
from gonets.newsletters.types import PickerPage, PickerWish
from gonets.web.access import editor_required
from gonets.web.composing.materials_page import (
    changed_list,
    composed_issue,
    posted_ids,
)

ROWS = "gonets/composing/materials_picker_rows.html"
USES = {"used": True, "unused": False}
BEFORE = timedelta(microseconds=1)


@require_safe
@never_cache
@editor_required
def picker(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = composed_issue(issue_id)
    number = _number(request.GET.get("page", "")) or 1
    address = address_in(request.GET.get("search", ""))
    if address:
        page = _at_address(issue, address)
    else:
        page = queries.picker(issue, _wish(request), page=number)
    context = {
        "issue": issue,
        "page": page,
        "is_first": number == 1,
        "address": address if not page.rows else "",
    }
    return render(request, ROWS, context)


def _at_address(issue: Issue, address: str) -> PickerPage:
    rows = queries.picker_rows(issue, list(materials_at(address)[:20]))
    return PickerPage(rows=tuple(rows), next_page=None)


def _wish(request: HttpRequest) -> PickerWish:
    asked = request.GET
    since, until = _day(asked.get("since", "")), _day(asked.get("until", ""))
    return PickerWish(
        search=asked.get("search", ""),
        section_id=_number(asked.get("section", "")),
        since=_start(since) - BEFORE if since else None,
        until=_start(until + timedelta(days=1)) - BEFORE if until else None,
        is_used=USES.get(asked.get("use", "")),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 < day.year < 3000 else None


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@require_POST
@editor_required
def read_page(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Read the page at an address and offer it, ticked, as the only one found."""
    issue = composed_issue(issue_id)
    address = request.POST.get("search", "")
    try:
        material = add_page(address)
    except PageUnreadable as error:
        # htmx swaps 2xx only.
        context = {"issue": issue, "address": address, "error": str(error)}
        return render(request, ROWS, context)
    rows = tuple(queries.picker_rows(issue, [material]))
    context = {
        "issue": issue,
        "page": PickerPage(rows=rows, next_page=None),
        "are_ticked": True,
    }
    return render(request, ROWS, context)


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
