"""Holding a rehearsal: begun and stopped by editors, carried on by a worker.

Nothing of the issue changes: no version, no run, no material.  A worker may write only
while it holds the rehearsal; every write here says so in its WHERE clause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gonets.audience.models import Subscriber
from gonets.kernel import clock
from gonets.letters.compiling import compile_letter
from gonets.letters.errors import LetterError
from gonets.letters.storing import content_as_json, digest_of
from gonets.newsletters.models import Issue
from gonets.newsletters.states import EDITABLE_STATES
from gonets.newsletters.types import Person
from gonets.publishing.audiences import audience_size
from gonets.publishing.errors import NobodyToSendTo, RehearsalRefused, SigningRefused
from gonets.publishing.readiness import content_now
from gonets.publishing.rehearsal.making import Found
from gonets.publishing.rehearsal.models import Rehearsal, RehearsalFinding
from gonets.publishing.rehearsal.states import UNFINISHED_REHEARSALS, RehearsalStatus
from gonets.publishing.signing import current_signer
from gonets.publishing.states import AudienceRule

LEASE = timedelta(seconds=15)
MOST_TRIES = 3
FORGOTTEN_AT_A_TIME = 200

BROKE_OFF = gettext_noop(
    "The rehearsal was interrupted several times. Start it again; if that does not "
    "help, the program's log says more."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a rehearsal has come since it was written down last."""

    looked_up_to: int
    tally: dict[str, Any]
    worked_seconds: float
    letters_per_second: float | None
    seconds_left: float | None


def start_rehearsal(issue_id: int, *, user: Person | None) -> Rehearsal:
    """Have the letter rehearsed as it is worded now; one under way is returned.

    :raises RehearsalRefused: if the issue has been sent, or no letter can be made.
    :raises SenderMissing: if there is nobody to send it as.
    :raises NobodyToSendTo: if there is no audience.
    """
    issue = Issue.objects.get(pk=issue_id)
    if issue.state not in EDITABLE_STATES:
        raise RehearsalRefused(_("The issue has been sent, so nothing is rehearsed."))
    under_way = _unfinished(issue_id).first()
    if under_way is not None:
        return under_way
    content = content_now(issue_id)
    try:
        compile_letter(content)
        current_signer(content.sender_address)
    except (LetterError, SigningRefused) as error:
        raise RehearsalRefused(str(error)) from error
    if not audience_size(issue_id, AudienceRule.EVERYONE):
        raise NobodyToSendTo
    try:
        with transaction.atomic():
            return Rehearsal.objects.create(
                issue=issue,
                edition=issue.edition,
                content=content_as_json(content),
                sha256=digest_of(content),
                created_at=clock.now(),
                started_by_id=user.pk if user else None,
            )
    except IntegrityError:  # Another press of the same button was first.
        return Rehearsal.objects.filter(issue_id=issue_id).latest("pk")


def stop_rehearsal(rehearsal_id: int) -> bool:
    """Let no more letters be made; False if it had ended already."""
    unfinished = Rehearsal.objects.filter(
        pk=rehearsal_id, status__in=UNFINISHED_REHEARSALS
    )
    stopped = RehearsalStatus.STOPPED
    return bool(
        unfinished.update(status=stopped, ended_at=clock.now(), seconds_left=None)
    )


def claim_rehearsal(*, holder: str) -> Rehearsal | None:
    """Take the first rehearsal that nobody holds, or whose holder fell silent.

    One that has been taken up too often without getting on is given up.
    """
    for rehearsal in rehearsals_to_take():
        mine = _as_it_was(rehearsal)
        now = clock.now()
        if rehearsal.tries >= MOST_TRIES:
            mine.update(status=RehearsalStatus.FAILED, failure=BROKE_OFF, ended_at=now)
        elif mine.update(
            status=RehearsalStatus.RUNNING,
            holder=holder,
            lease_until=now + LEASE,
            tries=F("tries") + 1,
            started_at=Coalesce("started_at", now),
        ):
            return Rehearsal.objects.get(pk=rehearsal.pk)
    return None


def rehearsals_to_take() -> QuerySet[Rehearsal]:
    """Return those that nobody is at, the one that waits longest first."""
    free = Q(lease_until=None) | Q(lease_until__lt=clock.now())
    unfinished = Rehearsal.objects.filter(free, status__in=UNFINISHED_REHEARSALS)
    return unfinished.order_by("pk")


