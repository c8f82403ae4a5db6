"""What someone sees who tried too many passwords."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked_out(request: HttpRequest, *_args: Any, **_values: Any) -> HttpResponse:
    """Answer 429 with how long to wait; axes calls this."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "server/locked_out.html", {"minutes": minutes}, status=429)
