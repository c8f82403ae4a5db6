"""The ways of looking at one letter; all are made of the bytes that would be sent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from csp.decorators import csp
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from gonets.letters.clipping import CLIP_BYTES, with_clip_line
from gonets.letters.reading import header_lines, parts_of, shown_in, sizes_of
from gonets.web.letter_frames import (
    LETTER_POLICY,
    WITH_FOREIGN_PICTURES,
    with_foreign_counted,
    with_own_pictures,
)

BARE_POLICY = {**LETTER_POLICY, "img-src": ["'none'"]}
"""As mail programs do until the reader asks: descriptions instead of pictures."""

View = Callable[[HttpRequest, bytes], HttpResponse]

_BODY = re.compile(r"<!--.*?-->|(<body[^>]*>)", re.IGNORECASE | re.DOTALL)


def in_frame(
    request: HttpRequest, show: Callable[[HttpRequest], HttpResponse]
) -> HttpResponseBase:
    """Answer as a page that can do nothing but be looked at.

    Pictures of other sites are loaded only where ``?pictures=all`` asks for them.
    """
    return csp(_policy(request))(show)(request)


def _policy(request: HttpRequest) -> dict[str, Any]:
    if request.GET.get("view") == "bare":
        return BARE_POLICY
    return WITH_FOREIGN_PICTURES if _shows_foreign(request) else LETTER_POLICY


def _shows_foreign(request: HttpRequest) -> bool:
    return request.GET.get("pictures") == "all"


def framed_page(request: HttpRequest, html: str) -> HttpResponse:
    """Return a letter's page for the frame; it tells what it would load elsewhere."""
    shown = with_own_pictures(html)
    if request.GET.get("view") != "bare":
        are_shown = _shows_foreign(request)
        shown = with_foreign_counted(shown, are_shown=are_shown)
    return HttpResponse(shown)


def letter_shown(request: HttpRequest, message: bytes, view: str) -> HttpResponse:
    """Show the letter; which one it is, the answer says in a header of its own."""
    response = VIEWS.get(view, _light)(request, message)
    response.headers["Letter-SHA256"] = hashlib.sha256(message).hexdigest()
    return response


def _light(request: HttpRequest, message: bytes) -> HttpResponse:
    return framed_page(request, shown_in(parts_of(message).html, "light"))


def _dark(request: HttpRequest, message: bytes) -> HttpResponse:
    return framed_page(request, shown_in(parts_of(message).html, "dark"))


def _text(request: HttpRequest, message: bytes) -> HttpResponse:
    context = {"text": parts_of(message).text, "language": _language_of(message)}
    return render(request, "gonets/composing/preview_text.html", context)


def _headers(request: HttpRequest, message: bytes) -> HttpResponse:
    context = {"headers": header_lines(message)}
    return render(request, "gonets/composing/preview_headers.html", context)


def _source(request: HttpRequest, message: bytes) -> HttpResponse:
    # Never anything but ASCII, so every byte is a character.
    context = {"source": message.decode("utf-8", "replace")}
    return render(request, "gonets/composing/preview_source.html", context)


def _size(request: HttpRequest, message: bytes) -> HttpResponse:
    sizes = sizes_of(message)
    context = {"sizes": sizes, "clip": CLIP_BYTES, "over": sizes.html - CLIP_BYTES}
    table = render_to_string("gonets/composing/preview_size.html", context, request)
    html = with_clip_line(parts_of(message).html, _("Gmail cuts the letter off here"))
    return framed_page(request, _with_head(shown_in(html, "light"), table))


def _with_head(html: str, head: str) -> str:
    """Put ``head`` where the letter begins; comments may hold a body for Outlook."""
    bodies = (each for each in _BODY.finditer(html) if each[1])
    start = next((body.end() for body in bodies), 0)
    return html[:start] + head + html[start:]


def _file(_request: HttpRequest, message: bytes) -> HttpResponse:
    """The bytes themselves, for mail programs and those who compare."""
    file = HttpResponse(message, content_type="message/rfc822")
    file.headers["Content-Disposition"] = 'attachment; filename="letter.eml"'
    return file


def _language_of(message: bytes) -> str:
    found = re.search(r'<html[^>]*\slang="([\w-]+)"', parts_of(message).html)
    return found[1] if found else ""


VIEWS: Mapping[str, View] = {
    "light": _light,
    "bare": _light,  # Its policy lets no picture through.
    "dark": _dark,
    "text": _text,
    "headers": _headers,
    "source": _source,
    "size": _size,
    "file": _file,
}
