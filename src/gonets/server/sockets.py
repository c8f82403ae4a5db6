"""The sockets that the parent opens and its children listen on.

Opened before anything else, so that a taken port is told at once, and kept while a
child is started anew, so that no browser or relay client is turned away meanwhile.
"""

from __future__ import annotations

import errno
import socket
import time

from django.utils.translation import gettext_noop

from gonets.kernel import clock
from gonets.server.errors import CannotStart

PATIENCE_SECONDS = 5.0


def listening_socket(
    host: str, port: int, *, variable: str, patient: bool
) -> socket.socket:
    """Return a socket that children may inherit.

    With ``patient``, what was killed before us gets a moment to let go of the port.

    :raises CannotStart: if the port is taken, or is not ours to take.
    """
    deadline = clock.monotonic() + (PATIENCE_SECONDS if patient else 0)
    while True:
        try:
            return _bound(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or clock.monotonic() >= deadline:
                raise _explained(error, host, port, variable) from error
        time.sleep(0.1)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    fresh = socket.socket(family, socket.SOCK_STREAM)
    try:
        fresh.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        fresh.bind((host, port))
        fresh.listen(1024)
    except OSError:
        fresh.close()
        raise
    return fresh


def _explained(error: OSError, host: str, port: int, variable: str) -> CannotStart:
    if error.errno == errno.EADDRINUSE:
        text = gettext_noop(
            "Port %(port)s on %(host)s is already taken by another program: end that "
            "program, or choose another port: %(variable)s=%(other)s make run"
        )
    elif error.errno == errno.EACCES:
        text = gettext_noop(
            "Port %(port)s may be opened by root only: choose one above 1023: "
            "%(variable)s=%(other)s make run"
        )
    else:
        text = gettext_noop(
            "This machine has no address %(host)s: write 127.0.0.1 (only this "
            "machine) or 0.0.0.0 (everyone) as GONETS_HOST."
        )
    other = port + 1 if 1023 < port < 65535 else 8001
    return CannotStart(text, host=host, port=port, variable=variable, other=other)
