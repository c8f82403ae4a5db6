"""The settings page: the relays that letters leave through, and limits of domains."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gonets.delivery.causes import in_words
from gonets.delivery.errors import BadRelayAddress
from gonets.delivery.models import Relay
from gonets.delivery.providers import BUILT_IN
from gonets.delivery.transports.addresses import RelayAddress, parse_relay_address
from gonets.publishing import actions
from gonets.publishing.errors import PublishingError
from gonets.publishing.relays import (
    domain_limits,
    in_use,
    keeps_in_mailbox,
    letters_stay_here,
    mailbox_url,
    relay_list,
    shares_of,
)
from gonets.publishing.states import RelayOrigin
from gonets.web.access import administrator_required


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayRow:
    """A relay as the list shows it."""

    relay: Relay
    address: RelayAddress | None  # None: it cannot be understood
    percent: int | None  # of the letters; None: it is switched off
    slowed: dict[str, float]

    @property
    def trouble(self) -> str:
        return in_words(self.relay.trouble)

    @property
    def is_of_configuration(self) -> bool:
        return self.relay.origin == RelayOrigin.ENVIRONMENT


@require_safe
@administrator_required
def relay_settings(request: HttpRequest) -> HttpResponse:
    relays = list(relay_list())
    shares = shares_of([in_use(relay) for relay in relays])
    limits = list(domain_limits())
    context = {
        "rows": [_row(relay, shares.get(relay.pk)) for relay in relays],
        "limits": limits,
        "providers": [(name, " ".join(domains)) for name, domains in BUILT_IN.items()],
        "has_mailbox": mailbox_url() is not None,
        "is_mailbox_wanted": keeps_in_mailbox(),
        "stays_here": letters_stay_here(),
    }
    return render(request, "gonets/sending/settings.html", context)


@require_POST
@administrator_required
def mailbox_switch(request: HttpRequest) -> HttpResponse:
    """Keep letters in the built-in mailbox, or let them out."""
    if request.POST.get("to") == "mailbox":
        actions.keep_in_mailbox(user=request.user)
        messages.success(request, _("Letters stay in the built-in mailbox now."))
        return redirect("gonets:settings")
    try:
        actions.leave_mailbox()
    except PublishingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Letters leave through the mail servers now."))
    return redirect("gonets:settings")


def _row(relay: Relay, percent: int | None) -> RelayRow:
    try:
        address = parse_relay_address(relay.url)
    except BadRelayAddress:
        address = None
    slowed: dict[str, float] = json.loads(relay.slowed) if relay.slowed else {}
    return RelayRow(relay=relay, address=address, percent=percent, slowed=slowed)
