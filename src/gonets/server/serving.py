"""``gonets serve``: the parent of the web server, the worker and the mailbox."""

from __future__ import annotations

import gc
import math
import os
import socket
import sys
from collections.abc import Callable
from contextlib import closing

from django.core.management import load_command_class
from django.urls import get_resolver

from gonets.server.environment import Environment
from gonets.server.first_run import LogIn, log_in_to_show
from gonets.server.folder import owned_folder
from gonets.server.forking import fork
from gonets.server.parentage import Lifeline
from gonets.server.readiness import Readiness
from gonets.server.sockets import listening_socket
from gonets.server.supervision import Child, Supervisor

Announce = Callable[[Environment, LogIn], None]

COMMANDS = ("web", "worker", "catcher")


def serve(environment: Environment, announce: Announce) -> None:
    """Run until Ctrl-C or SIGTERM; ``announce`` is called once it is ready.

    :raises CannotStart: if a port is taken or the folder is in use.
    """
    _take_the_place_of_no_input()
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
        with web, mailbox, closing(Lifeline()) as lifeline:
            _load_while_preparing(lifeline)
            log_in = log_in_to_show(environment)
            readiness = Readiness(
                environment.host,
                environment.port,
                then=lambda: announce(environment, log_in),
            )
            supervisor = Supervisor(
                _children(web, mailbox), lifeline=lifeline, meanwhile=readiness.look
            )
            supervisor.stop_on_signals()
            with closing(readiness):
                supervisor.run()


def _take_the_place_of_no_input() -> None:
    """Where we have no standard input, let no file of ours get its number.

    A child would close that file, and an event loop does not bear to get the number.
    """
    if sys.stdin is None:
        os.open(os.devnull, os.O_RDONLY)


def _load_while_preparing(lifeline: Lifeline) -> None:
    """Prepare the data folder in a child, so that we never open the database.

    What is loaded meanwhile the other children share, and share for good: nobody
    looks through it for garbage, which would write to it.
    """
    preparing = fork(["prepare", "--supervised"], lifeline=lifeline)
    for command in COMMANDS:
        load_command_class("gonets.server", command)
    get_resolver().url_patterns  # noqa: B018  # Loads every view.
    gc.freeze()
    status = preparing.wait(until=math.inf)
    if status:
        sys.exit(status)  # It has said why.


def _children(web: socket.socket, mailbox: socket.socket) -> list[Child]:
    return [
        Child("web", ["web", f"--socket={web.fileno()}"], listening=web),
        Child("worker", ["worker", "--supervised"]),
        Child(
            "mailbox",
            ["catcher", f"--socket={mailbox.fileno()}"],
            listening=mailbox,
            is_needed_to_stop=True,  # by the worker, for letters on their way
        ),
    ]
