"""The parts of the issue in the dialog: called, joined, sorted, shortened."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from gonets.newsletters import actions
from gonets.newsletters.limits import MOST_PER_PART
from gonets.newsletters.queries.composition import entries_over_limit
from gonets.newsletters.types import Person
from gonets.web.access import editor_required
from gonets.web.composing.materials_page import (
    changed_list,
    posted_ids,
    taken_out,
    with_undo,
)


@require_POST
@editor_required
def rename(request: HttpRequest, issue_id: int) -> HttpResponse:
    heading = request.POST.get("heading", "")
    return changed_list(
        request,
        issue_id,
        lambda: [
            actions.rename_part(issue_id, part, heading=heading, user=request.user)
            for part in posted_ids(request, "part")[:1]
        ],
    )


@require_POST
@editor_required
def join(request: HttpRequest, issue_id: int) -> HttpResponse:
    parts, into = posted_ids(request, "part"), posted_ids(request, "into")
    response = changed_list(
        request,
        issue_id,
        lambda: [
            actions.join_parts(issue_id, part, into=other, user=request.user)
            for part, other in zip(parts[:1], into[:1], strict=False)
            if part != other
        ],
    )
    return _done(response, _("The sections are one now"))


@require_POST
@editor_required
def sort(request: HttpRequest, issue_id: int) -> HttpResponse:
    how = request.POST.get("by", "")
    part = next(iter(posted_ids(request, "part")), None)
    sorts: dict[str, tuple[Callable[[], None], str]] = {
        "newest": (
            lambda: actions.sort_by_date(issue_id, user=request.user, part=part),
            _("Sorted: the newest first"),
        ),
        "oldest": (
            lambda: actions.sort_by_date(
                issue_id, user=request.user, newest_first=False, part=part
            ),
            _("Sorted: the oldest first"),
        ),
        "site": (
            lambda: actions.sort_as_on_the_site(issue_id, user=request.user),
            _("The sections stand as on the site"),
        ),
    }
    change, words = sorts.get(how, (lambda: None, ""))
    response = changed_list(request, issue_id, change)
    return _done(response, words) if words else response


@require_POST
@editor_required
def limit(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Let a section, or each, have so many at most; the rest goes, waits or stays.

    Without a number there is no limit any more.
    """
    most = min(next(iter(posted_ids(request, "most")), 0), MOST_PER_PART) or None
    rest = request.POST.get("rest", "")
    part = next(iter(posted_ids(request, "part")), None)
    goes = most is not None and rest in {"hold", "remove"}
    over = entries_over_limit(issue_id, most, part=part) if most and goes else []

    def limit_it(issue: int, entry_ids: list[int], *, user: Person) -> int:
        return actions.limit_section(
            issue, part, most=most, over=entry_ids, holds=rest == "hold", user=user
        )

    response, count = taken_out(request, issue_id, limit_it, over)
    is_done = response.status_code == 200
    return with_undo(
        response, _limited(most, count, waits=rest == "hold"), is_done=is_done
    )


def _limited(most: int | None, count: int, *, waits: bool) -> str:
    if most is None:
        return _("There is no limit now")
    if not count:
        return _("At most %(most)d of a section from now on") % {"most": most}
    if waits:
        text = ngettext(
            "%(count)d material left for the next issue",
            "%(count)d materials left for the next issue",
            count,
        )
    else:
        text = ngettext(
            "%(count)d material removed", "%(count)d materials removed", count
        )
    return text % {"count": count}


def _done(response: HttpResponse, text: str) -> HttpResponse:
    return with_undo(response, text, is_done=response.status_code == 200)
