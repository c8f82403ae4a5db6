"""Ports nobody listens on, and that no other test process will listen on."""

from __future__ import annotations

import fcntl
import itertools
import os
import socket
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FIRST_PORT = 20_000
"""Below 32,768: outgoing connections are given the ports above, at any moment."""
PORTS_PER_PROCESS = 300
MOST_PROCESSES = 40
LOCKS = Path(tempfile.gettempdir())


def free_port() -> int:
    """Return a port that no other test process and no earlier call was given.

    Whoever is given one may start to listen on it seconds later, or die and listen
    again: that nobody listens there at this moment says too little.
    """
    for port in itertools.islice(_ports(), PORTS_PER_PROCESS):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("every port is taken")


@cache
def _ports() -> Iterator[int]:
    """Return the ports of this process, round and round."""
    first = FIRST_PORT + _place() * PORTS_PER_PROCESS
    return itertools.cycle(range(first, first + PORTS_PER_PROCESS))


def _place() -> int:
    """Take a place among the test processes of this machine, whoever runs them."""
    for number in range(MOST_PROCESSES):
        if _is_ours(LOCKS / f"gonets-test-ports-{number}"):
            return number
    raise AssertionError("too many test processes")


def _is_ours(lock: Path) -> bool:
    """Lock the file for as long as this process lives, unless another one has."""
    try:
        file = os.open(lock, os.O_RDONLY | os.O_CREAT, 0o644)
    except PermissionError:  # Another user's.
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return False
    return True
