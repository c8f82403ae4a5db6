"""A letter as a page of its own, for a frame: no scripts, nothing from elsewhere."""

from __future__ import annotations

from typing import Literal

from django.conf import settings
from django.http import HttpResponse

from gonets.letters.compiling import compile_letter
from gonets.letters.reading import shown_in
from gonets.letters.types import LetterContent, Reader

LETTER_POLICY = {
    "default-src": ["'none'"],
    "img-src": ["'self'"],
    "style-src": ["'unsafe-inline'"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'self'"],
}


def letter_page(
    content: LetterContent,
    reader: Reader,
    *,
    scheme: Literal["light", "dark"] = "light",
    inert: bool = False,
) -> HttpResponse:
    """Return the reader's letter; an inert one is only a picture of itself.

    :raises LetterError: if it cannot be made.
    """
    html = shown_in(compile_letter(content).html_for(reader), scheme)
    if inert:
        html = html.replace("<body", "<body inert", 1)
    return HttpResponse(with_own_pictures(html))


def with_own_pictures(html: str) -> str:
    """Let our own pictures come from the host that the editor is at.

    The letter names the public address, which may be another one to the browser.
    """
    public = f'src="{settings.GONETS_PUBLIC_URL.rstrip("/")}/'
    return html.replace(public, 'src="/')
