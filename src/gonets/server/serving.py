"""``gonets serve``: the parent of the web server, the worker and the mailbox."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException

from django.db import connections

from gonets.server.environment import Environment
from gonets.server.first_run import LogIn, prepare
from gonets.server.folder import owned_folder
from gonets.server.sockets import listening_socket
from gonets.server.supervision import Child, Supervisor

Announce = Callable[[Environment, LogIn], None]


def serve(environment: Environment, announce: Announce) -> None:
    """Run until Ctrl-C or SIGTERM; ``announce`` is called once it is ready.

    :raises CannotStart: if a port is taken or the folder is in use.
    """
    with owned_folder(environment.data) as was_killed:
        web = listening_socket(
            environment.host,
            environment.port,
            variable="GONETS_PORT",
            patient=was_killed,
        )
        mailbox = listening_socket(
            "127.0.0.1",
            environment.catcher_port,
            variable="GONETS_CATCHER_PORT",
            patient=was_killed,
        )
        with web, mailbox:
            log_in = prepare(environment)
            connections.close_all()
            supervisor = Supervisor(_children(web.fileno(), mailbox.fileno()))
            supervisor.stop_on_signals()
            threading.Thread(
                target=_announce_when_ready,
                args=(environment, lambda: announce(environment, log_in)),
                daemon=True,
            ).start()
            supervisor.run()


def _children(web: int, mailbox: int) -> list[Child]:
    return [
        Child("web", ["web", f"--socket={web}"], sockets=[web]),
        Child("worker", ["worker", "--supervised"]),
        Child(
            "mailbox",
            ["catcher", f"--socket={mailbox}"],
            sockets=[mailbox],
            is_needed_to_stop=True,  # by the worker, for letters on their way
        ),
    ]


def _announce_when_ready(
    environment: Environment, announce: Callable[[], None]
) -> None:
    host = "127.0.0.1" if environment.host in ("0.0.0.0", "::") else environment.host  # noqa: S104
    netloc = (
        f"[{host}]:{environment.port}" if ":" in host else f"{host}:{environment.port}"
    )
    while not _answers(f"http://{netloc}/healthz"):
        time.sleep(0.1)
    announce()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310  # Our own.
            return True
    except (OSError, HTTPException):
        return False
