"""Letters in a design, for frames: a made-up letter, or an issue's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from csp.decorators import csp
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from gonets.letters.errors import LetterError
from gonets.letters.queries import own_design
from gonets.letters.samples import sample_letter
from gonets.letters.types import LetterContent, Reader
from gonets.newsletters.models import Issue, Newsletter
from gonets.newsletters.queries import brand_of, letter_content
from gonets.publishing.previews import preview_reader
from gonets.web.access import editor_required
from gonets.web.designs.brand_form import brand_as_typed
from gonets.web.letter_frames import LETTER_POLICY, letter_page

LONGEST_ID = 18


@require_safe
@never_cache
@csp(LETTER_POLICY)  # type: ignore[arg-type]
@xframe_options_sameorigin
@editor_required
def design_letter(request: HttpRequest, name: str) -> HttpResponse:
    """``?issue=`` or ``?newsletter=`` says whose; ``?scheme=dark``, ``?thumb=1``.

    With ``?brand=1`` the brand is what the query says, not yet stored.
    """
    issue = _named(request, "issue")
    content = letter_content(issue) if issue else sample_content(request)
    content = replace(content, template=name, own_design=own_design(name))
    if request.GET.get("brand"):
        content = replace(content, brand=brand_as_typed(request, content.brand))
    try:
        return letter_page(
            content,
            reader_of(issue),
            scheme="dark" if request.GET.get("scheme") == "dark" else "light",
            inert="thumb" in request.GET,
        )
    except LetterError as error:
        context = {"reason": str(error)}
        return render(request, "gonets/composing/preview_fault.html", context)


def _named(request: HttpRequest, kind: str) -> int | None:
    text = request.GET.get(kind, "")
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID):
        return None
    model = {"issue": Issue, "newsletter": Newsletter}[kind]
    return int(get_object_or_404(model, pk=int(text)).pk)


def sample_content(request: HttpRequest) -> LetterContent:
    newsletter_id = _named(request, "newsletter")
    newsletter = newsletter_id and Newsletter.objects.get(pk=newsletter_id)
    language = newsletter.language if newsletter else get_language() or "en"
    content = sample_letter(language, pictures_at=_pictures_at())
    content = replace(content, brand=brand_of(newsletter_id))
    if not newsletter:
        return content
    return replace(
        content,
        newsletter=newsletter.title,
        sender_name=newsletter.sender_name,
        postal_address=newsletter.postal_address,
    )


def _pictures_at() -> str:
    return settings.GONETS_PUBLIC_URL.rstrip("/") + static("gonets/img/sample/")


def reader_of(issue_id: int | None) -> Reader:
    if issue_id is not None:
        return preview_reader(Issue.objects.get(pk=issue_id), None)
    return Reader(
        address="anna@example.org",
        values={"name": _("Anna"), "address": "anna@example.org"},
        unsubscribe_address="https://example.org/",
        message_id="<sample@example.org>",
        date=datetime(2026, 1, 1, tzinfo=UTC),
    )
