"""Reads of accounts."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from gonets.server.models import User


def people() -> QuerySet[User]:
    """Return everyone, those who may log in first."""
    return User.objects.order_by("-is_active", "username")


def html_permission() -> Permission:
    """Return what lets an editor put HTML code into letters."""
    return Permission.objects.get(
        codename="write_html", content_type__app_label="gonets_newsletters"
    )


def html_writers() -> set[int]:
    """Return the editors who were allowed to; administrators are always."""
    allowed = User.objects.filter(user_permissions=html_permission())
    return set(allowed.values_list("pk", flat=True))


def other_administrators(user: User) -> QuerySet[User]:
    """Return the active administrators besides this one."""
    return User.objects.filter(is_active=True, is_superuser=True).exclude(pk=user.pk)
