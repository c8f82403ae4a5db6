"""Signing letters, so that receivers know whose they are (DKIM, RFC 6376)."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from gonets.letters.encodings import CRLF

SIGNED_HEADERS = (
    *(b"From", b"Reply-To", b"To", b"Subject", b"Date", b"Message-ID"),
    *(b"MIME-Version", b"Content-Type", b"List-Id", b"Feedback-ID"),
    # Mailbox providers offer one click only if both are signed (RFC 8058).
    *(b"List-Unsubscribe", b"List-Unsubscribe-Post"),
)

OVERSIGNED_HEADERS = SIGNED_HEADERS[:6]
"""Named once more than they stand: nobody can put another one into a signed letter."""

LEAST_KEY_BITS = 2048
LINE_CHARACTERS = 74


class KeyTooShort(ValueError):
    """Receivers do not trust a signature by such a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A private key, and where receivers look for the public one.

    RSA with PKCS #1 v1.5 holds no chance, so a letter signed again has the same bytes.
    """

    domain: str  # as A-labels
    selector: str
    key: RSAPrivateKey

    def __post_init__(self) -> None:
        if self.key.key_size < LEAST_KEY_BITS:
            raise KeyTooShort(f"{self.key.key_size} bits are too few to sign letters.")

    def signed(self, message: bytes, *, at: datetime) -> bytes:
        """Return the message under its signature; all its lines end in CRLF.

        ``at`` is the signature's time: a repeated letter repeats it.
        """
        head, _, body = message.partition(CRLF + CRLF)
        names, fields = signed_fields(head)
        unsigned = b"".join(
            (
                b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple;\r\n d=",
                self.domain.encode("ascii"),
                b";\r\n s=%b; t=%d;\r\n h=" % (self.selector.encode(), at.timestamp()),
                _listed(tuple(names)),
                b";\r\n bh=" + b64encode(hashlib.sha256(simple_body(body)).digest()),
                b";\r\n b=",
            )
        )
        content = CRLF.join((*fields, *relaxed_fields(unsigned)))
        signature = self.key.sign(content, _PADDING, _HASH)
        return unsigned + _folded(b64encode(signature)) + CRLF + message


_PADDING = PKCS1v15()
_HASH = SHA256()


def signed_fields(head: bytes) -> tuple[list[bytes], list[bytes]]:
    """Return the names to sign and the fields they stand for, in their order.

    Of several fields of one name the last comes first (RFC 6376 §5.4.2); a name more
    than there are fields stands for nothing, and keeps it so.
    """
    there: dict[bytes, list[bytes]] = defaultdict(list)
    for field in relaxed_fields(head):
        there[field.partition(b":")[0]].append(field)
    names: list[bytes] = []
    fields: list[bytes] = []
    for name in SIGNED_HEADERS:
        found = there[name.lower()]
        names += [name] * (len(found) + (name in OVERSIGNED_HEADERS))
        fields += reversed(found)
    return names, fields


def relaxed_fields(head: bytes) -> list[bytes]:
    """Return header fields in the form that is signed (RFC 6376 §3.4.2), unended."""
    unfolded = _FOLDS.sub(b"", head)
    if b"\t" in unfolded or b"  " in unfolded:
        unfolded = _BLANKS.sub(b" ", unfolded)
    parts = [field.partition(b":") for field in unfolded.split(CRLF)]
    return [
        name.rstrip(b" ").lower() + b":" + value.strip(b" ") for name, _, value in parts
    ]


_FOLDS = re.compile(rb"\r\n(?=[\t ])")
_BLANKS = re.compile(rb"[\t ]+")


def simple_body(body: bytes) -> bytes:
    """Return a body in the form that is signed (RFC 6376 §3.4.3).

    "Relaxed" would forgive blanks that a relay adds or takes away, most of all at the
    ends of lines.  Our encodings leave no blank there; and this form costs nothing,
    because a letter of several parts ends in one line end.
    """
    if body.endswith(CRLF) and not body.endswith(CRLF + CRLF):
        return body
    while body.endswith(CRLF):
        body = body[:-2]
    return body + CRLF


@lru_cache(maxsize=64)
def _listed(names: Sequence[bytes]) -> bytes:
    lines = [b""]
    for name in names:
        if len(lines[-1]) + len(name) > LINE_CHARACTERS:
            lines.append(b"")
        lines[-1] += name + b":"
    return b"\r\n  ".join(lines).removesuffix(b":")


def _folded(text: bytes) -> bytes:
    starts = range(0, len(text), LINE_CHARACTERS)
    return b"\r\n ".join(text[start : start + LINE_CHARACTERS] for start in starts)
