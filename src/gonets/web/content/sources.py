"""The sources of material: add a feed, fetch it now, see how it is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from gonets.content import actions, queries
from gonets.content.errors import SourceUnreadable
from gonets.content.fetching import add_source, change_source, fetch_source
from gonets.content.models import OWN, Source
from gonets.content.picture_fetching import fetch_pictures
from gonets.content.states import PictureState
from gonets.content.types import FetchReport, PictureReport
from gonets.web.access import editor_required
from gonets.web.content.forms import SourceEditForm, SourceForm
from gonets.web.content.requests import posted_files

WAITING = Count("materials", filter=Q(materials__picture_state=PictureState.WANTED))


@require_safe
@editor_required
def source_list(request: HttpRequest) -> HttpResponse:
    sources = queries.sources().annotate(waiting_count=WAITING)
    return render(request, "gonets/content/sources.html", {"sources": sources})


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def source_create(request: HttpRequest) -> HttpResponse:
    form = SourceForm(*posted_files(request))
    if request.method == "POST" and form.is_valid() and _added(request, form):
        return redirect("gonets:sources")
    return render(request, "gonets/content/source_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def source_edit(request: HttpRequest, source_id: int) -> HttpResponse:
    source = _foreign_source(source_id)
    form = SourceEditForm(*posted_files(request), source=source)
    if request.method == "POST" and form.is_valid() and _edited(source, form):
        messages.success(
            request, _("The source “%(name)s” is saved.") % form.cleaned_data
        )
        return redirect("gonets:sources")
    context = {"form": form, "source": source}
    return render(request, "gonets/content/source_form.html", context)


@require_POST
@editor_required
def source_fetch(request: HttpRequest, source_id: int) -> HttpResponse:
    """Fetch now; answer with the source's card and what the fetch brought."""
    _foreign_source(source_id)
    report = fetch_source(source_id)
    if not request.headers.get("HX-Request"):
        return redirect("gonets:sources")
    return _card(request, source_id, report=report, report_words=report_words(report))


@require_POST
@editor_required
def source_pictures(request: HttpRequest, source_id: int) -> HttpResponse:
    """Fetch a few of the pictures that wait, and say how many still do."""
    _foreign_source(source_id)
    pictures = fetch_pictures(source_id=source_id)
    return _card(request, source_id, pictures=pictures)


@require_POST
@editor_required
def source_delete(request: HttpRequest, source_id: int) -> HttpResponse:
    source = _foreign_source(source_id)
    actions.delete_source(source_id)
    messages.success(
        request, _("The source “%(name)s” is removed.") % {"name": source.name}
    )
    return redirect("gonets:sources")


def report_words(report: FetchReport) -> str:
    """Say in one line what a fetch brought; a failure is told by the source itself."""
    if report.failure:
        return ""
    if not report.new and not report.changed:
        return _("Nothing new since the last time.")
    parts = []
    if report.new:
        words = ngettext("%d new material", "%d new materials", report.new)
        parts.append(words % report.new)
    if report.changed:
        words = ngettext("%d changed", "%d changed", report.changed)
        parts.append(words % report.changed)
    return ", ".join(parts) + "."


def _added(request: HttpRequest, form: SourceForm) -> bool:
    """Read and add the source; else put the reason beside the field."""
    given = form.cleaned_data
    try:
        source, report = add_source(
            kind="feed",
            name=given["name"],
            address=given["address"],
            file=given["file"],
        )
    except SourceUnreadable as error:
        field = "address" if given["file"] is None else "file"
        form.add_error(field, str(error.failure.label))
        return False
    words = ngettext(
        "“%(name)s” is added with %(count)d material.",
        "“%(name)s” is added with %(count)d materials.",
        report.new,
    )
    messages.success(request, words % {"name": source.name, "count": report.new})
    return True


def _edited(source: Source, form: SourceEditForm) -> bool:
    given = form.cleaned_data
    try:
        change_source(
            source.pk,
            name=given["name"],
            address=given.get("address", ""),
            file=given.get("file"),
        )
    except SourceUnreadable as error:
        field = "address" if "address" in form.fields else "file"
        form.add_error(field, str(error.failure.label))
        return False
    return True


def _foreign_source(source_id: int) -> Source:
    counted = Source.objects.annotate(
        material_count=Count("materials", distinct=True), waiting_count=WAITING
    )
    return get_object_or_404(counted.exclude(kind=OWN), pk=source_id)


def _card(
    request: HttpRequest,
    source_id: int,
    *,
    report: FetchReport | None = None,
    report_words: str = "",
    pictures: PictureReport | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "source": _foreign_source(source_id),
        "report": report,
        "report_words": report_words,
        "pictures": pictures,
    }
    return render(request, "gonets/content/parts/source.html", context)
