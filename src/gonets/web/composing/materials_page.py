"""What the dialog of materials shows, and what its requests hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from gonets.content.queries import published_counts, section_tree
from gonets.newsletters import actions, queries
from gonets.newsletters.errors import (
    BadWording,
    EditedMeanwhile,
    IssueMissing,
    NewslettersError,
    PartMissing,
)
from gonets.newsletters.models import Issue, Newsletter
from gonets.newsletters.people import name_of
from gonets.newsletters.states import IssueStep, Selection
from gonets.newsletters.types import Place
from gonets.web.composing.materials_rows import rows_known, shown_parts
from gonets.web.trees import nested

MOST_IDS = 1000
LONGEST_ID = 18
"""Digits that a 64-bit number always holds."""


def composed_issue(issue_id: int) -> Issue:
    issues = Issue.objects.select_related("newsletter", "changed_by")
    return get_object_or_404(issues, pk=issue_id)


def shown_materials(
    issue: Issue, *, note: str = "", known: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return what the list of entries is rendered with; see ``materials_rows``."""
    parts = queries.issue_parts(issue)
    return {
        "issue": issue,
        "parts": shown_parts(parts, known=known or {}),
        "count": sum(len(part.rows) for part in parts),
        "held": queries.held_materials(issue.pk),
        "note": note,
        "emptiness": "" if parts else _why_empty(issue),
    }


def picker_context() -> dict[str, Any]:
    counts = published_counts()
    return {
        "tree": nested(section_tree(), counts),
        "total": sum(counts.values()),
    }


def changed_list(
    request: HttpRequest, issue_id: int, change: Callable[[], object]
) -> HttpResponse:
    """Make the change and answer with the list as it is then.

    Of the rows that the browser shows already only those that look otherwise.

    Where the issue is gone or was sent meanwhile, the browser goes where it is now.
    """
    before = Issue.objects.select_related("changed_by").filter(pk=issue_id).first()
    complaint = ""
    try:
        if before is None:
            raise IssueMissing
        change()
    except (PartMissing, BadWording) as error:
        complaint = str(error)
    except NewslettersError as error:
        messages.error(request, str(error))
        where = reverse("gonets:planned")
        if before is not None:
            where = reverse("gonets:issue-open", args=[issue_id])
        return HttpResponseClientRedirect(where)
    actions.set_step(issue_id, IssueStep.MATERIALS, user=request.user)
    note = complaint or (_others_change(request, before) if before else "")
    context = shown_materials(
        composed_issue(issue_id), note=note, known=rows_known(request)
    )
    return render(request, "gonets/composing/materials_list.html", context)


def taken_out(
    request: HttpRequest,
    issue_id: int,
    take_out: Callable[..., int],
    entry_ids: list[int],
) -> tuple[HttpResponse, int]:
    """Return the list without these entries, and how many went."""
    counts: list[int] = []

    def change() -> None:
        counts.append(take_out(issue_id, entry_ids, user=request.user))

    response = changed_list(request, issue_id, change)
    return response, sum(counts)


def with_undo(response: HttpResponse, text: str, *, is_done: bool) -> HttpResponse:
    """Let the page say what was done, with a button that takes it back."""
    if not is_done:
        return response
    return trigger_client_event(response, "removed", {"text": text, "undo": _("Undo")})


def _others_change(request: HttpRequest, before: Issue) -> str:
    """Say who changed the issue since this page last saw it; empty if nobody else."""
    seen = request.POST.get("edition", "")
    if seen == str(before.edition) or before.changed_by_id == request.user.pk:
        return ""
    change = EditedMeanwhile(
        by=name_of(before.changed_by), at=before.changed_at, edition=before.edition
    )
    return _("%(who)s changed this issue at %(time)s. This is how it is now.") % {
        "who": change.who,
        "time": change.time,
    }


def posted_ids(request: HttpRequest, name: str = "entry") -> list[int]:
    """Return the numbers posted under ``name``; anything else is passed over."""
    return [int(text) for text in request.POST.getlist(name)[:MOST_IDS] if _is_id(text)]


def posted_places(request: HttpRequest) -> list[Place]:
    """Return the order that was posted as ``<entry>:<part>``, one for each entry."""
    pairs = (text.partition(":") for text in request.POST.getlist("place")[:MOST_IDS])
    return [
        Place(entry_id=int(entry_id), part=int(part))
        for entry_id, _colon, part in pairs
        if _is_id(entry_id) and _is_id(part)
    ]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID


def _why_empty(issue: Issue) -> str:
    newsletter = issue.newsletter
    if issue.edition > 1:
        return _("Nothing is in this issue now.")
    if not newsletter.sections.exists():
        return _("This newsletter includes no sections, so nothing can be proposed.")
    return _nothing_found(newsletter)


def _nothing_found(newsletter: Newsletter) -> str:
    if newsletter.selection == Selection.LAST_DAYS:
        return ngettext(
            "Nothing new was published in its sections in the last %(count)d day.",
            "Nothing new was published in its sections in the last %(count)d days.",
            newsletter.selection_days,
        ) % {"count": newsletter.selection_days}
    if newsletter.selection == Selection.NEWEST:
        return _("The newest materials of its sections have all been sent already.")
    since = timezone.localtime(queries.gathering_start(newsletter))
    return _("Nothing was published in its sections since %(date)s.") % {
        "date": date_format(since, "DATE_FORMAT")
    }
