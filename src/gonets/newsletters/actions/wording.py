"""Saving what an editor typed, never over what another one typed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from gonets.newsletters.actions.editing import change_edition
from gonets.newsletters.errors import BadWording
from gonets.newsletters.models import Entry
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
    saved = change_edition(issue_id, edition=edition, user=user, **wording.issue)
    _save_entries(issue_id, wording)
    return saved


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
