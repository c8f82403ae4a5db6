"""What views of this area read from a request."""

from __future__ import annotations

from django.http import HttpRequest

LONGEST_NUMBER = 18
"""Digits that a 64-bit number always holds."""


def selected_id(request: HttpRequest) -> int | None:
    """Return the id of the row selected in a list; None if none is."""
    return number_in(request.POST.get("selected", ""))


def number_in(text: str) -> int | None:
    """Return the number that is written there; None if it is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else None
