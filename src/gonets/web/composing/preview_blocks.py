"""Blocks of the letter, put in and moved about where they are seen; all in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gonets.letters.kinds import EntryKind
from gonets.newsletters import actions
from gonets.newsletters.blocks import text_in
from gonets.newsletters.models import Entry, Issue
from gonets.newsletters.people import may_write_html
from gonets.newsletters.types import Above
from gonets.web.access import editor_required
from gonets.web.composing.preview_answers import (
    changed_answer,
    posted_number,
    refused,
    saved_answer,
)
from gonets.web.composing.preview_page import previewed_issue
from gonets.web.composing.preview_saving import posted_changes

FORMS = (EntryKind.EVENT, EntryKind.HTML)
STEPS = {"up": -1, "down": 1}


@require_POST
@editor_required
def block_add(request: HttpRequest, issue_id: int) -> JsonResponse:
    """Put a ``kind`` of block with ``changes`` behind the entry ``after``, if any.

    ``above`` names the entry that it stands above instead, in the same section.
    """
    edition, words = posted_changes(request)
    if edition is None or words is None:
        return refused(HTTPStatus.BAD_REQUEST, _("This cannot be saved."))

    above = posted_number(request, "above")

    def add() -> Mapping[str, object]:
        block = actions.add_block(
            issue_id,
            request.POST.get("kind", ""),
            words,
            after=posted_number(request, "after") if above is None else Above(above),
            edition=edition,
            user=request.user,
        )
        return {"edition": edition + 1, "entry": block.pk}

    return saved_answer(request, issue_id, add)


@require_POST
@editor_required
def block_duplicate(request: HttpRequest, issue_id: int, entry_id: int) -> JsonResponse:
    def duplicate(edition: int) -> Mapping[str, object]:
        block = actions.duplicate_block(
            issue_id, entry_id, edition=edition, user=request.user
        )
        return {"entry": block.pk}

    return changed_answer(request, issue_id, duplicate)


@require_POST
@editor_required
def block_move(request: HttpRequest, issue_id: int, entry_id: int) -> JsonResponse:
    """Move an entry ``up`` or ``down``, as ``direction`` says."""
    step = STEPS.get(request.POST.get("direction", ""))
    if step is None:
        return refused(HTTPStatus.BAD_REQUEST, _("This cannot be saved."))

    def move(edition: int) -> Mapping[str, object]:
        actions.move_entry(
            issue_id, entry_id, step=step, edition=edition, user=request.user
        )
        return {"entry": entry_id}

    return changed_answer(request, issue_id, move)


@require_POST
@editor_required
def block_remove(request: HttpRequest, issue_id: int, entry_id: int) -> JsonResponse:
    def remove(edition: int) -> Mapping[str, object]:
        actions.take_entry_out(issue_id, entry_id, edition=edition, user=request.user)
        return {"text": _("Taken out of the letter"), "undo": _("Undo")}

    return changed_answer(request, issue_id, remove)


@require_safe
@editor_required
def block_form(request: HttpRequest, issue_id: int) -> HttpResponse:
    """The fields of a block that are not written in place.

    ``?entry=`` names the block; for one still to be made, ``?kind=`` what it is.
    """
    issue = previewed_issue(issue_id)
    entry = _asked_block(request, issue)
    if entry.kind not in FORMS:
        raise Http404
    if entry.kind == EntryKind.HTML and not may_write_html(request.user):
        raise PermissionDenied
    words = ("place", "html", "time_zone")
    context = {
        "kind": entry.kind,
        "is_new": entry.pk is None,
        "starts": _moment(text_in(entry, "starts")),
        "ends": _moment(text_in(entry, "ends")),
        "zones": sorted(available_timezones()) if entry.kind == EntryKind.EVENT else [],
        **{word: text_in(entry, word) for word in words},
    }
    return render(request, "gonets/composing/preview_block_form.html", context)


def _asked_block(request: HttpRequest, issue: Issue) -> Entry:
    number = request.GET.get("entry", "")
    if number.isascii() and number.isdigit() and len(number) < 19:
        return get_object_or_404(Entry, issue=issue, pk=int(number))
    content = {"time_zone": settings.TIME_ZONE}
    return Entry(issue=issue, kind=request.GET.get("kind", ""), content=content)


def _moment(text: str) -> Mapping[str, str]:
    day, _t, time = text.partition("T")
    return {"day": day, "time": time}
