"""Secrets kept in the database that a copy of the database alone does not tell.

They are sealed with a key made from the site's secret key, which lives outside of the
database; what was sealed under a key of ``SECRET_KEY_FALLBACKS`` can still be opened.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class CannotUnseal(ValueError):
    """It was sealed under another secret key or for another purpose, or is damaged."""


def seal(purpose: str, secret: bytes) -> str:
    return _box(purpose).encrypt(secret).decode("ascii")


def unseal(purpose: str, sealed: str) -> bytes:
    """Return what was sealed for this purpose.

    :raises CannotUnseal: if this site's secret keys do not open it.
    """
    try:
        return _box(purpose).decrypt(sealed.encode())
    except InvalidToken as error:
        raise CannotUnseal("Sealed under another secret key, or damaged.") from error


def _box(purpose: str) -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derived(str(key), purpose)) for key in keys])


def _derived(key: str, purpose: str) -> bytes:
    derivation = HKDF(
        algorithm=SHA256(), length=32, salt=None, info=f"gonets:seal:{purpose}".encode()
    )
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))
