"""Django's entry to this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    name = "gonets.content"
    label = "gonets_content"
    verbose_name = _("Site content")
    default_auto_field = "django.db.models.BigAutoField"
