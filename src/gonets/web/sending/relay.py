"""The settings page: the mail server that letters leave through."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gonets.delivery.errors import BadRelayAddress
from gonets.delivery.transports.addresses import RelayAddress, parse_relay_address
from gonets.delivery.trials import RelayCheck, check_relay
from gonets.publishing.actions import choose_mailbox, choose_relay, forget_choice
from gonets.publishing.errors import PublishingError, RelayMissing
from gonets.publishing.relays import (
    environment_host,
    kept_relay,
    mailbox_url,
    relay_in_use,
)
from gonets.web.access import administrator_required
from gonets.web.sending.forms import RelayForm


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@administrator_required
def relay_settings(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request, _kept_form())
    form = _posted_form(request)
    if not form.is_valid():
        return _page(request, form)
    try:
        _save(request, form)
    except PublishingError as error:
        form.add_error(None, str(error))
        return _page(request, form)
    messages.success(request, _("Saved. The next letters leave this way."))
    return redirect("gonets:settings")


@require_POST
@sensitive_post_parameters("password")
@administrator_required
def relay_check(request: HttpRequest) -> HttpResponse:
    """Try what is in the form, saved or not; the answer explains what is wrong."""
    form = _posted_form(request)
    check = check_relay(_url_to_check(form)) if form.is_valid() else None
    if getattr(request, "htmx", False):
        context = {"form": form, "check": check}
        return render(request, "gonets/sending/parts/check.html", context)
    return _page(request, form, check)


def _url_to_check(form: RelayForm) -> str:
    if form.chosen_way == RelayForm.SERVER:
        return form.url
    if form.chosen_way == RelayForm.ENVIRONMENT:
        return str(settings.GONETS_RELAY_URL)
    return mailbox_url() or ""


def _save(request: HttpRequest, form: RelayForm) -> None:
    if form.chosen_way == RelayForm.SERVER:
        choose_relay(
            url=form.url,
            letters_per_second=form.cleaned_data.get("letters_per_second"),
            connections=form.connections_or_default,
            user=request.user,
        )
    elif form.chosen_way == RelayForm.ENVIRONMENT:
        forget_choice()
    else:
        choose_mailbox(user=request.user)


def _posted_form(request: HttpRequest) -> RelayForm:
    return RelayForm(request.POST, kept=_kept_address())


def _kept_form() -> RelayForm:
    address = _kept_address()
    initial: dict[str, Any] = {"way": _way_in_use(), "security": "starttls"}
    row = kept_relay()
    if row is not None and address is not None:
        initial |= {
            "host": address.host,
            "port": address.port,
            "security": address.security,
            "user": address.user,
            "letters_per_second": row.letters_per_second,
            "connections": row.connections,
        }
    return RelayForm(initial=initial, kept=address)


def _way_in_use() -> str:
    try:
        return RelayForm.WAYS[relay_in_use().origin]
    except RelayMissing:
        return RelayForm.SERVER


def _kept_address() -> RelayAddress | None:
    row = kept_relay()
    try:
        return None if row is None else parse_relay_address(row.url)
    except BadRelayAddress:
        return None


def _page(
    request: HttpRequest, form: RelayForm, check: RelayCheck | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "check": check,
        "environment_host": environment_host(),
        "has_mailbox": mailbox_url() is not None,
    }
    return render(request, "gonets/sending/settings.html", context)
