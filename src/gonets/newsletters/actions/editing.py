"""The first write of every change to an issue: who, when, and may it still be changed.

It comes first in the transaction, so that it also is the lock: changes of one issue
happen one after another.  Each makes an edition and has its row in the issue's history.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from gonets.kernel import clock
from gonets.newsletters.actions.changes import record_change
from gonets.newsletters.errors import EditedMeanwhile, IssueClosed, IssueMissing
from gonets.newsletters.models import Issue, IssueChange
from gonets.newsletters.people import name_of
from gonets.newsletters.states import EDITABLE_STATES, ChangeKind
from gonets.newsletters.types import Person


@transaction.atomic
def change_issue(issue_id: int, *, user: Person | None, **fields: Any) -> None:
    """Write ``fields`` and a new edition, if the issue has not been released.

    :raises IssueClosed: if it has been.
    :raises IssueMissing: if there is none.
    """
    if begin_edition(issue_id, user=user, state__in=EDITABLE_STATES) is None:
        raise_closed(issue_id, _("This issue has been sent and cannot be changed."))
    if fields:
        Issue.objects.filter(pk=issue_id).update(**fields)


def begin_edition(
    issue_id: int,
    *,
    user: Person | None,
    kind: ChangeKind = ChangeKind.EDIT,
    **conditions: Any,
) -> IssueChange | None:
    """Begin a new edition of the issue if it meets the conditions; None if not.

    What the change does is written after this, in the same transaction.
    """
    issues = Issue.objects.filter(pk=issue_id, **conditions)
    if not issues.update(edition=F("edition") + 1, **changed_by(user)):
        return None
    return record_change(Issue.objects.get(pk=issue_id), kind=kind)


def change_edition(
    issue_id: int, *, edition: int, user: Person | None, **fields: Any
) -> int:
    """Write ``fields`` onto this very edition, whatever the state; return the new one.

    :raises EditedMeanwhile: if the issue has another edition by now.
    :raises IssueMissing: if there is none.
    """
    if begin_edition(issue_id, user=user, edition=edition) is None:
        raise edited_meanwhile(issue_id)
    if fields:
        Issue.objects.filter(pk=issue_id).update(**fields)
    return edition + 1


def check_edition(issue_id: int, edition: int) -> None:
    """Make sure that what an editor saw is what there is, where nothing is to be saved.

    :raises EditedMeanwhile: if the issue has another edition by now.
    :raises IssueMissing: if there is none.
    """
    if not Issue.objects.filter(pk=issue_id, edition=edition).exists():
        raise edited_meanwhile(issue_id)


def lock_issue(issue_id: int) -> Issue:
    """Let no one change the issue until this transaction ends.

    :raises IssueMissing: if there is none.
    """
    if not Issue.objects.filter(pk=issue_id).update(edition=F("edition")):
        raise IssueMissing
    return Issue.objects.get(pk=issue_id)


def changed_by(user: Person | None) -> Mapping[str, Any]:
    return {"changed_at": clock.now(), "changed_by_id": user.pk if user else None}


def raise_closed(issue_id: int, message: str) -> None:
    """Say why an update found nothing: the issue is gone, or in another state."""
    if not Issue.objects.filter(pk=issue_id).exists():
        raise IssueMissing
    raise IssueClosed(message)


def edited_meanwhile(issue_id: int) -> EditedMeanwhile:
    """Return who made the edition that is stored now.

    :raises IssueMissing: if the issue was deleted.
    """
    issue = Issue.objects.select_related("changed_by").filter(pk=issue_id).first()
    if issue is None:
        raise IssueMissing
    return EditedMeanwhile(
        by=name_of(issue.changed_by), at=issue.changed_at, edition=issue.edition
    )
