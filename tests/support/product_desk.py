"""What a test does inside a running product's database, as a process of its own.

Reads one order per line, such as ``["issue_for", {"people": 1000}]``, and answers each
with one line of JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gonets.server.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from gonets.audience import actions as audience  # noqa: E402
from gonets.audience.models import Subscriber, Subscription  # noqa: E402
from gonets.audience.states import SubscriptionState  # noqa: E402
from gonets.delivery.models import Delivery, Run, Stop  # noqa: E402
from gonets.kernel import clock  # noqa: E402
from gonets.newsletters.models import Issue, IssueVersion, MaterialUse  # noqa: E402
from gonets.publishing import actions  # noqa: E402
from gonets.publishing.models import IssueRun, RehearsalFinding  # noqa: E402
from gonets.publishing.rehearsal.reports import (  # noqa: E402
    finding_groups,
    newest_rehearsal,
)
from gonets.web.composing.letter_views import VIEWS  # noqa: E402
from tests.support.factories import (  # noqa: E402
    make_issue,
    make_material,
    make_newsletter,
    make_section,
)


def issue_for(people: int) -> int:
    """Make a newsletter for so many people; return its first issue."""
    section = make_section()
    make_material(section=section)
    newsletter = make_newsletter(section)
    now = clock.now()
    subscribers = Subscriber.objects.bulk_create(
        Subscriber(
            address=f"reader{n}@people.example",
            address_key=f"reader{n}@people.example",
            name=f"Reader {n}",
            created_at=now,
            changed_at=now,
        )
        for n in range(people)
    )
    Subscription.objects.bulk_create(
        Subscription(
            subscriber=subscriber,
            readership=newsletter.readership,
            state=SubscriptionState.CONFIRMED,
            created_at=now,
            confirmed_at=now,
        )
        for subscriber in subscribers
    )
    return make_issue(newsletter).pk


def spoil(*, left: int, blocked: int, unfit: int) -> None:
    """Let the first ones leave, block the next, and spoil the addresses of more."""
    theirs = list(Subscription.objects.select_related("subscriber").order_by("pk"))
    for subscription in theirs[:left]:
        audience.unsubscribe(subscription.pk)
    for subscription in theirs[left : left + blocked]:
        audience.suppress(address=subscription.subscriber.address, reason="complained")
    for n, subscription in enumerate(theirs[left + blocked :][:unfit]):
        Subscriber.objects.filter(pk=subscription.subscriber_id).update(
            address=f"reader {n}@people.example"  # No relay can be given that.
        )


def rehearse(issue_id: int) -> int:
    return actions.start_rehearsal(issue_id, user=None).pk


def report(issue_id: int) -> dict[str, Any]:
    state = newest_rehearsal(issue_id)
    assert state is not None
    return {
        "status": state.status,
        "percent": state.percent,
        "audience": state.tally.audience,
        "made": state.tally.made,
        "looked_at": state.tally.looked_at,
        "found": [[g.kind, g.reason, g.count] for g in finding_groups(state)],
        "by_name": RehearsalFinding.objects.count(),
    }


def traces() -> dict[str, Any]:
    """Return what a rehearsal must leave none of."""
    models = (Run, Delivery, Stop, IssueVersion, MaterialUse)
    counts = {model.__name__: model.objects.count() for model in models}
    return {**counts, "issues": list(Issue.objects.values_list("state", "edition"))}


def letters_as_shown(
    run_ids: Sequence[int], views: Sequence[str] = tuple(VIEWS)
) -> dict[str, dict[str, str]]:
    """Return what the desk shows of each letter of the runs: view → its SHA-256."""
    editor = get_user_model().objects.filter(is_superuser=True).first()
    client = Client(HTTP_HOST="127.0.0.1")
    assert editor is not None
    client.force_login(editor, "django.contrib.auth.backends.ModelBackend")
    issues = dict(IssueRun.objects.values_list("run_id", "issue_id"))
    shown: dict[str, dict[str, str]] = {}
    for delivery in Delivery.objects.filter(run_id__in=run_ids):
        issue_id = issues[delivery.run_id]
        where = reverse("gonets:sent-letter-view", args=[issue_id, delivery.pk])
        answers = {view: client.get(f"{where}?view={view}") for view in views}
        shown[delivery.recipient] = {
            **{
                view: answer.headers["Letter-SHA256"]
                for view, answer in answers.items()
            },
            "content": hashlib.sha256(answers["file"].content).hexdigest(),
        }
    return shown


def main() -> None:
    for line in sys.stdin:
        name, arguments = json.loads(line)
        sys.stdout.write(json.dumps(globals()[name](**arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
