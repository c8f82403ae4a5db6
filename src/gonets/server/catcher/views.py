"""Pages of the mailbox."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gonets.server.catcher.paging import LetterLines
from gonets.server.catcher.reading import read
from gonets.server.catcher.store import Mailbox
from gonets.server.catcher.types import CaughtLetter
from gonets.web.access import editor_required

PAGE = 50
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'self'; form-action 'none'; base-uri 'none'; "
    "sandbox allow-same-origin allow-popups"
)
"""Instead of the site's own policy: nothing in a letter may act."""


@require_safe
@editor_required
def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest letters; htmx asks for the list alone every few seconds."""
    words = request.GET.get("q", "").strip()[:200]
    lines = LetterLines(_mailbox(), words)
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    template = (
        "server/mailbox_list.html" if _is_fragment(request) else "server/mailbox.html"
    )
    return render(request, template, {"page": page, "words": words})


@require_safe
@editor_required
def letter(request: HttpRequest, letter_id: int) -> HttpResponse:
    caught = _letter_or_404(letter_id)
    newer, older = _mailbox().neighbours(letter_id)
    reading = read(caught.content)
    view = request.GET.get("view", "html" if reading.html else "text")
    values = {
        "letter": caught,
        "reading": reading,
        "view": view,
        "newer": newer,
        "older": older,
    }
    return render(request, "server/mailbox_letter.html", values)


@require_safe
@editor_required
def letter_html(_request: HttpRequest, letter_id: int) -> HttpResponse:
    """The letter's own HTML, for a sandboxed frame only: nothing in it can act."""
    return HttpResponse(
        read(_letter_or_404(letter_id).content).html,
        headers={"Content-Security-Policy": LETTER_POLICY},
    )


@require_safe
@editor_required
def letter_source(_request: HttpRequest, letter_id: int) -> HttpResponse:
    return HttpResponse(
        _letter_or_404(letter_id).content,
        content_type="message/rfc822",
        headers={"Content-Disposition": f'attachment; filename="{letter_id}.eml"'},
    )


@require_POST
@editor_required
def empty(request: HttpRequest) -> HttpResponse:
    count = _mailbox().empty()
    text = ngettext("%(count)d letter deleted.", "%(count)d letters deleted.", count)
    messages.success(request, text % {"count": count})
    return redirect("mailbox")


def _mailbox() -> Mailbox:
    kept = Mailbox(settings.DATA_DIR)
    if not kept.file.exists():
        kept.prepare()
    return kept


def _letter_or_404(letter_id: int) -> CaughtLetter:
    found = _mailbox().letter(letter_id)
    if found is None:
        raise Http404
    return found


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target") == "letters"
