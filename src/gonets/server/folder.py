"""The data folder belongs to one ``gonets serve`` at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext_noop

from gonets.server.errors import CannotStart

LOCK_FILE = "serve.lock"


@contextmanager
def owned_folder(folder: Path) -> Iterator[bool]:
    """Hold the folder; yield whether its last owner was killed.

    :raises CannotStart: while another one holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK_FILE).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                gettext_noop(
                    "Gonets already runs with the data folder %(folder)s: stop it "
                    "first (Ctrl-C in its terminal), or name another one in "
                    "GONETS_DATA."
                ),
                folder=folder,
            ) from None
        file.seek(0)
        was_killed = bool(file.read())
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield was_killed
        file.truncate(0)
