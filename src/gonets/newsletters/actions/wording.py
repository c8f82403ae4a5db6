"""Saving what an editor typed, never over what another one typed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from gonets.newsletters.actions.editing import changed_by
from gonets.newsletters.errors import BadWording, EditedMeanwhile, IssueMissing
from gonets.newsletters.models import Entry, Issue
from gonets.newsletters.people import name_of
from gonets.newsletters.types import Person
from gonets.newsletters.wording import Wording, checked_wording


@transaction.atomic
def save_wording(
    issue_id: int,
    *,
    edition: int,
    user: Person | None,
    changes: Mapping[str, str],
) -> int:
    """Save ``changes`` onto ``edition`` of the issue and return the new edition.

    The names of fields are those of ``wording.checked_wording``; HTML is sanitised.
    Also a released issue's wording can be saved: whether that makes sense (a paused
    run) is for ``gonets.publishing`` to say.

    :raises EditedMeanwhile: if the issue has another edition by now.
    :raises BadWording: if a field cannot be saved; then nothing is.
    :raises IssueMissing: if the issue was deleted.
    """
    wording = checked_wording(changes)
    saved = Issue.objects.filter(pk=issue_id, edition=edition).update(
        edition=F("edition") + 1, **changed_by(user), **wording.issue
    )
    if not saved:
        raise _edited_meanwhile(issue_id)
    _save_entries(issue_id, wording)
    return edition + 1


def _save_entries(issue_id: int, wording: Wording) -> None:
    entries = Entry.objects.filter(issue=issue_id)
    for part, heading in wording.headings.items():
        if not entries.filter(part=part).update(heading=heading):
            raise BadWording(
                f"section.{part}.heading", _("This part of the letter is gone.")
            )
    for entry_id, words in wording.entries.items():
        if not entries.filter(pk=entry_id).update(**words):
            raise BadWording(
                f"entry.{entry_id}.{next(iter(words))}",
                _("This material is not in the issue any more."),
            )


def _edited_meanwhile(issue_id: int) -> EditedMeanwhile:
    issue = Issue.objects.select_related("changed_by").filter(pk=issue_id).first()
    if issue is None:
        raise IssueMissing
    return EditedMeanwhile(
        by=name_of(issue.changed_by), at=issue.changed_at, edition=issue.edition
    )
