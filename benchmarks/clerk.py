"""The clerk of a benchmark: a process that does what the web's pages do."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db.models import Max, Min  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from benchmarks.answering import answer_calls  # noqa: E402
from benchmarks.site import build_site, the_issue  # noqa: E402
from gonets.audience.models import Subscriber  # noqa: E402
from gonets.delivery.models import Delivery, Run, Worker  # noqa: E402
from gonets.delivery.ports import Binding, Recipient  # noqa: E402
from gonets.delivery.states import ENDED_RUNS, RunStatus  # noqa: E402
from gonets.publishing.actions import freeze_audience, send_issue  # noqa: E402
from gonets.publishing.letters import PublishedLetters  # noqa: E402
from gonets.publishing.models import IssueRun  # noqa: E402
from gonets.publishing.states import AudienceRule  # noqa: E402

POLL_SECONDS = 0.05


class Clerk:
    """The calls."""

    def __init__(self) -> None:
        get_resolver().url_patterns  # noqa: B018 - a web server has them at hand

    def migrate(self) -> None:
        call_command("migrate", verbosity=0)

    def build(self, *, readers: int) -> None:
        build_site(readers=readers)

    def workers_seen(self) -> int:
        """Count the workers that have ever come to work."""
        return Worker.objects.count()

    def press_send(self) -> dict[str, Any]:
        """Send the issue to everyone, as often as it is called; say when it began."""
        issue, pressed_at = the_issue(), time.time()
        newest = IssueRun.objects.filter(issue=issue).order_by("-run_id").first()
        run = send_issue(
            issue.pk,
            audience=AudienceRule.EVERYONE,
            user=None,
            previous_run_id=newest.run_id if newest else None,
        )
        return {"run_id": run.pk, "pressed_at": pressed_at}

    def freeze(self, run_id: int) -> float:
        """Freeze the whole audience here and now; return the seconds it took."""
        began = time.monotonic()
        freeze_audience(run_id)
        return time.monotonic() - began

    def progress(self, run_id: int) -> dict[str, Any]:
        run = Run.objects.get(pk=run_id)
        return {
            "status": run.status,
            "size": run.audience_size,
            "accepted": run.accepted,
            "open": run.pending + run.claimed + run.intent + run.deferred,
            "uncertain": run.uncertain,
            "pause_answer": run.pause_answer,
            "started_at": _seconds(run.started_at),
            "ended_at": _seconds(run.ended_at),
        }

    def seconds_of_sending(self, run_id: int) -> float:
        """Return the time from the first intent to the last answer."""
        rows = Delivery.objects.filter(run_id=run_id)
        span = rows.aggregate(first=Min("first_attempt_at"), last=Max("settled_at"))
        return float((span["last"] - span["first"]).total_seconds())

    def wait_until_ended(self, run_id: int, *, within: float) -> dict[str, Any]:
        """Wait, looking now and then as a page does, for the end of the run."""
        until = time.monotonic() + within
        while True:
            found = self.progress(run_id)
            if found["status"] in ENDED_RUNS:
                return found
            if found["status"] == RunStatus.PAUSED or time.monotonic() > until:
                raise TimeoutError(f"The run does not end: {found}")
            time.sleep(POLL_SECONDS)

    def letter(self) -> str:
        """Return the newest run's letter to somebody in the middle, in ASCII."""
        everyone = Subscriber.objects.order_by("pk")
        reader = everyone[everyone.count() // 2]
        run = Run.objects.latest("pk")
        recipient = Recipient(
            delivery_id=reader.pk,
            address=reader.address,
            address_key=reader.address_key,
            person_ref=str(reader.pk),
        )
        letters = PublishedLetters()
        [binding] = letters.bind(
            run_id=run.pk, letter_ref=run.letter_ref, recipients=[recipient]
        )
        assert isinstance(binding, Binding)
        letter = letters.letter(run.letter_ref)
        return letter.envelope_for(recipient, binding).content.decode("ascii")


def _seconds(moment: datetime | None) -> float | None:
    return moment.astimezone(UTC).timestamp() if moment else None


if __name__ == "__main__":
    answer_calls(Clerk())
