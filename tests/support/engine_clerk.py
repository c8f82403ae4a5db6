"""The clerk: does in a process of its own what the web does, on a test's word."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connections, transaction

from gonets.delivery import actions, queries
from gonets.delivery.account import lock_run
from gonets.delivery.errors import RunAlreadyOpen
from gonets.delivery.lifting import lift_fence
from gonets.delivery.models import Attempt, Delivery, Relay, Run
from gonets.delivery.types import NewRecipient
from gonets.kernel import clock
from tests.support.engine_relays import RelayClerk


def write_out(run_id: int) -> None:
    """Have in the deliveries' own rows what workers have in shorthand."""
    with transaction.atomic():
        lock_run(run_id)


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
            now=clock.now(),
        )
        actions.add_recipients(
            run.pk, (NewRecipient(address=one, address_key=one) for one in addresses)
        )
        if started:
            actions.start_run(run.pk)
        return run.pk

    def freeze(self, *, count: int) -> dict[str, float]:
        """Freeze a large audience; return the run, and what it cost."""
        run_id = self.run(url="", addresses=[], origin="issue:large", started=False)
        people = (
            NewRecipient(
                address=f"reader{n}@x.example", address_key=f"reader{n}@x.example"
            )
            for n in range(count)
        )
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.monotonic()
        actions.add_recipients(run_id, people)
        return {
            "run_id": run_id,
            "seconds": time.monotonic() - began,
            "kilobytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before,
        }

    def choose_relay(self, url: str) -> None:
        Relay.objects.update(url=url)

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
        write_out(run_id)
        rows = Delivery.objects.filter(run_id=run_id)
        return dict(rows.values_list("address_key", "status"))

    def account_and_progress(self, run_id: int) -> tuple[dict[str, str], Any]:
        """Return both as of one moment: whoever moves deliveries waits meanwhile."""
        with transaction.atomic():
            lock_run(run_id)
            return self.account(run_id), self.progress(run_id)

    def rows(self, run_id: int) -> list[dict[str, Any]]:
        write_out(run_id)
        return list(Delivery.objects.filter(run_id=run_id).order_by("pk").values())

    def delete_run(self, run_id: int) -> None:
        """Do what no page offers: somebody tidies up in the database."""
        with transaction.atomic():
            Attempt.objects.filter(delivery__run=run_id).delete()
            Delivery.objects.filter(run=run_id).delete()
            Run.objects.filter(pk=run_id).delete()

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
            reply = {"answer": _answer(clerk, request)}
        except Exception as error:  # noqa: BLE001 - the test gets it as an answer
            reply = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(reply, default=str) + "\n")
        sys.stdout.flush()
    connections.close_all()


def _answer(clerk: Clerk, request: Mapping[str, Any]) -> Any:
    """Do it; a connection that broke between two calls is replaced, as in the web."""
    action = getattr(clerk, request["do"])
    try:
        return action(*request["args"], **request["named"])
    except (InterfaceError, OperationalError):
        if connections["default"].vendor == "sqlite":
            raise
        connections.close_all()
        return action(*request["args"], **request["named"])
