"""Who may do what at the desk: as the groups of the Wagtail admin say."""

from __future__ import annotations

from typing import Any

EDIT = "gonets_wagtail.edit_newsletters"
SET_UP = "gonets_wagtail.set_up_newsletters"


class WagtailAccess:
    """Groups are given the permissions in Wagtail, under Settings, Groups."""

    def is_editor(self, user: Any) -> bool:
        return bool(user.is_active and user.has_perm(EDIT))

    def is_administrator(self, user: Any) -> bool:
        return bool(user.is_active and user.has_perm(SET_UP))
