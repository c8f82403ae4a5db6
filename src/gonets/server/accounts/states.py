"""The two roles."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    EDITOR = "editor", _("Editor")  # makes and sends issues
    ADMINISTRATOR = "administrator", _("Administrator")  # also sets things up
