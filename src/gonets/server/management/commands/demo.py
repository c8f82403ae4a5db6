"""``gonets demo``: a small site with readers, to try everything on."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand


class Command(BaseCommand):
    help = "Fill an empty database with the demo site."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--language", choices=["ru", "en"])

    def handle(self, *_args: Any, **_options: Any) -> None:
        pass
