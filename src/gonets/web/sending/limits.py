"""Limits for the domains of a mailbox provider."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gonets.delivery.models import DomainLimit
from gonets.publishing import actions
from gonets.publishing.errors import NameTaken
from gonets.web.access import administrator_required
from gonets.web.sending.relay_forms import LimitForm


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def limit_create(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        form = LimitForm.for_provider(request.GET.get("provider", ""))
        return _page(request, form)
    form = LimitForm(request.POST)
    if form.is_valid():
        try:
            actions.add_limit(form.terms)
        except NameTaken as error:
            form.add_error("name", str(error))
        else:
            return _saved(request, form)
    return _page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def limit_edit(request: HttpRequest, limit_id: int) -> HttpResponse:
    limit = get_object_or_404(DomainLimit, pk=limit_id)
    if request.method != "POST":
        return _page(request, LimitForm.for_limit(limit), limit)
    form = LimitForm(request.POST)
    if form.is_valid():
        try:
            actions.change_limit(limit_id, form.terms)
        except NameTaken as error:
            form.add_error("name", str(error))
        else:
            return _saved(request, form)
    return _page(request, form, limit)


@require_POST
@administrator_required
def limit_remove(request: HttpRequest, limit_id: int) -> HttpResponse:
    limit = get_object_or_404(DomainLimit, pk=limit_id)
    actions.remove_limit(limit_id)
    messages.success(
        request, _("The limit for %(name)s is removed.") % {"name": limit.name}
    )
    return redirect("gonets:settings")


def _saved(request: HttpRequest, form: LimitForm) -> HttpResponse:
    words = _("The limit for %(name)s holds from now on.")
    messages.success(request, words % {"name": form.terms.name})
    return redirect("gonets:settings")


def _page(
    request: HttpRequest, form: LimitForm, limit: DomainLimit | None = None
) -> HttpResponse:
    context = {"form": form, "limit": limit}
    return render(request, "gonets/sending/limit.html", context)
