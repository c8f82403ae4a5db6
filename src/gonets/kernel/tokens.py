"""Opaque, hard-to-forge references for links that work without a log-in.

A token is the HMAC-SHA-256 of its purpose and its parts under the site's secret key.
It holds no time, so that a repeated letter has the same bytes, and it stays valid as
long as the key, or its place in ``SECRET_KEY_FALLBACKS``, does.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from binascii import b2a_base64

from django.conf import settings

SIGNATURE_BYTES = 20
"""160 bits: RFC 8058 asks for "hard to forge"; 128 would do."""


SAFE_PART = re.compile(r"[A-Za-z0-9_-]+")
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class BadToken(ValueError):
    """The token is malformed, was made for another purpose, or is forged."""


def sign(purpose: str, *parts: str) -> str:
    """Return ``part.part.signature``, safe in a URL path.

    :raises ValueError: if a part has anything but URL-safe characters without dots.
    """
    return Signer(purpose, *parts[:-1]).token(parts[-1])


class Signer:
    """Makes many tokens that differ only in their last part, at a third of the cost.

    :raises ValueError: if a part has anything but URL-safe characters without dots.
    """

    def __init__(self, purpose: str, *parts: str) -> None:
        self._start = "".join([f"{_safe(part)}." for part in parts])
        self._mac = _mac(str(settings.SECRET_KEY), purpose, self._start)

    def token(self, last: str) -> str:
        """Return what ``sign`` returns for all the parts."""
        return f"{self._start}{last}.{self.signature(last)}"

    def signature(self, last: str) -> str:
        """Return the token's signature alone."""
        mac = self._mac.copy()
        mac.update(_safe(last).encode("ascii"))
        return _text(mac.digest()[:SIGNATURE_BYTES])


def verify(purpose: str, token: str) -> tuple[str, ...]:
    """Return the parts of a token that ``sign`` made for this purpose.

    :raises BadToken: for anything else; which reason is not told.
    """
    body, _, signature = token.rpartition(".")
    given = _bytes(signature)
    matches = [
        hmac.compare_digest(_signature(key, purpose, body), given) for key in _keys()
    ]
    if not any(matches):
        raise BadToken("This link is damaged or was not made by this site.")
    return tuple(body.split("."))


def fingerprint(purpose: str, text: str) -> list[str]:
    """Return hashes that recognise ``text`` and do not tell it.

    The first is the one to keep; the others were made under earlier keys.
    """
    return [_text(_mac(key, purpose, text).digest()) for key in _keys()]


def _keys() -> list[str]:
    return [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _safe(part: str) -> str:
    if not SAFE_PART.fullmatch(part):
        raise ValueError(f"{part!r} cannot be a part of a link.")
    return part


def _signature(key: str, purpose: str, body: str) -> bytes:
    return _text(_mac(key, purpose, body).digest()[:SIGNATURE_BYTES]).encode("ascii")


def _mac(key: str, purpose: str, text: str) -> hmac.HMAC:
    return hmac.new(key.encode(), _bytes(f"gonets:{purpose}:{text}"), hashlib.sha256)


def _text(mac: bytes) -> str:
    coded = b2a_base64(mac, newline=False).translate(_URL_SAFE, b"=")
    return coded.decode("ascii")


def _bytes(text: str) -> bytes:
    """Encode whatever a URL may carry, lone surrogates included."""
    return text.encode("utf-8", "surrogatepass")
