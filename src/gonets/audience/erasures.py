"""Remembering that somebody was deleted without remembering who it was."""

from __future__ import annotations

from collections.abc import Iterable

from gonets.audience.models import Erasure
from gonets.kernel import clock, tokens

PURPOSE = "erased-address"


def remember_erasure(address_key: str) -> None:
    Erasure.objects.get_or_create(
        address_hash=tokens.fingerprint(PURPOSE, address_key)[0],
        defaults={"erased_at": clock.now()},
    )


def forget_erasure(address_key: str) -> None:
    """Let imports bring the person back: they were added again by hand."""
    hashes = tokens.fingerprint(PURPOSE, address_key)
    Erasure.objects.filter(address_hash__in=hashes).delete()


def erased_among(address_keys: Iterable[str]) -> set[str]:
    """Return which of these addresses were deleted earlier, in one query."""
    key_of = {
        address_hash: key
        for key in address_keys
        for address_hash in tokens.fingerprint(PURPOSE, key)
    }
    found = Erasure.objects.filter(address_hash__in=key_of).values_list(
        "address_hash", flat=True
    )
    return {key_of[address_hash] for address_hash in found}
