"""Tables that an editor saves as a file, sent in portions however long they are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import get_language

LINES_AT_A_TIME = 500


def usual_delimiter() -> str:
    """Spreadsheets of countries with a decimal comma expect a semicolon."""
    return ";" if (get_language() or "").startswith("ru") else ","


def as_csv(
    request: HttpRequest, table: Iterable[bytes], *, name: str
) -> StreamingHttpResponse:
    """Send the lines as they are made; the memory it takes is that of a portion.

    Under ASGI Django would gather a whole synchronous iterator before it sends any.
    """
    portions = _portions(table)
    is_async = isinstance(request, ASGIRequest)
    return StreamingHttpResponse(
        _in_turns(portions) if is_async else portions,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _portions(table: Iterable[bytes]) -> Iterator[bytes]:
    lines = iter(table)
    while portion := b"".join(islice(lines, LINES_AT_A_TIME)):
        yield portion


async def _in_turns(portions: Iterator[bytes]) -> AsyncIterator[bytes]:
    def portion() -> bytes:
        return next(portions, b"")

    while made := await sync_to_async(portion)():
        yield made
