"""Processes that a test can kill: a worker, and a clerk that does what the web does.

``python -m tests.support.engine_process worker FOLDER`` sends; ``… clerk`` reads one
JSON call per line and answers each with one line.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from gonets.delivery import actions, queries  # noqa: E402
from gonets.delivery.disk import LeastRoom  # noqa: E402
from gonets.delivery.errors import RunAlreadyOpen  # noqa: E402
from gonets.delivery.health import Patience  # noqa: E402
from gonets.delivery.lifting import lift_fence  # noqa: E402
from gonets.delivery.models import Delivery, Relay  # noqa: E402
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
from gonets.delivery.types import NewRecipient  # noqa: E402
from gonets.delivery.worker import run_worker  # noqa: E402
from tests.support.engine_relays import RelayClerk  # noqa: E402

DATE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class TinyLetter:
    """A letter of a few lines; the address ``unfit@…`` cannot get one."""

    def __init__(self, letter_ref: str) -> None:
        self.letter_ref = letter_ref
        self.is_costly = letter_ref.startswith("costly")

    def envelope_for(self, recipient: Recipient, binding: Binding) -> Envelope:
        if recipient.address.startswith("unfit@"):
            raise LetterUnfit("This letter cannot be made.")
        content = (
            f"From: <news@sender.example>\r\nTo: <{recipient.address}>\r\n"
            f"Subject: {self.letter_ref}\r\nMessage-ID: {binding.message_id}\r\n\r\n"
            f"Hello {binding.values['name']}\r\n.a line with a dot\r\n"
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


class Clerk(RelayClerk):
    """Answers the calls of a test in a process of its own."""

    def migrate(self) -> None:
        call_command("migrate", verbosity=0)

    def run(
        self,
        *,
        url: str,
        addresses: Sequence[str],
        rate: float | None = None,
        connections: int = 4,
        origin: str = "issue:1",
        letter: str = "first",
        started: bool = True,
    ) -> int:
        relay, _made = Relay.objects.update_or_create(
            name="relay",
            defaults={
                "url": url,
                "letters_per_second": rate,
                "connections": connections,
            },
        )
        run = actions.open_run(
            origin_key=origin,
            letter_ref=letter,
            stop_scope="news",
            relay=relay,
            now=datetime.now(UTC),
        )
        actions.add_recipients(
            run.pk, (NewRecipient(address=one, address_key=one) for one in addresses)
        )
        if started:
            actions.start_run(run.pk)
        return run.pk

    def is_seen(self) -> bool:
        return queries.worker_last_seen() is not None

    def progress(self, run_id: int) -> dict[str, Any]:
        progress = queries.run_progress(run_id)
        return {
            **asdict(progress),
            "percent": progress.percent,
            "waiting": progress.waiting,
            "reason": progress.pause_reason,
        }

    def account(self, run_id: int) -> dict[str, str]:
        rows = Delivery.objects.filter(run_id=run_id)
        return dict(rows.values_list("address_key", "status"))

    def rows(self, run_id: int) -> list[dict[str, Any]]:
        return list(Delivery.objects.filter(run_id=run_id).order_by("pk").values())

    def press_send(self, *, url: str, times: int) -> list[int]:
        """Press Send ``times`` times at once; return the runs that were made."""
        with ThreadPoolExecutor(times) as people:
            presses = [people.submit(self._press, url=url) for _one in range(times)]
        return sorted({press.result() for press in presses})

    def _press(self, *, url: str) -> int:
        try:
            return self.run(url=url, addresses=["ann@x.example"])
        except RunAlreadyOpen as error:
            return error.run_id
        finally:
            connections.close_all()

    def is_fenced(self) -> bool:
        return queries.fenced() is not None

    def lift_fence(self) -> None:
        lift_fence(None)

    def call(self, name: str, *args: Any) -> Any:
        return getattr(actions, name)(*args)


def serve_clerk() -> None:
    clerk = Clerk()
    for line in sys.stdin:
        request: Mapping[str, Any] = json.loads(line)
        try:
            answer = getattr(clerk, request["do"])(*request["args"], **request["named"])
            reply = {"answer": answer}
        except Exception as error:  # noqa: BLE001 - the test gets it as an answer
            reply = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(reply, default=str) + "\n")
        sys.stdout.flush()


def serve_worker(
    folder: Path,
    *,
    retry_seconds: float,
    gives_up_after: float,
    lease_seconds: float,
    least_free: int = 0,
    away_seconds: float = 60,
    silent_seconds: float = 10,
) -> None:
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
    run_worker(
        TinyLetters(),
        data_dir=folder,
        options=SendingOptions(
            patience=patience,
            retry=retry,
            caution=Caution(deaf_seconds=0.2),
            drain_seconds=5,
            lease=timedelta(seconds=lease_seconds),
            least_room=LeastRoom(size=least_free, share=1.0),
        ),
    )


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if sys.argv[1] == "worker":
        serve_worker(Path(sys.argv[2]), **json.loads(sys.argv[3]))
    else:
        serve_clerk()
