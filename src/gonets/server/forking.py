"""Children that are copies of their parent: what it has loaded they need not load.

A child leaves all that the parent is in the middle of: ``BecomeChild`` passes through
the parent's ``with`` blocks, where the child's copy of each lock, socket and pipe is
closed, up to the command line (``cli``).  There it begins the command that it is for,
and it ends like every program.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from gonets.kernel import clock
from gonets.server.parentage import Lifeline

ANSWERED_BY_PARENTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_SECONDS = 0.02
OWN_NAME = Path("/proc/self/comm")


class BecomeChild(BaseException):
    """Raised in a child alone, where it was forked; ``arguments`` are its command."""

    def __init__(self, arguments: Sequence[str]) -> None:
        super().__init__(*arguments)
        self.arguments = arguments


class ForkedProcess:
    """A child, as its parent sees it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status: int | None = None

    def status(self) -> int | None:
        """Return how it ended, a signal as a negative number; None while it lives."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def send_signal(self, number: int) -> None:
        """Send it a signal; nothing, if it has ended."""
        if self.status() is None:
            os.kill(self.pid, number)

    def wait(self, until: float) -> int | None:
        """Return how it ended; None if it still lives then."""
        while (status := self.status()) is None and clock.monotonic() < until:
            time.sleep(LOOK_SECONDS)
        return status


def fork(
    arguments: Sequence[str],
    *,
    lifeline: Lifeline,
    listening: socket.socket | None = None,
) -> ForkedProcess:
    """Start a child for one of our commands; ``listening`` stays open in it.

    No thread may be running besides this one, and no database connection be open.

    :raises BecomeChild: in the child.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    # A signal that comes at once must not find the parent's answer to it in the child.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ANSWERED_BY_PARENTS)
    try:
        pid = os.fork()
        if pid == 0:
            for number in ANSWERED_BY_PARENTS:
                signal.signal(number, signal.SIG_DFL)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if pid:
        return ForkedProcess(pid)
    lifeline.hold()
    if listening is not None:
        listening.detach()
    _take_name(f"gonets-{arguments[0]}")
    raise BecomeChild(arguments)


def _take_name(name: str) -> None:
    """Say to ``ps``, ``top`` and ``pgrep`` who this is; only Linux has this way."""
    with suppress(OSError):
        OWN_NAME.write_text(name)
