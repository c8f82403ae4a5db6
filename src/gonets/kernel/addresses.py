"""E-mail addresses: what may be written to, and when two spellings are one person."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

MAX_ADDRESS_CHARACTERS = 254
"""RFC 5321 §4.5.3.1.3: a path is at most 256 octets, two of them brackets."""


class BadAddress(ValueError):
    """The text is not an address that a letter could be sent to; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """``spelling`` is what a letter is written to; ``key`` is who it is."""

    spelling: str
    key: str


def parse_address(text: str) -> Address:
    """Return the address in ``text``, trimmed and in NFC.

    The key is the whole address case-folded, its domain as IDNA A-labels, so that
    ``Анна@Почта.рф`` and ``анна@xn--80a1acny.xn--p1ai`` are one subscriber.

    :raises BadAddress: with a sentence in English; callers show their own.
    """
    trimmed = unicodedata.normalize("NFC", text).strip()
    if len(trimmed) > MAX_ADDRESS_CHARACTERS:
        raise BadAddress("The address is longer than 254 characters.")
    if any(unicodedata.category(character) == "Cc" for character in trimmed):
        raise BadAddress("The address contains a control character.")
    try:
        parsed = validate_email(
            trimmed,
            check_deliverability=False,
            # Demo and test addresses live under .example and .test.
            test_environment=True,
        )
    except EmailNotValidError as error:
        raise BadAddress(str(error)) from error
    local = unicodedata.normalize("NFC", parsed.local_part)
    return Address(
        spelling=parsed.normalized,
        key=f"{local.casefold()}@{parsed.ascii_domain.casefold()}",
    )


def canonical_address(text: str) -> str:
    """Return the key of the address in ``text``.

    :raises BadAddress: if it is none.
    """
    return parse_address(text).key
