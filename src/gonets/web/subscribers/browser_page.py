"""«View in browser»: a letter that was sent, for whoever knows its address."""

from __future__ import annotations

import hashlib

from csp.decorators import csp
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from gonets.audience.links import parse_unsubscribe_token
from gonets.kernel.tokens import BadToken
from gonets.letters.errors import LetterError
from gonets.newsletters.browser_pages import PREVIEW, page_key
from gonets.newsletters.models import IssueVersion
from gonets.publishing import pages

PAGE_POLICY = {
    "default-src": ["'none'"],
    # A letter may show pictures of other sites; mail programs load them, too.
    "img-src": ["'self'", "https:", "http:"],
    "style-src": ["'unsafe-inline'"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
LASTS = "public, max-age=600"
"""Short: an owner who closes the pages wants them closed."""


@login_not_required
@require_safe
def letter_page(request: HttpRequest, token: str) -> HttpResponseBase:
    try:
        key = page_key(token)
    except BadToken:
        return _explained(request, is_preview=False)
    if key == PREVIEW:
        return _explained(request, is_preview=True)
    version = pages.sent_version(key)
    if version is None:
        return _explained(request, is_preview=False)
    try:
        shown = csp(PAGE_POLICY)(lambda request: _letter(request, version))
        return shown(request)
    except LetterError:
        return _explained(request, is_preview=False)


@login_not_required
@require_safe
def readers_letter(request: HttpRequest, token: str, number: int) -> HttpResponseBase:
    """Show a letter of a closed newsletter to whoever holds a reader's own link."""
    try:
        subscription = parse_unsubscribe_token(token).subscription()
    except BadToken:
        return _explained(request, is_preview=False)
    version = pages.letter_for(subscription, number) if subscription else None
    if version is None:
        return _explained(request, is_preview=False)
    try:
        shown = csp(PAGE_POLICY)(lambda request: _letter(request, version))
        response = shown(request)
    except LetterError:
        return _explained(request, is_preview=False)
    response["Cache-Control"] = "no-store"
    return response


def _letter(request: HttpRequest, version: IssueVersion) -> HttpResponseBase:
    html = pages.letter_page(version)
    etag = quote_etag(hashlib.sha256(html.encode()).hexdigest()[:32])
    response = HttpResponse(html, headers={**HEADERS, "Cache-Control": LASTS})
    response["ETag"] = etag
    return get_conditional_response(request, etag, None, response) or response


def _explained(request: HttpRequest, *, is_preview: bool) -> HttpResponse:
    response = render(
        request,
        "gonets/subscribers/no_letter_page.html",
        {"is_preview": is_preview},
        status=200 if is_preview else 404,
    )
    for name, value in {**HEADERS, "Cache-Control": "no-store"}.items():
        response[name] = value
    return response
