"""Django's entry to this app."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ContentConfig(AppConfig):
    name = "gonets.content"
    label = "gonets_content"
    verbose_name = _("Site content")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_keep_search_index, sender=self)
        import_module("gonets.content.model_updates").begin_following()


def _keep_search_index(*, using: str, **_named: Any) -> None:
    import_module("gonets.content.search_index").keep_index(using)
