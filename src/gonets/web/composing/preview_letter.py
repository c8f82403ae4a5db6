"""The letter in its frame: a page of its own with a policy of its own, no scripts.

The parent page writes into it for editing.  The other views are made of the bytes that
would be sent to the chosen reader.
"""

from __future__ import annotations

from csp.decorators import csp
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gonets.letters.compiling import compile_letter
from gonets.letters.editing import render_for_editing
from gonets.letters.errors import LetterError
from gonets.letters.reading import MessageParts, parts_of, shown_in
from gonets.letters.types import LetterContent, Reader
from gonets.newsletters.queries import letter_content
from gonets.publishing.queries import preview_reader
from gonets.web.access import editor_required
from gonets.web.composing.preview_page import chosen_reader, previewed_issue

LETTER_POLICY = {
    "default-src": ["'none'"],
    "img-src": ["'self'"],
    "style-src": ["'unsafe-inline'"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'self'"],
}


@require_safe
@never_cache
@csp(LETTER_POLICY)  # type: ignore[arg-type]
@editor_required
def issue_letter(request: HttpRequest, issue_id: int) -> HttpResponse:
    """``?view=`` is edit, light, dark or text; ``?reader=`` names a subscriber."""
    issue = previewed_issue(issue_id)
    reader = preview_reader(issue, chosen_reader(request, issue))
    content = letter_content(issue_id)
    try:
        return _shown(request, content, reader)
    except LetterError as error:
        context = {"reason": str(error)}
        return render(request, "gonets/composing/preview_fault.html", context)


def _shown(
    request: HttpRequest, content: LetterContent, reader: Reader
) -> HttpResponse:
    match request.GET.get("view", "light"):
        case "edit":
            html = render_for_editing(content, reader)
            return HttpResponse(_with_own_pictures(shown_in(html, "light")))
        case "text":
            context = {"letter": content, "text": _parts(content, reader).text}
            return render(request, "gonets/composing/preview_text.html", context)
        case "dark":
            html = shown_in(_parts(content, reader).html, "dark")
            return HttpResponse(_with_own_pictures(html))
        case _:
            html = shown_in(_parts(content, reader).html, "light")
            return HttpResponse(_with_own_pictures(html))


def _parts(content: LetterContent, reader: Reader) -> MessageParts:
    return parts_of(compile_letter(content).message_for(reader))


def _with_own_pictures(html: str) -> str:
    """Let our own pictures come from the host that the editor is at.

    The letter names the public address, which may be another one to the browser.
    """
    public = f'src="{settings.GONETS_PUBLIC_URL.rstrip("/")}/'
    return html.replace(public, 'src="/')
