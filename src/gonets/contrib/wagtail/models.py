"""What groups of the Wagtail admin may be allowed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Desk(models.Model):  # noqa: DJ008  # It has no rows.
    """Holds the permissions of the newsletter desk; it has no rows."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = (
            ("edit_newsletters", _("Make and send newsletters")),
            ("set_up_newsletters", _("Set newsletters up")),
        )
