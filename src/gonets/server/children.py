"""A child of the worker that is there only while there is something for it to do.

So it takes neither memory while there is nothing, nor the worker's interpreter from
letters that really leave.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType

from gonets.kernel import clock
from gonets.server.parentage import end_with_parent

logger = logging.getLogger(__name__)

CLI = (sys.executable, "-m", "gonets.server.cli")

NICENESS = 10
"""Real sendings come first; not 19, for what holds a lock must get its turn too."""

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0


class OccasionalChild:
    """Started when something waits; it ends by itself when nothing does any more."""

    def __init__(self, command: Sequence[str], *, waits: Callable[[], bool]) -> None:
        self._command = command
        self._waits = waits
        self._process: subprocess.Popen[bytes] | None = None
        self._due_at = 0.0
        self._wait = 0.0

    def look(self) -> None:
        """Start it if there is something to do and it is not at work already."""
        if self._process is not None and not self._has_ended(self._process):
            return
        if clock.monotonic() >= self._due_at and self._waits():
            self._process = subprocess.Popen(  # noqa: S603  # Our own code.
                self._command, stdin=subprocess.PIPE
            )

    def stop(self, *, within: float) -> None:
        """Ask it to end after its portion; it hands back what it was at."""
        process = self._process
        if process is None:
            return
        process.send_signal(signal.SIGTERM)  # Nothing, if it has ended already.
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._close(process)

    def _has_ended(self, process: subprocess.Popen[bytes]) -> bool:
        status = process.poll()
        if status is None:
            return False
        self._close(process)
        if status:
            logger.warning(
                "“%s” ended by itself (status %s)", " ".join(self._command), status
            )
            longer = max(FIRST_WAIT_SECONDS, self._wait * 2)
            self._wait = min(longer, LONGEST_WAIT_SECONDS)
        else:
            self._wait = 0.0
        self._due_at = clock.monotonic() + self._wait
        return True

    def _close(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is not None:
            process.stdin.close()
        self._process = None


def work_quietly(*, is_supervised: bool) -> threading.Event:
    """Make this process such a child; the event is set once it is to end."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if is_supervised:
        end_with_parent()
    os.nice(NICENESS)
    return stopping
