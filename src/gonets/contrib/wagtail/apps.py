"""Django's entry to this app."""

from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

LOCALE = Path(__file__).resolve().parents[2] / "locale"


class WagtailConfig(AppConfig):
    name = "gonets.contrib.wagtail"
    label = "gonets_wagtail"
    verbose_name = _("Newsletters")
    default_auto_field = "django.db.models.BigAutoField"

    def __init__(self, app_name: str, app_module: Any) -> None:
        """Complete the settings before anything asks for them or for a translation."""
        super().__init__(app_name, app_module)
        for name, value in _defaults().items():
            if not hasattr(settings, name):
                setattr(settings, name, value)
        if LOCALE not in settings.LOCALE_PATHS:
            settings.LOCALE_PATHS = [*settings.LOCALE_PATHS, LOCALE]

    def ready(self) -> None:
        import_module("gonets.contrib.wagtail.following").begin_following()


def _defaults() -> dict[str, Any]:
    """Return what a host need not say; docs/operating.md explains each."""
    return {
        "DATA_DIR": Path(getattr(settings, "GONETS_DATA", "newsletters")),
        "GONETS_PUBLIC_URL": getattr(settings, "WAGTAILADMIN_BASE_URL", ""),
        "GONETS_ACCESS": "gonets.contrib.wagtail.permissions.WagtailAccess",
    }
