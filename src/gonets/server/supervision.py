"""Keeping the processes of the product alive, and ending them in order."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

from gonets.kernel import clock

logger = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
HEALTHY_SECONDS = 20.0
"""A child that lived this long had no trouble starting; its next wait is short."""
STOP_SECONDS = 35.0
"""The worker may drain for 30 s (delivery)."""
LOOK_SECONDS = 0.1


@dataclass
class Child:
    """One process, started anew whenever it ends."""

    name: str
    arguments: Sequence[str]
    sockets: Sequence[int] = ()  # file descriptors that it inherits
    is_needed_to_stop: bool = False  # by the others: it is ended after them
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    due_at: float = field(default=0.0, init=False)
    wait: float = field(default=FIRST_WAIT_SECONDS, init=False)

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603  # Our own interpreter and code.
            [sys.executable, "-m", "gonets.server.cli", *self.arguments],
            stdin=subprocess.PIPE,
            pass_fds=self.sockets,
        )
        self.started_at = clock.monotonic()

    def look(self) -> None:
        """Start it if it is due; note if it has ended, and when to start it again."""
        now = clock.monotonic()
        if self.process is None:
            if now >= self.due_at:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        self._close()
        lived = now - self.started_at
        self.wait = FIRST_WAIT_SECONDS if lived > HEALTHY_SECONDS else self.wait
        logger.warning(
            "%s ended by itself (status %s); starting it again in %.1f s",
            self.name,
            status,
            self.wait,
        )
        self.due_at = now + self.wait
        self.wait = min(self.wait * 2, LONGEST_WAIT_SECONDS)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def end(self, deadline: float) -> None:
        """Wait for it until the deadline, then kill it."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - clock.monotonic()))
        except subprocess.TimeoutExpired:
            logger.error("%s did not stop in time and was killed", self.name)
            self.process.kill()
            self.process.wait()
        self._close()

    def _close(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
        self.process = None


class Supervisor:
    """Runs children until somebody asks it to stop."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.is_stopping = False

    def stop_on_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)

    def run(self) -> None:
        """Return when every child has ended."""
        try:
            while not self.is_stopping:
                for child in self.children:
                    child.look()
                time.sleep(LOOK_SECONDS)
        finally:
            self._end_children()

    def _end_children(self) -> None:
        deadline = clock.monotonic() + STOP_SECONDS
        for last in (False, True):
            group = [c for c in self.children if c.is_needed_to_stop == last]
            for child in group:
                child.ask_to_stop()
            for child in group:
                child.end(deadline)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stopping = True
