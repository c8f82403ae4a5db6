"""What a report says, as short values; and how people and letters change."""

from __future__ import annotations

from gonets.audience import actions as audience
from gonets.audience.models import Subscription
from gonets.newsletters import actions as newsletters
from gonets.publishing.rehearsal.reports import (
    finding_groups,
)


def groups(state, *kinds):
    return {
        (group.reason, group.count)
        for group in finding_groups(state)
        if not kinds or group.kind in kinds
    }


def names(state, kind):
    found = [group.first for group in finding_groups(state) if group.kind == kind]
    return {each.address.partition("@")[0] for first in found for each in first}


def word(issue, **changes):
    issue.refresh_from_db()
    newsletters.save_wording(
        issue.pk, edition=issue.edition, user=None, changes=changes
    )


def leave(person, readership):
    theirs = Subscription.objects.get(subscriber=person, readership=readership)
    audience.unsubscribe(theirs.pk)
