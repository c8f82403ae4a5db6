"""A source that sends its materials by itself, through the HTTP interface."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gonets.content.connectors.base import Access, Connector, Reading, Wish


class PushConnector(Connector):
    caption = _("Sent by the site itself")
    explanation = _("A program of yours posts each material with a key.")
    icon = "webhook"
    address_label = None
    is_asked = False
    gives_private = True

    def materials(self, access: Access, wish: Wish) -> Reading:
        return Reading()


connector = PushConnector()
