"""Django's entry to this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServerConfig(AppConfig):
    name = "gonets.server"
    label = "gonets_server"
    verbose_name = _("Gonets")
    default_auto_field = "django.db.models.BigAutoField"
