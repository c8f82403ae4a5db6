"""The desk inside a Wagtail site: each page brings along what it needs.

The host's middleware knows nothing of htmx or of our content security policy, and its
log-in is that of the Wagtail admin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, cast

from csp.constants import NONCE, NONE, SELF
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern
from django_htmx.middleware import HtmxMiddleware
from wagtail.admin.auth import require_admin_access

from gonets.web.urls import app_name
from gonets.web.urls import urlpatterns as desk

__all__ = ["app_name", "urlpatterns"]

POLICY = {
    "default-src": [NONE],
    "script-src": [SELF, NONCE],
    "style-src": [SELF],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "frame-src": [SELF],
    "form-action": [SELF],
    "manifest-src": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [SELF],
}
View = Callable[..., HttpResponseBase]


def _patterns() -> Iterator[URLPattern]:
    for one in desk:
        view = _equipped(one.callback)
        # What readers and other programs open says so (``login_not_required``).
        if getattr(one.callback, "login_required", True):
            view = require_admin_access(view)
        yield URLPattern(one.pattern, view, one.default_args, one.name)


def _equipped(view: View) -> View:
    @wraps(view)
    def equipped(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        def answer(request: HttpRequest) -> HttpResponseBase:
            response: Any = view(request, *args, **named)
            response.headers.setdefault("X-Frame-Options", "SAMEORIGIN")
            if not hasattr(response, "_csp_config"):
                response._csp_config = POLICY  # noqa: SLF001  # As its decorators do.
            return response  # type: ignore[no-any-return]

        policed = CSPMiddleware(HtmxMiddleware(answer))
        return cast(HttpResponseBase, policed(request))

    return equipped


urlpatterns = list(_patterns())
