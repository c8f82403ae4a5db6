"""The source of single web pages that editors named: each is read when it is named."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gonets.content.connectors.base import Access, Connector, Reading, Wish


class PageConnector(Connector):
    caption = _("Pages by their addresses")
    address_label = None
    is_asked = False
    is_added_by_hand = False

    def materials(self, access: Access, wish: Wish) -> Reading:
        return Reading()


connector = PageConnector()
