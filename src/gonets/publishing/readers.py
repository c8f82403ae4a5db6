"""People as the readers of letters: their values, and their way out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from gonets.audience import links
from gonets.audience.queries import PersonalValues
from gonets.delivery.ports import Binding
from gonets.letters.types import Reader
from gonets.publishing.identities import message_id

_UNSUBSCRIBE_ADDRESS = "unsubscribe_address"


def bound_values(person: PersonalValues, *, readership_key: str) -> Mapping[str, str]:
    """Return what a binding keeps of a person, so that a retry has the same bytes."""
    token = links.unsubscribe_token(
        readership_key=readership_key, link_key=person.link_key
    )
    return {
        "name": person.name,
        "address": person.address,
        _UNSUBSCRIBE_ADDRESS: unsubscribe_address(token),
    }


def bound_reader(address: str, binding: Binding) -> Reader:
    """Return the reader that ``bound_values`` was about."""
    values = dict(binding.values)
    return Reader(
        address=address,
        unsubscribe_address=values.pop(_UNSUBSCRIBE_ADDRESS),
        values=values,
        message_id=binding.message_id,
        date=binding.date,
    )


def inert_reader(
    *, address: str, name: str, readership_key: str, sender: str, date: datetime
) -> Reader:
    """Return a reader whose way out leads to a page that explains itself."""
    return Reader(
        address=address,
        values={"name": name, "address": address},
        unsubscribe_address=unsubscribe_address(links.inert_token(readership_key)),
        message_id=message_id("inert", date.strftime("%Y%m%d%H%M%S%f"), sender=sender),
        date=date,
    )


def unsubscribe_address(token: str) -> str:
    """Return the absolute address behind "unsubscribe" in a letter."""
    path = reverse("gonets:unsubscribe", args=[token])
    return settings.GONETS_PUBLIC_URL.rstrip("/") + path
