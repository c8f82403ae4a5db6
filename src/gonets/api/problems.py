"""What is wrong with a request, as its sender is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

MOST_FLAWS = 50


def flaws_of(errors: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the body of a 422; the sender's own texts are not repeated in it."""
    flaws = [
        {
            "place": ".".join(
                str(part) for part in error["loc"] if part not in {"body", "sent"}
            ),
            "message": str(error["msg"]),
        }
        for error in errors
    ]
    return {
        "message": "Nothing was stored: something is wrong with the request.",
        "flaws": flaws[:MOST_FLAWS],
    }
