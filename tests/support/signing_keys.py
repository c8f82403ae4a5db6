"""A key to sign with, made once for all tests, and DNS that publishes it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@cache
def rsa_key(bits: int = 2048) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=bits)


def record_of(key: RSAPrivateKey) -> bytes:
    """Return the TXT record that publishes the key."""
    public = key.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    return b"v=DKIM1; k=rsa; p=" + b64encode(public)


def dns_with(records: dict[str, bytes]) -> Callable[..., bytes | None]:
    """Return what dkimpy asks for records."""
    return lambda name, timeout=5: records.get(name.decode().rstrip("."))
