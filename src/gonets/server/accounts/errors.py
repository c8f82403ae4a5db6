"""What can go wrong with accounts.

AccountsError
    LastAdministrator — nobody would be left who could let others in
"""

from __future__ import annotations


class AccountsError(Exception):
    """The text is for people."""


class LastAdministrator(AccountsError):
    """Somebody must be able to let others in."""
