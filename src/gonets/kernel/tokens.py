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
from collections.abc import Sequence

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
    """Makes many tokens that differ only in their last part, at a fifth of the cost.

    :raises ValueError: if a part has anything but URL-safe characters without dots.
    """

    def __init__(self, purpose: str, *parts: str) -> None:
        self._start = "".join([f"{_safe(part)}." for part in parts])
        self._mac = _KeyedHash(str(settings.SECRET_KEY), purpose, self._start)

    def token(self, last: str) -> str:
        """Return what ``sign`` returns for all the parts."""
        return self.tokens([last])[0]

    def tokens(self, lasts: Sequence[str]) -> list[str]:
        """Return the tokens of many, in their order."""
        start, signatures = self._start, self.signatures(lasts)
        return [
            f"{start}{last}.{signature}"
            for last, signature in zip(lasts, signatures, strict=True)
        ]

    def signatures(self, lasts: Sequence[str]) -> list[str]:
        """Return the signatures alone."""
        if not (all(lasts) and SAFE_PART.fullmatch("".join(lasts))):
            lasts = [_safe(last) for last in lasts]
        digests = [self._mac.digest(last.encode("ascii")) for last in lasts]
        return _texts([digest[:SIGNATURE_BYTES] for digest in digests])


class _KeyedHash:
    """HMAC-SHA-256 of texts with one start: key and start are hashed only once.

    What RFC 2104 proposes in its section 4.  A copy of Python's ``hmac`` would do as
    well, and takes twice as long.
    """

    def __init__(self, key: str, purpose: str, start: str) -> None:
        inner, outer = map(hashlib.sha256, _pads(key.encode()))
        inner.update(_message(purpose, start))
        self._copies = inner.copy, outer.copy

    def digest(self, rest: bytes) -> bytes:
        copy_inner, copy_outer = self._copies
        inner = copy_inner()
        inner.update(rest)
        outer = copy_outer()
        outer.update(inner.digest())
        return outer.digest()


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
    return hmac.new(key.encode(), _message(purpose, text), hashlib.sha256)


def _message(purpose: str, text: str) -> bytes:
    return _bytes(f"gonets:{purpose}:{text}")


_BLOCK_BYTES = 64  # of SHA-256
_PADS = (
    bytes(byte ^ 0x36 for byte in range(256)),
    bytes(byte ^ 0x5C for byte in range(256)),
)


def _pads(key: bytes) -> tuple[bytes, bytes]:
    """Return what the inner and the outer hash of an HMAC begin with."""
    if len(key) > _BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    block = key.ljust(_BLOCK_BYTES, b"\0")
    return block.translate(_PADS[0]), block.translate(_PADS[1])


def _text(mac: bytes) -> str:
    coded = b2a_base64(mac, newline=False).translate(_URL_SAFE, b"=")
    return coded.decode("ascii")


def _texts(signatures: Sequence[bytes]) -> list[str]:
    """Encode signatures all at once.

    One byte more than a signature has fills groups of three; its letter is left out.
    """
    whole = b"\0".join((*signatures, b""))
    coded = b2a_base64(whole, newline=False).translate(_URL_SAFE).decode("ascii")
    starts = range(0, len(coded), _SIGNATURE_LETTERS + 1)
    return [coded[start : start + _SIGNATURE_LETTERS] for start in starts]


_SIGNATURE_LETTERS = 27


def _bytes(text: str) -> bytes:
    """Encode whatever a URL may carry, lone surrogates included."""
    return text.encode("utf-8", "surrogatepass")
