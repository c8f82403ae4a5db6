"""``gonets web``: the web server; ``gonets serve`` starts it."""

from __future__ import annotations

import socket
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from gonets.server.parentage import end_with_parent
from gonets.server.settings import ENVIRONMENT
from gonets.server.sockets import listening_socket
from gonets.server.web_server import serve_web


class Command(BaseCommand):
    help = "Run the web server alone, for more than one machine."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--socket", type=int, help="an open one, from the parent")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["socket"] is not None:
            end_with_parent()
            listening = socket.socket(fileno=options["socket"])
        else:
            listening = listening_socket(
                ENVIRONMENT.host,
                ENVIRONMENT.port,
                variable="GONETS_PORT",
                patient=False,
            )
        serve_web(listening)
