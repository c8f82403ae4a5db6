"""What the worker process is put together from."""

from __future__ import annotations

import threading


def work() -> None:
    """Run until SIGTERM."""
    threading.Event().wait()
