"""Refreshing an issue from the site: what was taken over, what an editor must pick."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gonets.newsletters import actions
from gonets.newsletters.errors import BadWording, EditedMeanwhile, NewslettersError
from gonets.newsletters.merging import MergedField
from gonets.newsletters.models import Issue
from gonets.publishing.queries import is_correctable
from gonets.web.access import editor_required
from gonets.web.composing.materials_page import posted_ids
from gonets.web.composing.preview_page import previewed_issue
from gonets.web.composing.refreshing_page import (
    posted_picks,
    refresh_context,
    site_news,
)


@require_safe
@never_cache
@editor_required
def issue_site_news(request: HttpRequest, issue_id: int) -> HttpResponse:
    """The quiet button that says how much of an issue has changed on the site."""
    issue = previewed_issue(issue_id)
    context = {"issue": issue, "news": site_news(issue), "is_open": _is_open(issue)}
    return render(request, "gonets/composing/site_news.html", context)


@require_safe
@never_cache
@editor_required
def issue_refresh(request: HttpRequest, issue_id: int) -> HttpResponse:
    issue = previewed_issue(issue_id)
    if not _is_open(issue):
        return redirect("gonets:issue-open", issue_id)
    return _page(request, issue)


@require_POST
@editor_required
def issue_refresh_now(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Take over what only the site has changed, whatever was saved until now."""

    def change(issue: Issue) -> None:
        done = actions.refresh_from_site(
            issue_id, edition=issue.edition, user=request.user
        )
        if done.updated:
            text = ngettext(
                "%(count)d material was updated from the site.",
                "%(count)d materials were updated from the site.",
                done.updated,
            )
            messages.success(request, text % {"count": done.updated})

    return _changed(request, issue_id, change)


@require_POST
@editor_required
def issue_refresh_pick(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Settle what both sides had changed; what was typed comes back if it cannot be."""
    issue = previewed_issue(issue_id)
    if not _is_open(issue):
        return redirect("gonets:issue-open", issue_id)
    picks = posted_picks(request.POST)
    try:
        if picks:
            edition = _number(request.POST.get("edition", ""))
            actions.pick_wordings(issue_id, picks, edition=edition, user=request.user)
    except NewslettersError as error:
        field = error.field if isinstance(error, BadWording) else ""
        # A later press saves onto what there is now: the page shows it.
        return _page(
            request, previewed_issue(issue_id), problem=str(error), field=field
        )
    return redirect("gonets:issue-refresh", issue_id)


@require_POST
@editor_required
def issue_refresh_put_back(request: HttpRequest, issue_id: int) -> HttpResponse:
    name = request.POST.get("field", "")

    def change(issue: Issue) -> None:
        if name in set(MergedField):
            actions.put_back(
                issue_id,
                _number(request.POST.get("entry", "")),
                MergedField(name),
                edition=_number(request.POST.get("edition", "")),
                user=request.user,
            )

    return _changed(request, issue_id, change)


@require_POST
@editor_required
def issue_refresh_take_out(request: HttpRequest, issue_id: int) -> HttpResponse:
    def change(issue: Issue) -> None:
        count = actions.take_out_gone(
            issue_id,
            posted_ids(request),
            edition=_number(request.POST.get("edition", "")),
            user=request.user,
        )
        text = ngettext(
            "%(count)d material removed", "%(count)d materials removed", count
        )
        messages.success(request, text % {"count": count})

    return _changed(request, issue_id, change)


@require_POST
@editor_required
def issue_refresh_add(request: HttpRequest, issue_id: int) -> HttpResponse:
    def change(issue: Issue) -> None:
        added = actions.add_materials(
            issue_id, posted_ids(request, "material"), user=request.user
        )
        text = ngettext(
            "%(count)d material added", "%(count)d materials added", len(added)
        )
        messages.success(request, text % {"count": len(added)})

    return _changed(request, issue_id, change)


@require_POST
@editor_required
def issue_refresh_seen(request: HttpRequest, issue_id: int) -> HttpResponse:
    return _changed(
        request, issue_id, lambda issue: actions.acknowledge_replaced(issue.pk)
    )


def _changed(
    request: HttpRequest, issue_id: int, change: Callable[[Issue], None]
) -> HttpResponse:
    """Make the change and show the page as it is then."""
    issue = previewed_issue(issue_id)
    if not _is_open(issue):
        messages.error(
            request, _("The letter is being sent and cannot be changed now.")
        )
        return redirect("gonets:issue-open", issue_id)
    try:
        change(issue)
    except EditedMeanwhile as error:
        messages.error(
            request,
            _("%(who)s changed this issue at %(time)s. This is how it is now.")
            % {"who": error.who, "time": error.time},
        )
    except NewslettersError as error:
        messages.error(request, str(error))
    return redirect("gonets:issue-refresh", issue_id)


def _page(
    request: HttpRequest, issue: Issue, *, problem: str = "", field: str = ""
) -> HttpResponse:
    typed = request.POST if request.method == "POST" else None
    context = {
        **refresh_context(issue, typed=typed),
        "problem": problem,
        "problem_field": field,
    }
    status = 409 if problem else 200
    return render(request, "gonets/composing/refresh.html", context, status=status)


def _is_open(issue: Issue) -> bool:
    return is_correctable(issue.pk)


def _number(text: str) -> int:
    """Return the posted number; one that nothing has for anything else."""
    is_number = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if is_number else -1
