"""Reads of accounts."""

from __future__ import annotations

from django.db.models import QuerySet

from gonets.server.models import User


def people() -> QuerySet[User]:
    """Return everyone, those who may log in first."""
    return User.objects.order_by("-is_active", "username")


def other_administrators(user: User) -> QuerySet[User]:
    """Return the active administrators besides this one."""
    return User.objects.filter(is_active=True, is_superuser=True).exclude(pk=user.pk)
