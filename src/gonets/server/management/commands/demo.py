"""``gonets demo``: a small site with readers, to try everything on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

from gonets.server.demo.building import DemoSummary, build_demo
from gonets.server.demo.site import LANGUAGES


class Command(BaseCommand):
    help = "Fill an empty database with the demo site."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--language", choices=LANGUAGES)

    def handle(self, *_args: Any, **options: Any) -> None:
        language = options["language"] or settings.LANGUAGE_CODE
        summary = build_demo(language=language)
        with translation.override(settings.LANGUAGE_CODE):
            self.stdout.write(_sentence(summary))


def _sentence(summary: DemoSummary) -> str:
    if not summary.built:
        return _("The demo site is here already; nothing was changed.")
    return _(
        "The demo site is ready: %(materials)d materials, %(subscribers)d subscribers."
    ) % {"materials": summary.materials, "subscribers": summary.subscribers}
