"""``gonets worker``: hands letters to the relay; ``gonets serve`` starts one."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from gonets.server.parentage import end_with_parent
from gonets.server.worker import work


class Command(BaseCommand):
    help = "Run a worker: it sends what is to be sent until it is told to stop."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--supervised", action="store_true", help="by a parent")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["supervised"]:
            end_with_parent()
        work(settings.DATA_DIR)
