"""What the people who make issues are called."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser


def name_of(user: AbstractBaseUser | None) -> str:
    """Return the full name, or the name to log in with; empty for nobody.

    A host site's user model need not have full names.
    """
    if user is None:
        return ""
    full_name = getattr(user, "get_full_name", lambda: "")()
    return str(full_name or user.get_username())
