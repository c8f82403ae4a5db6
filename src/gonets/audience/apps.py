"""Django's entry to this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AudienceConfig(AppConfig):
    name = "gonets.audience"
    label = "gonets_audience"
    verbose_name = _("Subscribers")
    default_auto_field = "django.db.models.BigAutoField"
