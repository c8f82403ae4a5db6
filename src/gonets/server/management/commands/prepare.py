"""``gonets prepare``: makes the data folder ready; ``gonets serve`` begins with it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from gonets.server.first_run import prepare
from gonets.server.parentage import end_with_parent
from gonets.server.settings import ENVIRONMENT


class Command(BaseCommand):
    help = "Migrate; in an empty database also make an administrator and the demo."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--supervised", action="store_true", help="by a parent")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["supervised"]:
            end_with_parent()
        prepare(ENVIRONMENT)
