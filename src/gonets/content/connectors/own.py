"""The source whose materials are written here: there is nothing to fetch."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gonets.content.connectors.base import Access, Reading


class OwnConnector:
    caption = _("This site")

    def read(self, access: Access) -> Reading:
        return Reading()


connector = OwnConnector()
