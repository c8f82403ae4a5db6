"""Who may do what at the desk: as the groups of the Wagtail admin say."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet

EDIT = "gonets_wagtail.edit_newsletters"
SET_UP = "gonets_wagtail.set_up_newsletters"


class WagtailAccess:
    """Groups are given the permissions in Wagtail, under Settings, Groups."""

    def is_editor(self, user: Any) -> bool:
        return bool(user.is_active and user.has_perm(EDIT))

    def is_administrator(self, user: Any) -> bool:
        return bool(user.is_active and user.has_perm(SET_UP))

    def editors(self) -> QuerySet[Any]:
        """Return whom notices can be sent to."""
        return _with(EDIT) | _with(SET_UP)

    def administrators(self) -> QuerySet[Any]:
        return _with(SET_UP)


def _with(permission: str) -> QuerySet[Any]:
    """Return who has it, superusers too; whatever the host's user model and manager."""
    found: QuerySet[Any] = ModelBackend().with_perm(permission)
    return found
