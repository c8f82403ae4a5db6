"""Adding a source: from an address we find out what it is, and show what would come."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from gonets.content.asking import known_connectors
from gonets.content.connectors.base import ADDRESS_LABEL, Connector, Reading
from gonets.content.errors import SourceUnreadable
from gonets.content.feeds.opml import is_opml
from gonets.content.fetching import add_source
from gonets.content.listing import import_feeds
from gonets.content.models import Source
from gonets.content.recognising import Candidate, preview, recognise
from gonets.web.access import editor_required
from gonets.web.content.requests import posted_files
from gonets.web.content.source_forms import NewSourceForm, SourceForm

PREVIEWED = 5


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def source_create(request: HttpRequest) -> HttpResponse:
    """Ask for an address; then show what is there; then add it."""
    if "kind" in request.POST:
        return _choose(request)
    form = SourceForm(*posted_files(request))
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["file"] is None:
            found = _recognised(form)
            if found:
                return _choice_page(request, form, found)
        elif _file_added(request, form):
            return redirect("gonets:sources")
    context = {"form": form, "others": _others()}
    return render(request, "gonets/content/source_form.html", context)


@require_POST
@editor_required
def source_preview(request: HttpRequest) -> HttpResponse:
    """Show the settings of a kind, and what would come; nothing is stored."""
    kind, address = _chosen(request)
    connector = known_connectors().get(kind)
    if connector is None:
        return HttpResponse(status=404)
    context = _candidate_context(connector, kind, address)
    return render(request, "gonets/content/parts/source_candidate.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def source_create_kind(request: HttpRequest, kind: str) -> HttpResponse:
    """Add a source of a kind that is not found by a web address."""
    connector = known_connectors().get(kind)
    if connector is None or not connector.is_added_by_hand:
        return redirect("gonets:source-create")
    form = NewSourceForm(request.POST or None, connector=connector)
    address = request.POST.get("address", "").strip()[:2000]
    is_complete = request.method == "POST" and form.is_valid()
    source = _added(request, kind, address, form) if is_complete else None
    if source is not None:
        is_silent = not connector.is_asked
        return (
            redirect("gonets:source-key", source.pk)
            if is_silent
            else redirect("gonets:sources")
        )
    context = {"form": form, "connector": connector, "kind": kind, "address": address}
    return render(request, "gonets/content/source_kind.html", context)


def _choose(request: HttpRequest) -> HttpResponse:
    """Add what was chosen; else show the reason beside it."""
    kind, address = _chosen(request)
    connector = known_connectors().get(kind)
    if connector is None or not connector.is_added_by_hand:
        return redirect("gonets:source-create")
    form = NewSourceForm(request.POST, connector=connector)
    if form.is_valid() and _added(request, kind, address, form):
        return redirect("gonets:sources")
    candidate = Candidate(kind=kind, address=address, name="", certainty=0)
    context = {
        **_candidate_context(connector, kind, address, form=form),
        "candidates": [(candidate, connector)],
        "address": address,
    }
    return render(request, "gonets/content/source_choice.html", context)


def _chosen(request: HttpRequest) -> tuple[str, str]:
    kind, _space, address = request.POST.get("kind", "").partition(" ")
    return kind[:32], address[:2000]


def _recognised(form: SourceForm) -> list[Candidate]:
    try:
        return recognise(form.cleaned_data["address"])
    except SourceUnreadable as error:
        form.add_error("address", str(error.failure.label))
        return []


def _choice_page(
    request: HttpRequest, form: SourceForm, found: list[Candidate]
) -> HttpResponse:
    connectors = known_connectors()
    first = found[0]
    context = {
        **_candidate_context(connectors[first.kind], first.kind, first.address),
        "candidates": [(each, connectors[each.kind]) for each in found],
        "address": form.cleaned_data["address"],
    }
    return render(request, "gonets/content/source_choice.html", context)


def _candidate_context(
    connector: Connector, kind: str, address: str, *, form: NewSourceForm | None = None
) -> dict[str, Any]:
    reading, failure = Reading(), ""
    try:
        reading = preview(kind, address=address, settings={})
    except SourceUnreadable as error:
        failure = str(error.failure.label)
    return {
        "form": form or NewSourceForm(connector=connector),
        "connector": connector,
        "materials": reading.materials[:PREVIEWED],
        "count": len(reading.materials),
        "has_more": bool(reading.next_cursor),
        "sections": [section.name for section in reading.sections[:12]],
        "source_name": reading.name,
        "failure": failure,
    }


def _added(
    request: HttpRequest, kind: str, address: str, form: NewSourceForm
) -> Source | None:
    try:
        source, report = add_source(
            kind=kind,
            name=form.cleaned_data["name"],
            address=address,
            settings=form.settings,
        )
    except SourceUnreadable as error:
        form.add_error(None, str(error.failure.label))
        return None
    if known_connectors()[kind].is_asked:  # Else nothing can have come yet.
        _tell_added(request, source.name, report.new)
    return source


def _file_added(request: HttpRequest, form: SourceForm) -> bool:
    content = form.cleaned_data["file"]
    try:
        if is_opml(content):
            _import_list(request, content)
        else:
            source, report = add_source(kind="feed", file=content)
            _tell_added(request, source.name, report.new)
    except SourceUnreadable as error:
        form.add_error("file", str(error.failure.label))
        return False
    return True


def _import_list(request: HttpRequest, content: bytes) -> None:
    report = import_feeds(content)
    words = ngettext(
        "%(count)d feed is added; it is fetched one after another.",
        "%(count)d feeds are added; they are fetched one after another.",
        report.added,
    )
    told = [words % {"count": report.added}] if report.added else []
    if report.known:
        known = ngettext(
            "%(count)d was here already.", "%(count)d were here already.", report.known
        )
        told.append(known % {"count": report.known})
    messages.success(request, " ".join(told))


def _tell_added(request: HttpRequest, name: str, count: int) -> None:
    words = ngettext(
        "“%(name)s” is added with %(count)d material.",
        "“%(name)s” is added with %(count)d materials.",
        count,
    )
    shown = name or _("The source")
    messages.success(request, words % {"name": shown, "count": count})


def _others() -> list[tuple[str, Connector]]:
    """Return the kinds that are not found by a web address."""
    return [
        (kind, connector)
        for kind, connector in known_connectors().items()
        if connector.is_added_by_hand and connector.address_label != ADDRESS_LABEL
    ]
