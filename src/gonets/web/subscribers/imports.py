"""Importing people in three steps: the file, the columns, the result."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from gonets.audience.errors import AudienceError, ImportGone, ImportRefused
from gonets.audience.exporting import export_example, export_refusals
from gonets.audience.importing import actions
from gonets.audience.importing.encodings import ENCODINGS
from gonets.audience.importing.explanations import explain
from gonets.audience.importing.reading import Preview, preview
from gonets.audience.models import SubscriberImport
from gonets.audience.queries import known_fields
from gonets.audience.states import UNFINISHED_IMPORTS, ImportState
from gonets.web.access import editor_required
from gonets.web.subscribers.forms import FileForm, ImportForm
from gonets.web.subscribers.titles import all_titles, open_titles
from gonets.web.tables import as_csv, usual_delimiter

SHOWN_IMPORTS = 20
REFUSALS_PER_PAGE = 50
AT_ONCE_LINES = 500
"""A small file is done before the next page is shown; the worker takes the rest."""


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def file_choice(request: HttpRequest) -> HttpResponse:
    is_posted = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if is_posted else FileForm()
    if is_posted and form.is_valid():
        order = _received(request, form)
        if order is not None:
            return redirect("gonets:import", order.pk)
    recent = SubscriberImport.objects.select_related("created_by").order_by("-id")
    context = {"form": form, "imports": recent[:SHOWN_IMPORTS]}
    return render(request, "gonets/subscribers/import_file.html", context)


@require_safe
@editor_required
def example(request: HttpRequest) -> StreamingHttpResponse:
    table = export_example(delimiter=usual_delimiter())
    return as_csv(request, table, name="example.csv")


@require_safe
@editor_required
def import_open(request: HttpRequest, import_id: int) -> HttpResponse:
    """Show the step that this import stands at."""
    order = get_object_or_404(SubscriberImport, pk=import_id)
    if order.state == ImportState.UPLOADED:
        if not actions.path_of(order).is_file():
            return _lost(request, order)
        return _columns(request, order, _import_form(order))
    return _result(request, order, "gonets/subscribers/import_result.html")


@require_POST
@editor_required
def import_reading(request: HttpRequest, import_id: int) -> HttpResponse:
    """Read the file otherwise and show its beginning again."""
    try:
        actions.read_otherwise(
            import_id,
            encoding=request.POST.get("encoding", ""),
            delimiter=request.POST.get("delimiter", ""),
            has_header="has_header" in request.POST,
        )
    except ImportRefused as error:
        messages.error(request, str(error))
    return redirect("gonets:import", import_id)


@require_POST
@editor_required
def import_start(request: HttpRequest, import_id: int) -> HttpResponse:
    order = get_object_or_404(SubscriberImport, pk=import_id)
    if order.state != ImportState.UPLOADED or not actions.path_of(order).is_file():
        return redirect("gonets:import", import_id)
    form = _import_form(order, request)
    if not form.is_valid():
        return _columns(request, order, form)
    try:
        actions.start_import(import_id, form.choices)
    except ImportGone as error:
        messages.error(request, str(error))
    except AudienceError as error:
        form.add_error(None, str(error))
        return _columns(request, order, form)
    else:
        actions.continue_import(import_id, most_lines=AT_ONCE_LINES)
    return redirect("gonets:import", import_id)


@require_safe
@editor_required
def import_live(request: HttpRequest, import_id: int) -> HttpResponse:
    order = get_object_or_404(SubscriberImport, pk=import_id)
    return _result(request, order, "gonets/subscribers/parts/import_progress.html")


@require_POST
@editor_required
def import_stop(request: HttpRequest, import_id: int) -> HttpResponse:
    actions.stop_import(import_id)
    return redirect("gonets:import", import_id)


@require_POST
@editor_required
def import_discard(request: HttpRequest, import_id: int) -> HttpResponse:
    actions.discard_import(import_id)
    messages.success(request, _("The file is removed. Nothing was imported."))
    return redirect("gonets:subscribers-import")


@require_safe
@editor_required
def import_refusals(request: HttpRequest, import_id: int) -> StreamingHttpResponse:
    order = get_object_or_404(SubscriberImport, pk=import_id)
    table = export_refusals(order, delimiter=usual_delimiter())
    return as_csv(request, table, name=f"import-{import_id}-left-out.csv")


def _received(request: HttpRequest, form: FileForm) -> SubscriberImport | None:
    upload: UploadedFile[bytes] = form.cleaned_data["file"]
    try:
        return actions.receive_file(
            cast(BinaryIO, upload.file),
            file_name=upload.name or "",
            size=upload.size or 0,
            user_id=request.user.pk,
        )
    except ImportRefused as error:
        form.add_error("file", str(error))
        return None


def _lost(request: HttpRequest, order: SubscriberImport) -> HttpResponse:
    actions.discard_import(order.pk)
    messages.error(request, _(actions.FILE_GONE))
    return redirect("gonets:subscribers-import")


def _import_form(
    order: SubscriberImport, request: HttpRequest | None = None
) -> ImportForm:
    titles = open_titles()
    return ImportForm(
        request.POST if request else None,
        headings=_headings(_preview(order)),
        titles=titles,
        labels=known_fields(),
        initial={
            "address_column": order.address_column,
            "name_column": order.name_column,
            "readership_ids": list(titles) if len(titles) == 1 else [],
        },
    )


def _columns(
    request: HttpRequest, order: SubscriberImport, form: ImportForm
) -> HttpResponse:
    shown = _preview(order)
    context = {
        "order": order,
        "form": form,
        "preview": shown,
        "headings": list(_headings(shown).values()),
        "columns": [
            (number, field, _example(shown, number)) for number, field in form.columns
        ],
        "encodings": ENCODINGS,
        "people": max(0, order.lines - order.has_header),
    }
    return render(request, "gonets/subscribers/import_columns.html", context)


def _preview(order: SubscriberImport) -> Preview:
    return preview(
        actions.path_of(order),
        encoding=order.encoding,
        delimiter=order.delimiter,
        has_header=order.has_header,
    )


def _headings(shown: Preview) -> dict[int, str]:
    return {
        number: heading or _("Column %(number)d") % {"number": number + 1}
        for number, heading in enumerate(shown.headings)
    }


def _example(shown: Preview, column: int) -> str:
    """Return something that is written in the column."""
    return next(filter(None, (row.cell(column) for row in shown.rows)), "")


def _result(request: HttpRequest, order: SubscriberImport, name: str) -> HttpResponse:
    refusals = order.refusals.order_by("line")
    page = Paginator(refusals, REFUSALS_PER_PAGE).get_page(request.GET.get("page"))
    titles = all_titles()
    context = {
        "order": order,
        "is_running": order.state in UNFINISHED_IMPORTS,
        "is_live": bool(getattr(request, "htmx", False)),
        "page": page,
        "left_out": [(one, explain(one)) for one in page],
        "newsletters": [titles.get(one.pk, "") for one in order.readerships.all()],
    }
    return render(request, name, context)
