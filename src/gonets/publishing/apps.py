"""Django's entry to this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "gonets.publishing"
    label = "gonets_publishing"
    verbose_name = _("Publishing")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only now.
        from gonets.audience.ports import use_stop_port  # noqa: PLC0415
        from gonets.publishing import receivers  # noqa: F401, PLC0415
        from gonets.publishing.stops import DeliveryStops  # noqa: PLC0415

        use_stop_port(DeliveryStops())
