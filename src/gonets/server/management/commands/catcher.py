"""``gonets catcher``: the built-in mailbox; ``gonets serve`` starts it."""

from __future__ import annotations

import socket
from argparse import ArgumentParser
from typing import Any

import uvloop
from django.conf import settings
from django.core.management import BaseCommand

from gonets.server.catcher.smtp import catch
from gonets.server.catcher.store import Mailbox
from gonets.server.parentage import end_with_parent
from gonets.server.sockets import listening_socket


class Command(BaseCommand):
    help = "Run the built-in mailbox: an SMTP server on this machine only."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--socket", type=int, help="an open one, from the parent")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["socket"] is not None:
            end_with_parent()
            listening = socket.socket(fileno=options["socket"])
        else:
            listening = listening_socket(
                "127.0.0.1",
                settings.GONETS_CATCHER_PORT,
                variable="GONETS_CATCHER_PORT",
                patient=False,
            )
        uvloop.run(catch(listening, Mailbox(settings.DATA_DIR)))
