"""What may stand in an address in place of a number."""

from __future__ import annotations

from django.urls.converters import IntConverter


class IdConverter(IntConverter):
    """A number that every database can be asked for; a longer one leads nowhere."""

    regex = "[0-9]{1,18}"
