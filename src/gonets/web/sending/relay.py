"""One relay: adding it, changing it, trying it out, and taking it away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gonets.delivery.models import Relay
from gonets.delivery.trials import RelayCheck, check_relay
from gonets.publishing import actions
from gonets.publishing.errors import NameTaken, PublishingError
from gonets.publishing.relays import relay_list, relay_use
from gonets.publishing.states import RelayOrigin
from gonets.web.access import administrator_required
from gonets.web.sending.relay_forms import RelayForm


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@administrator_required
def relay_create(request: HttpRequest) -> HttpResponse:
    form = RelayForm(request.POST or None)
    if form.is_valid():
        try:
            actions.add_relay(form.terms)
        except PublishingError as error:
            _show(form, error)
        else:
            messages.success(request, _("Added. Letters leave through it from now on."))
            return redirect("gonets:settings")
    return _page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@administrator_required
def relay_edit(request: HttpRequest, relay_id: int) -> HttpResponse:
    relay = _relay(relay_id)
    form = RelayForm(request.POST or None, relay=relay)
    if form.is_valid():
        try:
            actions.change_relay(relay_id, form.terms)
        except PublishingError as error:
            _show(form, error)
        else:
            messages.success(request, _("Saved. The next letters leave this way."))
            return redirect("gonets:settings")
    return _page(request, form, relay)


@require_POST
@sensitive_post_parameters("password")
@administrator_required
def relay_check(request: HttpRequest, relay_id: int | None = None) -> HttpResponse:
    """Try what is in the form, saved or not, or else what is kept."""
    relay = None if relay_id is None else _relay(relay_id)
    if relay is not None and "host" not in request.POST:
        return _checked(request, None, relay, check_relay(relay.url))
    form = RelayForm(request.POST, relay=relay)
    check = check_relay(form.url) if form.is_valid() else None
    return _checked(request, form, relay, check)


@require_POST
@administrator_required
def relay_switch(request: HttpRequest, relay_id: int) -> HttpResponse:
    """Let a relay take part, or not; one that must not yet says why."""
    relay = _relay(relay_id)
    if request.POST.get("to") == "off":
        actions.disable_relay(relay_id)
        words = _("“%(name)s” is switched off.")
    else:
        try:
            actions.enable_relay(relay_id)
        except PublishingError as error:
            messages.error(request, str(error))
            return redirect("gonets:settings")
        words = _("“%(name)s” is switched on.")
    messages.success(request, words % {"name": relay.name})
    return redirect("gonets:settings")


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def relay_remove(request: HttpRequest, relay_id: int) -> HttpResponse:
    relay = get_object_or_404(
        relay_list().filter(origin=RelayOrigin.SETTINGS), pk=relay_id
    )
    if request.method == "POST":
        actions.remove_relay(relay_id)
        messages.success(
            request, _("The mail server “%(name)s” is removed.") % {"name": relay.name}
        )
        return redirect("gonets:settings")
    context = {"relay": relay, "use": relay_use(relay)}
    return render(request, "gonets/sending/relay_remove.html", context)


def _relay(relay_id: int) -> Relay:
    return get_object_or_404(relay_list(), pk=relay_id)


def _show(form: RelayForm, error: PublishingError) -> None:
    form.add_error("name" if isinstance(error, NameTaken) else None, str(error))


def _checked(
    request: HttpRequest,
    form: RelayForm | None,
    relay: Relay | None,
    check: RelayCheck | None,
) -> HttpResponse:
    if getattr(request, "htmx", False):
        context = {"form": form, "check": check}
        return render(request, "gonets/sending/parts/check.html", context)
    return _page(request, form or RelayForm(relay=relay), relay, check)


def _page(
    request: HttpRequest,
    form: RelayForm,
    relay: Relay | None,
    check: RelayCheck | None = None,
) -> HttpResponse:
    context = {"form": form, "relay": relay, "check": check}
    return render(request, "gonets/sending/relay.html", context)
