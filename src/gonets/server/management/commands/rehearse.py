"""``gonets rehearse``: carries out the rehearsals that wait; a worker starts it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from gonets.server.rehearsing import rehearse


class Command(BaseCommand):
    help = "Carry out the rehearsals that wait, then end; nothing leaves this machine."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--supervised", action="store_true", help="by a parent")

    def handle(self, *_args: Any, **options: Any) -> None:
        rehearse(is_supervised=options["supervised"])
