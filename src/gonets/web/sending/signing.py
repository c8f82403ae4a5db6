"""The page of the keys that sign letters (DKIM)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from gonets.publishing import actions
from gonets.publishing.errors import SigningRefused
from gonets.publishing.models import SigningKey
from gonets.publishing.signing_domains import SigningDomain, signing_domains
from gonets.publishing.states import RecordState
from gonets.web.access import administrator_required


@require_safe
@administrator_required
def signing(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@administrator_required
def key_make(request: HttpRequest) -> HttpResponse:
    domain = _posted_domain(request)
    try:
        actions.make_signing_key(domain.domain, user=request.user)
    except SigningRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("The key is made. Publish its DNS record, then switch it on.")
        )
    return redirect("gonets:signing")


@require_POST
@administrator_required
def key_check(request: HttpRequest, key_id: int) -> HttpResponse:
    key = get_object_or_404(SigningKey, pk=key_id)
    try:
        state = actions.check_record(key.pk)
    except SigningRefused as error:
        messages.error(request, str(error))
    else:
        tone = messages.SUCCESS if state == RecordState.FOUND else messages.WARNING
        messages.add_message(request, tone, f"{key.record_name}: {state.label}.")
    return redirect("gonets:signing")


@require_POST
@administrator_required
def key_on(request: HttpRequest, key_id: int) -> HttpResponse:
    """Ask DNS first: a signature that nobody can check is worth nothing."""
    key = get_object_or_404(SigningKey, pk=key_id)
    try:
        doubt = "" if request.POST.get("anyway") else _doubt(key)
        if doubt:
            return _page(request, doubtful_key_id=key.pk, doubt=doubt)
        actions.switch_signing_on(key.pk)
    except SigningRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("Letters from %(domain)s are signed.") % {"domain": key.domain}
        )
    return redirect("gonets:signing")


def _doubt(key: SigningKey) -> str:
    """Return why receivers would not find the key; "" if they do."""
    try:
        state = actions.check_record(key.pk)
    except SigningRefused as error:
        return str(error)
    return "" if state == RecordState.FOUND else f"{state.label}."


@require_POST
@administrator_required
def key_off(request: HttpRequest, key_id: int) -> HttpResponse:
    key = get_object_or_404(SigningKey, pk=key_id)
    actions.switch_signing_off(key.pk)
    messages.success(
        request,
        _("Letters from %(domain)s are not signed any more.") % {"domain": key.domain},
    )
    return redirect("gonets:signing")


@require_http_methods(["GET", "POST"])
@administrator_required
def key_delete(request: HttpRequest, key_id: int) -> HttpResponse:
    key = get_object_or_404(SigningKey, pk=key_id)
    if request.method == "GET":
        return render(request, "gonets/sending/signing_delete.html", {"key": key})
    try:
        actions.delete_signing_key(key.pk)
    except SigningRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The key is deleted."))
    return redirect("gonets:signing")


@require_POST
@administrator_required
def relay_signs(request: HttpRequest) -> HttpResponse:
    domain = _posted_domain(request)
    if request.POST.get("signs"):
        actions.leave_signing_to_relay(domain.domain, user=request.user)
    else:
        actions.take_signing_from_relay(domain.domain)
    return redirect("gonets:signing")


def _posted_domain(request: HttpRequest) -> SigningDomain:
    for domain in signing_domains():
        if domain.domain == request.POST.get("domain"):
            return domain
    raise Http404


def _page(request: HttpRequest, **doubt: Any) -> HttpResponse:
    context = {"domains": signing_domains(), **doubt}
    return render(request, "gonets/sending/signing.html", context)
