"""Addresses of the interface, and how it answers to mistakes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from gonets.api.hooks import router as hooks
from gonets.api.materials import router as materials
from gonets.api.problems import flaws_of

interface = NinjaAPI(
    title="Gonets",
    version="1",
    urls_namespace="gonets_api",
    docs_url=None,  # its page would load scripts that our policy forbids
)
interface.add_router("", materials)
interface.add_router("", hooks)


@interface.exception_handler(ValidationError)
def _flawed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return _answer(
        request, flaws_of(error.errors), status=HTTPStatus.UNPROCESSABLE_ENTITY
    )


@interface.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    message = "The key is missing, wrong, or was replaced."
    return _answer(request, {"message": message}, status=HTTPStatus.UNAUTHORIZED)


@interface.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    message = "The request is too large: send fewer materials at once."
    return _answer(
        request, {"message": message}, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    )


def _answer(
    request: HttpRequest, content: dict[str, Any], *, status: int
) -> HttpResponse:
    return interface.create_response(request, content, status=status)


def _open(addresses: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """Let programs in: each address asks for a key or a signature itself."""
    for address in addresses:
        if isinstance(address, URLPattern):
            address.callback = login_not_required(address.callback)
    return addresses


_addresses, _app, _namespace = interface.urls
api_urls = (_open(_addresses), _app, _namespace)
"""For ``path("api/", api_urls)``."""
