"""Forms are read as UTF-8, whatever a request says of its encoding."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class FormsInUtf8Middleware:
    """Browsers send forms in the encoding of the page, which is UTF-8.

    Whoever names another one names a codec of Python that Django would try to read
    with: some of them read no text at all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.encoding is not None:
            request.encoding = "utf-8"
        return self.get_response(request)
