"""Opaque, hard-to-forge references for links that work without a log-in.

A token is the HMAC-SHA-256 of its purpose and its parts under the site's secret key.
It holds no time, so that a repeated letter has the same bytes, and it stays valid as
long as the key, or its place in ``SECRET_KEY_FALLBACKS``, does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from django.conf import settings

SIGNATURE_BYTES = 20
"""160 bits: RFC 8058 asks for "hard to forge"; 128 would do."""


class BadToken(ValueError):
    """The token is malformed, was made for another purpose, or is forged."""


def sign(purpose: str, *parts: str) -> str:
    """Return ``part.part.signature``, safe in a URL path.

    Parts must consist of URL-safe characters without dots (ids, slugs).
    """
    body = ".".join(parts)
    return f"{body}.{_signature(settings.SECRET_KEY, purpose, body)}"


def verify(purpose: str, token: str) -> tuple[str, ...]:
    """Return the parts of a token that ``sign`` made for this purpose.

    :raises BadToken: for anything else; which reason is not told.
    """
    body, _, signature = token.rpartition(".")
    keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    given = signature.encode("utf-8", "surrogatepass")
    matches = [
        hmac.compare_digest(_signature(key, purpose, body).encode(), given)
        for key in keys
    ]
    if not any(matches):
        raise BadToken("This link is damaged or was not made by this site.")
    return tuple(body.split("."))


def _signature(key: str, purpose: str, body: str) -> str:
    message = f"gonets:{purpose}:{body}".encode("utf-8", "surrogatepass")
    mac = hmac.new(key.encode(), message, hashlib.sha256).digest()[:SIGNATURE_BYTES]
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")
