"""Processes that a test can kill: workers, and a clerk that does what the web does.

``python -m tests.support.engine_process worker FOLDER`` sends; ``… nursery`` forks
workers, and a clerk, which reads one JSON call per line and answers with one line;
``… ancestor`` forks nurseries.
"""

from __future__ import annotations

import ctypes
import logging
import os
import random
import socket
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module, reload
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connections

django.setup()

from gonets.delivery import worker  # noqa: E402
from gonets.delivery.disk import LeastRoom  # noqa: E402
from gonets.delivery.health import Patience  # noqa: E402
from gonets.delivery.options import SendingOptions  # noqa: E402
from gonets.delivery.ports import (  # noqa: E402
    Binding,
    Envelope,
    LetterUnfit,
    Recipient,
    Withheld,
)
from gonets.delivery.retry import RetryPolicy  # noqa: E402
from gonets.delivery.slowing import Caution  # noqa: E402
from gonets.kernel import clock  # noqa: E402
from tests.support import engine_settings  # noqa: E402
from tests.support.engine_ancestor import serve_ancestor  # noqa: E402
from tests.support.engine_clerk import serve_clerk  # noqa: E402
from tests.support.engine_nursery import serve_nursery  # noqa: E402

DATE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000  # linux/sched.h
LARGE_FILLING = f"{'x' * 76}\r\n" * 170_000  # more than the buffers on the way hold


class TinyLetter:
    """A letter of a few lines, or the large one of the name ``large``.

    ``unfit@…`` cannot get one, and ``broken@…`` finds an error in the program.
    """

    def __init__(self, letter_ref: str) -> None:
        self.letter_ref = letter_ref
        self.is_costly = letter_ref.startswith("costly")

    def envelope_for(self, recipient: Recipient, binding: Binding) -> Envelope:
        if recipient.address.startswith("unfit@"):
            raise LetterUnfit("This letter cannot be made.")
        if recipient.address.startswith("broken@"):
            raise ZeroDivisionError
        filling = LARGE_FILLING if self.letter_ref == "large" else ""
        content = (
            f"From: <news@sender.example>\r\nTo: <{recipient.address}>\r\n"
            f"Subject: {self.letter_ref}\r\nMessage-ID: {binding.message_id}\r\n\r\n"
            f"Hello {binding.values['name']}\r\n.a line with a dot\r\n{filling}"
        )
        return Envelope(
            sender="news@sender.example",
            recipient=recipient.address,
            content=content.encode(),
        )


class TinyLetters:
    """The simplest LetterSource that keeps its promises."""

    def letter(self, letter_ref: str) -> TinyLetter:
        if letter_ref == "unfit":
            raise LetterUnfit("The whole letter cannot be made.")
        return TinyLetter(letter_ref)

    def bind(
        self, *, run_id: int, letter_ref: str, recipients: Sequence[Recipient]
    ) -> list[Binding | Withheld]:
        return [self._bind(run_id, letter_ref, one) for one in recipients]

    def _bind(
        self, run_id: int, letter_ref: str, recipient: Recipient
    ) -> Binding | Withheld:
        if recipient.address.startswith("gone@"):
            return Withheld(reason="no such person any more")
        return Binding(
            letter_ref=letter_ref,
            message_id=f"<{run_id}.{recipient.delivery_id}.{letter_ref}@test.example>",
            date=DATE,
            values={"name": "Анна".encode().hex()},
        )


def serve_worker(
    folder: Path,
    *,
    retry_seconds: float = 0.3,
    gives_up_after: float = 3,
    lease_seconds: float = 60,
    drain_seconds: float = 5,
    least_free: int = 0,
    away_seconds: float = 60,
    silent_seconds: float = 10,
    heart_fails: bool = False,
    is_cut_off: bool = False,
) -> None:
    if heart_fails:
        worker.go_on_lifting = _fail
    if is_cut_off:
        leave_the_network()
    patience = Patience(
        first_rest=0.05,
        longest_rest=0.5,
        gives_up_after=gives_up_after,
        away_seconds=away_seconds,
        silent_seconds=silent_seconds,
    )
    retry = RetryPolicy(
        waits=(timedelta(seconds=retry_seconds),),
        give_up_after=timedelta(seconds=20 * retry_seconds),
    )
    worker.run_worker(
        TinyLetters(),
        data_dir=folder,
        options=SendingOptions(
            patience=patience,
            retry=retry,
            caution=Caution(deaf_seconds=0.2),
            drain_seconds=drain_seconds,
            lease=timedelta(seconds=lease_seconds),
            least_room=LeastRoom(size=least_free, share=1.0),
        ),
    )


def leave_the_network() -> None:
    """Have no network any more, as on a host whose cable was pulled.

    A database that listens on a path of the file system is reached all the same.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) and libc.unshare(CLONE_NEWUSER | CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "no network of its own can be had here")


def _fail() -> None:
    raise ZeroDivisionError


def follow_clock(file: Path) -> None:
    """Let this process see a wall clock that is ahead by as much as the file says."""

    def shifted() -> datetime:
        ahead = float(file.read_text() or 0) if file.exists() else 0
        return datetime.now(UTC) + timedelta(seconds=ahead)

    clock.now = shifted


def obey_environment() -> None:
    """Take this engine's settings; whom it was forked from had none of any engine."""
    random.seed()
    told = reload(engine_settings)
    settings.DATABASES, settings.GONETS_FENCE = told.DATABASES, told.GONETS_FENCE
    connections.settings = connections.configure_settings(None)
    del connections["default"]  # The models asked it how long their names may be.
    set_clock()


def set_clock() -> None:
    if "ENGINE_CLOCK" in os.environ:
        follow_clock(Path(os.environ["ENGINE_CLOCK"]))


def become_nursery(channel: socket.socket) -> None:
    obey_environment()
    nurse(channel)


def nurse(channel: socket.socket) -> None:
    serve_nursery(channel, work=_serve_forked_worker, clerk=serve_clerk)


def main(kind: str, where: str) -> None:
    if kind == "worker":
        serve_worker(Path(where))
        return
    # Imported before it forks: this takes longer than all the rest.
    import_module("uvloop")
    channel = socket.socket(fileno=int(where))
    if kind == "nursery":
        nurse(channel)
    else:
        serve_ancestor(channel, become=become_nursery)


def _serve_forked_worker(folder: str, options: dict[str, Any]) -> None:
    serve_worker(Path(folder), **options)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    set_clock()
    main(*sys.argv[1:])
