"""Passwords that the program makes up: easy to read out, hard to guess."""

from __future__ import annotations

import secrets

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # Nothing that looks like another.
GROUPS = 4
GROUP_LENGTH = 4


def made_up_password() -> str:
    """Return 16 characters in groups, about 79 bits."""
    return "-".join(
        "".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH))
        for _ in range(GROUPS)
    )
