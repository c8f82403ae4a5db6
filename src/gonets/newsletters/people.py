"""What the people who make issues are called, and what only some of them may do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string


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


def makers_of_issues() -> QuerySet[Any]:
    """Return the active people who make and send issues, or also set things up.

    A host's ``GONETS_ACCESS`` may say whom it lets do that by a method ``editors``.
    """
    asked = _host_says("editors")
    if asked is not None:
        return asked
    may_edit = _flagged("is_superuser") | _flagged("is_staff")
    return _users().filter(may_edit & _active())


def administrators() -> QuerySet[Any]:
    """Return the active people who set things up; a host may say who, likewise."""
    asked = _host_says("administrators")
    if asked is not None:
        return asked
    return _users().filter(_flagged("is_superuser") & _active())


def _host_says(what: str) -> QuerySet[Any] | None:
    path = getattr(settings, "GONETS_ACCESS", "")
    ask = getattr(import_string(path)(), what, None) if path else None
    people: QuerySet[Any] | None = ask() if ask else None
    return people


def _users() -> QuerySet[Any]:
    model: Any = get_user_model()
    found: QuerySet[Any] = model._default_manager.all()  # noqa: SLF001
    return found


def _flagged(field: str) -> Q:
    """A host's user model need not know administrators."""
    return Q(**{field: True}) if _has(field) else Q(pk=None)


def _active() -> Q:
    return Q(is_active=True) if _has("is_active") else Q()


def _has(field: str) -> bool:
    fields = get_user_model()._meta.get_fields()  # noqa: SLF001
    return field in {each.name for each in fields}
