"""What views of this area read from a request."""

from __future__ import annotations

from django.http import HttpRequest


def selected_id(request: HttpRequest) -> int | None:
    """Return the id of the row selected in a list; None if none is."""
    text = request.POST.get("selected", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
