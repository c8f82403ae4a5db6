"""Ports nobody listens on."""

from __future__ import annotations

import itertools
import os
import socket

FIRST_PORT = 20_000
"""Below 32,768: outgoing connections are given the ports above, at any moment."""
PORTS_PER_PROCESS = 2_000

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
_BESIDE = int(os.environ.get("GONETS_TEST_BESIDE", "0"))
"""How many workers there are of another run: `make test` has two beside four."""
_PROCESS = (_WORKER + _BESIDE) % 6
_OFFSETS = itertools.cycle(range(PORTS_PER_PROCESS))


def free_port() -> int:
    """Return a port that no other test process and no earlier call was given."""
    for offset in _OFFSETS:
        port = FIRST_PORT + _PROCESS * PORTS_PER_PROCESS + offset
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("every port is taken")
