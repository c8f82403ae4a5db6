"""The process that carries rehearsals out: there only while one is to be carried out.

It is a child of the worker, so that it takes neither memory while nothing is rehearsed
nor the worker's interpreter from letters that really leave.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from types import FrameType

from gonets.kernel import clock
from gonets.publishing.rehearsal.carrying import carry_out_rehearsals
from gonets.publishing.tasks import rehearsals_wait
from gonets.server.parentage import end_with_parent

logger = logging.getLogger(__name__)

NICENESS = 10
"""Real sendings come first; not 19, for what holds a lock must get its turn too."""

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0


class RehearsalChild:
    """Started when a rehearsal waits; it ends by itself when none does any more."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._due_at = 0.0
        self._wait = FIRST_WAIT_SECONDS

    def look(self) -> None:
        """Start it if there is something to do and it is not at work already."""
        if self._process is not None and not self._has_ended(self._process):
            return
        if clock.monotonic() >= self._due_at and rehearsals_wait():
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gonets.server.cli", "rehearse", "--supervised"],
                stdin=subprocess.PIPE,
            )

    def stop(self, *, within: float) -> None:
        """Ask it to end after its portion; it hands back what it was at."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._close(self._process)

    def _has_ended(self, process: subprocess.Popen[bytes]) -> bool:
        status = process.poll()
        if status is None:
            return False
        self._close(process)
        if status:
            logger.warning("A rehearsal ended by itself (status %s)", status)
        self._wait = min(self._wait * 2, LONGEST_WAIT_SECONDS) if status else 0
        self._due_at = clock.monotonic() + self._wait
        self._wait = max(self._wait, FIRST_WAIT_SECONDS)
        return True

    def _close(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is not None:
            process.stdin.close()
        self._process = None


def rehearse(*, is_supervised: bool) -> None:
    """Carry out what waits, then return; SIGTERM: hand it back after this portion."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if is_supervised:
        end_with_parent()
    os.nice(NICENESS)
    carry_out_rehearsals(stopping.is_set)
