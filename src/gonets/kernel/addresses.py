"""E-mail addresses: what may be written to, and when two spellings are one person."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

MAX_ADDRESS_CHARACTERS = 254
"""RFC 5321 §4.5.3.1.3: a path is at most 256 octets, two of them brackets."""

MAX_KEY_CHARACTERS = 320
"""Folding can make a local part longer; this is what the columns hold."""

EMPTY = _("Write an e-mail address, like name@example.com.")
NO_AT = _("An e-mail address has an @, like name@example.com; “%(text)s” has none.")
SEVERAL = _("“%(text)s” holds more than one @: give one address at a time.")
TOO_LONG = _("This address is longer than any real one (254 characters).")
CONTROL = _("The address contains a line break or another invisible character.")
BAD_DOMAIN = _("“%(text)s” cannot be written to: the part after @ is not right.")
BAD_LOCAL = _("“%(text)s” cannot be written to: the part before @ is not right.")


class BadAddress(ValueError):
    """Nobody can be written to there; the text says why, in the reader's language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """``spelling`` is what a letter is written to; ``key`` is who it is."""

    spelling: str
    key: str


def parse_address(text: str) -> Address:
    """Return the address in ``text``, trimmed and in NFC.

    The key is the whole address case-folded, its domain as IDNA A-labels, so that
    ``Анна@Почта.рф`` and ``анна@xn--80a1acny.xn--p1ai`` are one subscriber.

    :raises BadAddress: with a sentence that can be shown as it is.
    """
    trimmed = unicodedata.normalize("NFC", text.strip())
    _reject_misshapen(trimmed)
    try:
        parsed = validate_email(
            trimmed,
            check_deliverability=False,
            # Demo and test addresses live under .example and .test.
            test_environment=True,
        )
    except EmailNotValidError as error:
        raise _unfit(
            BAD_DOMAIN if _domain_is_bad(trimmed) else BAD_LOCAL, trimmed
        ) from error
    key = f"{_folded(parsed.local_part)}@{parsed.ascii_domain.casefold()}"
    if len(key) > MAX_KEY_CHARACTERS:
        raise _unfit(TOO_LONG, trimmed)
    return Address(spelling=parsed.normalized, key=key)


def canonical_address(text: str) -> str:
    """Return the key of the address in ``text``.

    :raises BadAddress: if it is none.
    """
    return parse_address(text).key


def _reject_misshapen(trimmed: str) -> None:
    """Name the plain mistakes before the grammar does."""
    if not trimmed:
        raise _unfit(EMPTY, trimmed)
    if len(trimmed) > MAX_ADDRESS_CHARACTERS:
        raise _unfit(TOO_LONG, trimmed)
    if any(unicodedata.category(character)[0] == "C" for character in trimmed):
        raise _unfit(CONTROL, trimmed)
    if trimmed.count("@") != 1:
        raise _unfit(SEVERAL if "@" in trimmed else NO_AT, trimmed)


def _domain_is_bad(trimmed: str) -> bool:
    try:
        validate_email(
            f"a@{trimmed.partition('@')[2]}",
            check_deliverability=False,
            test_environment=True,
        )
    except EmailNotValidError:
        return True
    return False


def _folded(local_part: str) -> str:
    """Fold until nothing changes: folding can undo NFC, and NFC allow more folding."""
    folded = local_part
    while (again := unicodedata.normalize("NFC", folded.casefold())) != folded:
        folded = again
    return folded


def _unfit(sentence: Promise, text: str) -> BadAddress:
    return BadAddress(str(sentence) % {"text": text})
