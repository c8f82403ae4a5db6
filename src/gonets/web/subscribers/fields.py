"""The fields of subscribers: what there is, made, renamed, removed."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from gonets.audience import actions
from gonets.audience.errors import BadField
from gonets.audience.fields import MAX_FIELDS, MAX_LABEL
from gonets.audience.models import Subscriber, SubscriberField
from gonets.audience.queries import people_with_fields
from gonets.web.access import editor_required


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """A field, and how many people have something in it."""

    field: SubscriberField
    people: int


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def subscriber_fields(request: HttpRequest) -> HttpResponse:
    error = ""
    if request.method == "POST":
        try:
            made = actions.add_field(request.POST.get("label", ""))
        except BadField as fault:
            error = str(fault)
        else:
            messages.success(request, _("“%(field)s” is a field.") % {"field": made})
            return redirect("gonets:subscriber-fields")
    fields = SubscriberField.objects.order_by("label", "id")
    filled = people_with_fields([field.name for field in fields])
    context = {
        "rows": [FieldRow(field=each, people=filled[each.name]) for each in fields],
        "error": error,
        "label": request.POST.get("label", ""),
        "longest": MAX_LABEL,
        "most": MAX_FIELDS,
        "everybody": Subscriber.objects.count(),
    }
    return render(request, "gonets/subscribers/fields.html", context)


@require_POST
@editor_required
def field_rename(request: HttpRequest, field_id: int) -> HttpResponse:
    get_object_or_404(SubscriberField, pk=field_id)
    try:
        actions.rename_field(field_id, request.POST.get("label", ""))
    except BadField as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("Saved."))
    return redirect("gonets:subscriber-fields")


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def field_remove(request: HttpRequest, field_id: int) -> HttpResponse:
    field = get_object_or_404(SubscriberField, pk=field_id)
    people = people_with_fields([field.name])[field.name]
    if request.method == "POST":
        actions.remove_field(field_id)
        text = ngettext(
            "“%(field)s” is removed, with what %(people)s person had in it.",
            "“%(field)s” is removed, with what %(people)s people had in it.",
            people,
        )
        messages.success(request, text % {"field": field, "people": people})
        return redirect("gonets:subscriber-fields")
    context = {"field": field, "people": people}
    return render(request, "gonets/subscribers/field_remove.html", context)
