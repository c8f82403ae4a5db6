"""Chores: what is done now and then, each in its rhythm, for ever.

A chore that fails is reported and tried again in its next turn: nothing that happens
to one may hold the others up.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import close_old_connections, connections

from gonets.kernel import clock

logger = logging.getLogger(__name__)

KEPT_SECONDS = 60.0
"""For as long a thread of chores keeps its connection to the database."""


@dataclass
class Chore:
    """``do`` is called every ``seconds``; where it takes longer, one after another."""

    do: Callable[[], object]
    seconds: float
    name: str
    due_at: float = field(default=0.0, init=False)

    def take_turn(self) -> None:
        if clock.monotonic() < self.due_at:
            return
        try:
            self.do()
        except Exception:  # The outermost loop: recorded, and tried again.
            logger.exception("The chore “%s” failed", self.name)
            connections.close_all()  # One of them may be why.
        self.due_at = clock.monotonic() + self.seconds


def do_chores(chores: Sequence[Chore], stopping: threading.Event) -> None:
    """Let chores take turns until we are to stop."""
    _keep_connections()
    while not stopping.wait(0.25):
        close_old_connections()
        for chore in chores:
            if not stopping.is_set():
                chore.take_turn()
    connections.close_all()


def _keep_connections() -> None:
    """Let this thread not open the database anew for every look."""
    for one in connections.all():
        one.settings_dict = {**one.settings_dict, "CONN_MAX_AGE": KEPT_SECONDS}
