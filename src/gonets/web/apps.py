"""Django's entry to this app."""

from django.apps import AppConfig
from django.urls import register_converter
from django.utils.translation import gettext_lazy as _

from gonets.web.converters import IdConverter


class WebConfig(AppConfig):
    name = "gonets.web"
    label = "gonets_web"
    verbose_name = _("Newsletter desk")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register_converter(IdConverter, "id")
