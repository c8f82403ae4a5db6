"""People as the readers of letters: their values, and their way out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse

from gonets.audience import links
from gonets.audience.queries import PersonalValues
from gonets.delivery.ports import Binding
from gonets.letters.types import Reader
from gonets.publishing.identities import message_id

_UNSUBSCRIBE_ADDRESS = "unsubscribe_address"


def bound_values(
    person: PersonalValues, way_out: str, field_names: Sequence[str]
) -> dict[str, str]:
    """Return what a binding keeps of a person, so that a retry has the same bytes.

    Of the person's fields only those that the letter asks for travel with it.
    """
    values = {
        "name": person.name,
        "address": person.address,
        _UNSUBSCRIBE_ADDRESS: way_out,
    }
    if not field_names:
        return values
    known = json.loads(person.fields)
    return {name: known[name] for name in field_names if name in known} | values


def bound_reader(address: str, binding: Binding) -> Reader:
    """Return the reader that ``bound_values`` was about."""
    values = dict(binding.values)
    way_out = values.pop(_UNSUBSCRIBE_ADDRESS)
    return Reader(address, values, way_out, binding.message_id, binding.date)


class WayOut(NamedTuple):
    """What all ways out of a site have in common: what stands around the token."""

    before: str
    after: str

    @classmethod
    def of_site(cls) -> WayOut:
        """Ask Django, which looks at every page of the site for its first address.

        That takes a third of a second, and later on as long as five letters.
        """
        before, _token, after = unsubscribe_address("token").rpartition("token")
        return cls(before, after)


class WaysOut:
    """The addresses at which the people of one readership unsubscribe."""

    def __init__(self, readership_key: str, way_out: WayOut) -> None:
        self._signer = links.unsubscribe_signer(readership_key)
        self._before, self._after = way_out

    def of(self, link_keys: Sequence[str]) -> list[str]:
        before, after = self._before, self._after
        return [f"{before}{token}{after}" for token in self._signer.tokens(link_keys)]


def inert_binding(
    *,
    address: str,
    known: Mapping[str, str],
    readership_key: str,
    sender: str,
    date: datetime,
) -> Binding:
    """Return a binding whose way out leads to a page that explains itself.

    ``known`` is the reader's name, and the fields.
    """
    way_out = unsubscribe_address(links.inert_token(readership_key))
    return Binding(
        letter_ref="",
        message_id=message_id("inert", date.strftime("%Y%m%d%H%M%S%f"), sender=sender),
        date=date,
        values={**known, "address": address, _UNSUBSCRIBE_ADDRESS: way_out},
    )


def unsubscribe_address(token: str) -> str:
    """Return the absolute address behind "unsubscribe" in a letter."""
    path = reverse("gonets:unsubscribe", args=[token])
    return settings.GONETS_PUBLIC_URL.rstrip("/") + path
