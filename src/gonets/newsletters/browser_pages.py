"""Addresses of the pages that show letters in the browser, without a log-in.

A token names the version's random key, signed; it holds no time, so that a letter made
again has the same bytes.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.urls import reverse

from gonets.kernel import tokens

PURPOSE = "browser-page"
PREVIEW = "preview-preview-"  # as long as a key, so that a preview has the same size


def new_page_key() -> str:
    """Return 96 random bits; a restored backup can never give them to another."""
    return secrets.token_urlsafe(12)


def page_address(key: str) -> str:
    """Return the absolute address of a version's page."""
    path = reverse("gonets:browser-page", args=[tokens.sign(PURPOSE, key)])
    return f"{settings.GONETS_PUBLIC_URL.rstrip('/')}{path}"


def preview_page_address() -> str:
    """Return the address in previews and test letters: its page explains itself."""
    return page_address(PREVIEW)


def page_key(token: str) -> str:
    """Return the key that the token names, ``PREVIEW`` for that of a preview.

    :raises kernel.tokens.BadToken: if we did not make it for this purpose.
    """
    parts = tokens.verify(PURPOSE, token)
    if len(parts) != 1:
        raise tokens.BadToken("This link names no letter.")
    return parts[0]
