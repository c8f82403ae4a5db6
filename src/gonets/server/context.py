"""What every page knows."""

from __future__ import annotations

from django.http import HttpRequest

from gonets.publishing.errors import RelayMissing
from gonets.publishing.relays import relay_in_use


def letters_stay_here(request: HttpRequest) -> dict[str, bool]:
    """Say whether letters go to the built-in mailbox, to those who may know."""
    if not request.user.is_authenticated:
        return {"letters_stay_here": False}
    try:
        return {"letters_stay_here": relay_in_use().is_mailbox}
    except RelayMissing:
        return {"letters_stay_here": False}
