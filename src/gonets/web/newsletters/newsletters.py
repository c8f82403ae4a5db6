"""«Рассылки»: the list of newsletters, and what is done with the selected one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gonets.newsletters import actions, queries
from gonets.newsletters.errors import NewslettersError
from gonets.newsletters.models import Newsletter
from gonets.web.access import editor_required
from gonets.web.newsletters.requests import number_in, selected_id


@require_safe
@editor_required
def newsletter_list(request: HttpRequest) -> HttpResponse:
    context = {
        "rows": queries.newsletter_rows(),
        "selected_id": number_in(request.GET.get("selected", "")),
        "archived_count": Newsletter.objects.filter(archived_at__isnull=False).count(),
    }
    return render(request, "gonets/newsletters/newsletters.html", context)


@require_safe
@editor_required
def archive(request: HttpRequest) -> HttpResponse:
    context = {"rows": queries.newsletter_rows(archived=True)}
    return render(request, "gonets/newsletters/archive.html", context)


@require_POST
@editor_required
def act_on_selected(request: HttpRequest) -> HttpResponse:
    """Do what the pressed button of the toolbar says; the first one prepares."""
    newsletter_id = selected_id(request)
    if newsletter_id is None:
        messages.info(request, _("Select a newsletter first."))
        return redirect("gonets:newsletters")
    match request.POST.get("act", "prepare"):
        case "edit":
            return redirect("gonets:newsletter-edit", newsletter_id)
        case "archive":
            return _archive(request, newsletter_id)
        case _:
            return _prepare(request, newsletter_id)


def _archive(request: HttpRequest, newsletter_id: int) -> HttpResponse:
    newsletter = get_object_or_404(Newsletter, pk=newsletter_id)
    actions.archive_newsletter(newsletter_id)
    messages.success(
        request,
        _("“%(newsletter)s” is in the archive. Its issues and subscribers stay.")
        % {"newsletter": newsletter.title},
    )
    return redirect("gonets:newsletters")


@require_POST
@editor_required
def newsletter_unarchive(request: HttpRequest, newsletter_id: int) -> HttpResponse:
    newsletter = get_object_or_404(Newsletter, pk=newsletter_id)
    actions.unarchive_newsletter(newsletter_id)
    messages.success(
        request,
        _("“%(newsletter)s” is in the list again.") % {"newsletter": newsletter.title},
    )
    return redirect("gonets:newsletters")


@require_POST
@editor_required
def issue_prepare(request: HttpRequest, newsletter_id: int) -> HttpResponse:
    return _prepare(request, newsletter_id)


def _prepare(request: HttpRequest, newsletter_id: int) -> HttpResponse:
    newsletter = get_object_or_404(Newsletter, pk=newsletter_id)
    wants_another = request.POST.get("another") == "yes"
    if not wants_another and queries.drafts_of(newsletter_id).exists():
        return redirect("gonets:newsletter-drafts", newsletter_id)
    try:
        issue = actions.prepare_issue(newsletter.pk, user=request.user)
    except NewslettersError as error:
        messages.error(request, str(error))
        return redirect("gonets:newsletters")
    return redirect("gonets:issue-materials", issue.pk)


@require_safe
@editor_required
def newsletter_drafts(request: HttpRequest, newsletter_id: int) -> HttpResponse:
    """Ask whether to go on with a draft that is there, or to begin another."""
    newsletter = get_object_or_404(Newsletter, pk=newsletter_id)
    drafts = queries.drafts_of(newsletter_id)
    if not drafts:
        return redirect("gonets:newsletters")
    context = {"newsletter": newsletter, "drafts": drafts}
    return render(request, "gonets/newsletters/drafts.html", context)
