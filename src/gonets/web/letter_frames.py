"""A letter as a page of its own, for a frame: no scripts, nothing from elsewhere."""

from __future__ import annotations

import re
from typing import Literal

from django.conf import settings
from django.http import HttpResponse
from django.utils.html import escape
from django.utils.translation import ngettext

from gonets.letters.compiling import compile_letter
from gonets.letters.foreign_pictures import foreign_pictures
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
WITH_FOREIGN_PICTURES = {**LETTER_POLICY, "img-src": ["'self'", "https:", "http:"]}
"""For whoever asked to see pictures of other sites, and for that one answer only."""


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
    public = re.escape(settings.GONETS_PUBLIC_URL.rstrip("/"))
    return re.sub(rf"{_PICTURE_PLACE}{public}(?=/)", r"\1", html)


def with_foreign_counted(html: str, *, are_shown: bool) -> str:
    """Tell the page around the frame what of the letter stands on other sites."""
    count = len(foreign_pictures(html))
    if not count:
        return html
    words = escape(_loaded(count) if are_shown else _left_out(count))
    told = f' data-foreign-pictures="{count}" data-foreign-words="{words}"'
    # A letter may have a second body within a comment for Outlook, or none at all.
    tag = _BODY if _BODY.search(html) else _ROOT
    return tag.sub(lambda found: found[0] + told, html)


def _left_out(count: int) -> str:
    return ngettext(
        "%(count)d picture of another site is not loaded here.",
        "%(count)d pictures of other sites are not loaded here.",
        count,
    ) % {"count": count}


def _loaded(count: int) -> str:
    return ngettext(
        "%(count)d picture is loaded from another site.",
        "%(count)d pictures are loaded from other sites.",
        count,
    ) % {"count": count}


_BODY = re.compile(r"<body\b", re.IGNORECASE)
_ROOT = re.compile(r"<html\b", re.IGNORECASE)
_PICTURE_PLACE = (
    r"((?<=[\s\"'])(?:src|srcset|background|poster)\s*=\s*[\"']?\s*"
    r"|\burl\(\s*(?:&quot;|&#39;|[\"'])?\s*)"
)
