"""What the people who make issues are called, and what only some of them may do."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser


def name_of(user: AbstractBaseUser | None) -> str:
    """Return the full name, or the name to log in with; empty for nobody.

    A host site's user model need not have full names.
    """
    if user is None:
        return ""
    full_name = getattr(user, "get_full_name", lambda: "")()
    return str(full_name or user.get_username())


def may_write_html(user: AbstractBaseUser | AnonymousUser | None) -> bool:
    """Whether someone's own HTML code may stand in a letter.

    It is sanitised all the same; but it can look like anything.
    """
    if user is None:
        return False
    if getattr(user, "is_superuser", False):
        return bool(user.is_active)
    has_perm = getattr(user, "has_perm", None)
    return bool(has_perm and has_perm("gonets_newsletters.write_html"))
