"""Pictures as letters and pages link to them: public, and the same for ever."""

from __future__ import annotations

import re

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gonets.content.pictures import picture_path

CONTENT_TYPES = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif"}
NAME = re.compile(rf"[A-Za-z0-9_-]{{1,90}}\.({'|'.join(CONTENT_TYPES)})")
LASTING = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    # Web mail shows letters from hosts of its own.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


@require_safe
@login_not_required
def picture(request: HttpRequest, name: str) -> HttpResponse:
    match = NAME.fullmatch(name)
    if match is None:
        raise Http404
    try:
        # Of our own making, at most a megabyte or two.
        content = picture_path(name).read_bytes()
    except OSError as error:
        raise Http404 from error
    return HttpResponse(content, content_type=CONTENT_TYPES[match[1]], headers=LASTING)
