"""Django's entry to this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    name = "gonets.letters"
    label = "gonets_letters"
    verbose_name = _("Letters")
    default_auto_field = "django.db.models.BigAutoField"
