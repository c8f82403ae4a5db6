"""Closed to strangers, in the person's own language, and kept by no cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_cache_control


class ClosedToStrangersMiddleware(LoginRequiredMiddleware):
    """Django's fence; a fragment that htmx asked for becomes a whole log-in page."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        htmx: Any = getattr(request, "htmx", None)
        if not htmx:
            return super().handle_no_permission(request, view_func)
        login = redirect_to_login(htmx.current_url_abs_path or "/").url
        return HttpResponse(status=204, headers={"HX-Redirect": login})


class UserLanguageMiddleware:
    """The user's choice of language goes before the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)


class PersonalPagesMiddleware:
    """Let no cache on the way keep a page, and no browser show it after log-out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        return response
