"""Django's entry to this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "gonets.web"
    label = "gonets_web"
    verbose_name = _("Newsletter desk")
    default_auto_field = "django.db.models.BigAutoField"
