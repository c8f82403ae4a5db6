"""Keeping the processes of the product alive, and ending them in order."""

from __future__ import annotations

import logging
import math
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from gonets.kernel import clock
from gonets.server.forking import ForkedProcess, fork
from gonets.server.parentage import Lifeline

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
    listening: socket.socket | None = None  # inherited, and named in the arguments
    is_needed_to_stop: bool = False  # by the others: it is ended after them
    process: ForkedProcess | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    due_at: float = field(default=0.0, init=False)
    wait: float = field(default=FIRST_WAIT_SECONDS, init=False)

    def start(self, lifeline: Lifeline) -> None:
        self.process = fork(self.arguments, lifeline=lifeline, listening=self.listening)
        self.started_at = clock.monotonic()

    def look(self, lifeline: Lifeline) -> None:
        """Start it if it is due; note if it has ended, and when to start it again."""
        now = clock.monotonic()
        if self.process is None:
            if now >= self.due_at:
                self.start(lifeline)
            return
        status = self.process.status()
        if status is None:
            return
        self.process = None
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
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)

    def end(self, deadline: float) -> None:
        """Wait for it until the deadline, then kill it."""
        if self.process is None:
            return
        if self.process.wait(until=deadline) is None:
            logger.error("%s did not stop in time and was killed", self.name)
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(until=math.inf)
        self.process = None


class Supervisor:
    """Runs children until somebody asks it to stop."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        lifeline: Lifeline,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self.children = children
        self.lifeline = lifeline
        self.meanwhile = meanwhile
        self.is_stopping = False
        self._pid = os.getpid()

    def stop_on_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)

    def run(self) -> None:
        """Return when every child has ended.

        ``meanwhile`` is called ten times a second and must not wait: neither may a
        thread, for whoever forks has none.

        :raises BecomeChild: in each child.
        """
        try:
            while not self.is_stopping:
                for child in self.children:
                    child.look(self.lifeline)
                self.meanwhile()
                time.sleep(LOOK_SECONDS)
        finally:
            if os.getpid() == self._pid:  # A child comes by here, too.
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
