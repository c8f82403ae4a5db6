"""The first write of every change to an issue: who, when, and may it still be changed.

It comes first in the transaction, so that it also is the lock: changes of one issue
happen one after another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from gonets.kernel import clock
from gonets.newsletters.errors import IssueClosed, IssueMissing
from gonets.newsletters.models import Issue
from gonets.newsletters.states import EDITABLE_STATES
from gonets.newsletters.types import Person


def change_issue(issue_id: int, *, user: Person | None, **fields: Any) -> None:
    """Write ``fields`` and a new edition, if the issue has not been released.

    :raises IssueClosed: if it has been.
    :raises IssueMissing: if there is none.
    """
    open_issue = Issue.objects.filter(pk=issue_id, state__in=EDITABLE_STATES)
    if not open_issue.update(edition=F("edition") + 1, **changed_by(user), **fields):
        raise_closed(issue_id, _("This issue has been sent and cannot be changed."))


def changed_by(user: Person | None) -> Mapping[str, Any]:
    return {"changed_at": clock.now(), "changed_by_id": user.pk if user else None}


def raise_closed(issue_id: int, message: str) -> None:
    """Say why an update found nothing: the issue is gone, or in another state."""
    if not Issue.objects.filter(pk=issue_id).exists():
        raise IssueMissing
    raise IssueClosed(message)
