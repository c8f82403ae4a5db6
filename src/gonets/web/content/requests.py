"""What a request brought for a form."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, be it nothing; None if the form is only shown."""
    return request.POST if request.method == "POST" else None


def posted_files(request: HttpRequest) -> tuple[QueryDict | None, Any]:
    """Return what was posted, and the files with it."""
    return posted(request), request.FILES if request.method == "POST" else None
