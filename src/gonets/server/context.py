"""What every page knows."""

from __future__ import annotations

from django.http import HttpRequest

from gonets.publishing import relays


def letters_stay_here(request: HttpRequest) -> dict[str, bool]:
    """Say whether letters go to the built-in mailbox, to those who may know."""
    if not request.user.is_authenticated:
        return {"letters_stay_here": False}
    return {"letters_stay_here": relays.letters_stay_here()}
