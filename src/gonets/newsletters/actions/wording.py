"""Saving what an editor typed, never over what another one typed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from gonets.kernel.addresses import BadAddress
from gonets.letters.own_texts import normal_text
from gonets.letters.texts import automatic_digest, editable_text
from gonets.newsletters.actions.editing import change_edition
from gonets.newsletters.errors import BadWording
from gonets.newsletters.models import Entry, Issue
from gonets.newsletters.queries.letters import letter_content
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
    if "own_text" in wording.issue:
        _note_automatic_text(issue_id)
    return saved


def _note_automatic_text(issue_id: int) -> None:
    """Keep which letter a text was written for; one that says the same is none."""
    try:
        content = letter_content(issue_id)
    except BadAddress:  # Without a sender there is no letter to compare with.
        return
    is_own = content.own_text not in {"", normal_text(editable_text(content))}
    Issue.objects.filter(pk=issue_id).update(
        own_text=content.own_text if is_own else "",
        own_text_of=automatic_digest(content) if is_own else "",
    )


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
