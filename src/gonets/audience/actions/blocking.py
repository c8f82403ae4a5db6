"""Blocking an address: no letter at all, whatever it is subscribed to."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from gonets.audience.errors import AddressSuppressed
from gonets.audience.models import Suppression
from gonets.audience.ports import EVERY_SCOPE, stop_port
from gonets.audience.queries import is_suppressed
from gonets.kernel import clock
from gonets.kernel.addresses import Address, parse_address


@transaction.atomic
def suppress(*, address: str, reason: str) -> None:
    """Block every letter to this address, whoever it belongs to.  Idempotent."""
    key = parse_address(address).key
    Suppression.objects.get_or_create(
        address_key=key, defaults={"reason": reason, "created_at": clock.now()}
    )
    stop_port().stop(scope=EVERY_SCOPE, address_key=key)


@transaction.atomic
def unsuppress(address: str) -> None:
    """Allow letters again; subscriptions are as they were.  Idempotent."""
    key = parse_address(address).key
    Suppression.objects.filter(address_key=key).delete()
    stop_port().lift(scope=EVERY_SCOPE, address_keys=[key])


def refuse_suppressed(address: Address) -> None:
    """Let nobody be subscribed who must not be written to.

    :raises AddressSuppressed: if letters to this address are blocked.
    """
    if is_suppressed(address.key):
        raise AddressSuppressed(
            _("Letters to %(address)s are blocked. Allow them again first.")
            % {"address": address.spelling}
        )