def note_start(held: Rehearsal, *, people: int, relay_facts: dict[str, Any]) -> bool:
    """Write down what is there to do; False if it is not ours any more."""
    return bool(_held(held).update(people=people, relay_facts=relay_facts))


def keep_rehearsed(
    held: Rehearsal, progress: Progress, findings: Sequence[Found]
) -> bool:
    """Write down how far it has come, and what was found; False if it is not ours.

    What was found about a person who was deleted this very moment goes with them.
    """
    rows = [_row(held, found) for found in findings]
    try:
        return _keep(held, progress, rows)
    except IntegrityError:
        ids = [row.subscriber_id for row in rows]
        people = Subscriber.objects.filter(pk__in=ids)
        there = set(people.values_list("pk", flat=True))
        return _keep(
            held, progress, [row for row in rows if row.subscriber_id in there]
        )


def end_rehearsal(held: Rehearsal) -> bool:
    """Every letter has been made; False if it is not ours any more."""
    return bool(
        _held(held).update(
            status=RehearsalStatus.FINISHED,
            ended_at=clock.now(),
            lease_until=None,
            seconds_left=None,
        )
    )


def break_off(held: Rehearsal, *, failure: str) -> None:
    """End it because it cannot go on; ``failure`` is a source string."""
    _held(held).update(
        status=RehearsalStatus.FAILED, failure=failure, ended_at=clock.now()
    )


def hand_back(held: Rehearsal) -> None:
    """Let another worker go on where we stop; that is no failure."""
    _held(held).update(
        status=RehearsalStatus.WAITING,
        lease_until=None,
        holder="",
        tries=F("tries") - 1,
        seconds_left=None,
    )


def forget_rehearsals() -> bool:
    """Delete a piece of what no issue shows any more; True if there may be more.

    A newer rehearsal takes the place of the older one once it is under way.
    """
    newer = Q(issue__rehearsals__pk__gt=F("pk"))
    old = Rehearsal.objects.filter(Q(issue=None) | newer).exclude(
        status__in=UNFINISHED_REHEARSALS, issue__isnull=False
    )
    rehearsal_id = old.order_by("pk").values_list("pk", flat=True).first()
    if rehearsal_id is None:
        return False
    findings = RehearsalFinding.objects.filter(rehearsal_id=rehearsal_id)
    some = list(findings.values_list("pk", flat=True)[:FORGOTTEN_AT_A_TIME])
    if some:
        RehearsalFinding.objects.filter(pk__in=some).delete()
    else:
        Rehearsal.objects.filter(pk=rehearsal_id).delete()
    return True


@transaction.atomic
def _keep(
    held: Rehearsal, progress: Progress, rows: Sequence[RehearsalFinding]
) -> bool:
    kept = _held(held).update(
        looked_up_to=progress.looked_up_to,
        tally=progress.tally,
        worked_seconds=progress.worked_seconds,
        letters_per_second=progress.letters_per_second,
        seconds_left=progress.seconds_left,
        lease_until=clock.now() + LEASE,
        tries=1,  # It gets on.
    )
    if kept:
        RehearsalFinding.objects.bulk_create(rows)
    return bool(kept)


def _row(held: Rehearsal, found: Found) -> RehearsalFinding:
    return RehearsalFinding(
        rehearsal_id=held.pk,
        subscriber_id=found.subscriber_id,
        kind=found.kind,
        reason=found.reason,
        detail=found.detail,
        address=found.address,
    )


def _unfinished(issue_id: int) -> QuerySet[Rehearsal]:
    return Rehearsal.objects.filter(issue_id=issue_id, status__in=UNFINISHED_REHEARSALS)


def _as_it_was(rehearsal: Rehearsal) -> QuerySet[Rehearsal]:
    return Rehearsal.objects.filter(
        pk=rehearsal.pk,
        status=rehearsal.status,
        holder=rehearsal.holder,
        lease_until=rehearsal.lease_until,
    )


def _held(held: Rehearsal) -> QuerySet[Rehearsal]:
    return Rehearsal.objects.filter(
        pk=held.pk,
        holder=held.holder,
        status=RehearsalStatus.RUNNING,
        issue__isnull=False,
    )
