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
