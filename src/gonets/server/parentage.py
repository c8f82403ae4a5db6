"""A child of ``gonets serve`` never outlives its parent.

The parent holds the other end of the child's standard input and never writes to it:
its end means that the parent is gone, however it died.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

LONGEST_DRAIN_SECONDS = 40


class Lifeline:
    """The pipe between a parent and the children that it forks."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()

    def hold(self) -> None:
        """Make it the standard input of this child, until whose end it stays open.

        The child's copy of the parent's end is closed by ``close``, as is the parent's.
        """
        sys.stdin = os.fdopen(os.dup(self._reading), encoding="ascii")

    def close(self) -> None:
        os.close(self._reading)
        os.close(self._writing)


def end_with_parent() -> None:
    """Ask this process to stop, as SIGTERM does, when the parent is gone."""
    # The terminal's Ctrl-C reaches the whole group; the parent passes it on in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_wait_for_the_end, daemon=True, name="parent").start()


def _wait_for_the_end() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(LONGEST_DRAIN_SECONDS)
    os._exit(1)
