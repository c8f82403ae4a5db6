"""What the worker process is put together from."""

from __future__ import annotations

from pathlib import Path

from django.db import connections
from django.utils.translation import gettext_noop

from gonets.delivery.errors import LedgerUnsafe
from gonets.delivery.worker import run_worker
from gonets.publishing.actions import keep_environment_relay
from gonets.publishing.letters import PublishedLetters
from gonets.server.chores import Chores
from gonets.server.errors import CannotStart

CHORES_END_WITHIN = 5.0


def work(data_dir: Path) -> None:
    """Send, and do the chores, until SIGTERM.

    :raises CannotStart: if the database does not keep what it has confirmed.
    """
    keep_environment_relay()
    connections.close_all()  # This thread asks nothing more.
    chores = Chores()
    try:
        run_worker(PublishedLetters(), data_dir=data_dir, when_begun=chores.start)
    except LedgerUnsafe as error:
        raise CannotStart(
            gettext_noop("Nothing is sent, because a power cut could lose it: %(why)s"),
            why=error,
        ) from error
    finally:
        chores.stop(within=CHORES_END_WITHIN)
