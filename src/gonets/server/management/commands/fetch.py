"""``gonets fetch``: fetches the sources that are due; a worker starts it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from gonets.server.fetching import fetch_sources


class Command(BaseCommand):
    help = "Fetch the sources that are due, then end."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--supervised", action="store_true", help="by a parent")

    def handle(self, *_args: Any, **options: Any) -> None:
        fetch_sources(is_supervised=options["supervised"])
