"""Saving into a letter that others are writing in at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.db import transaction

from gonets.newsletters.actions.editing import edited_meanwhile, lock_issue
from gonets.newsletters.actions.wording import save_wording
from gonets.newsletters.fields import (
    changed_fields,
    text_in_document,
    text_in_wording,
)
from gonets.newsletters.models import IssueChange
from gonets.newsletters.queries.documents import document_of
from gonets.newsletters.queries.history import changes_since
from gonets.newsletters.types import Conflict, Person, Saved
from gonets.newsletters.wording import checked_wording


@transaction.atomic
def merge_wording(
    issue_id: int,
    *,
    edition: int,
    user: Person | None,
    changes: Mapping[str, str],
    seen: Mapping[str, int],
) -> Saved:
    """Save those ``changes`` whose fields nobody changed since the editor saw them.

    ``edition`` is the one that the editor looks at; ``seen`` names the fields that were
    seen at another one.  What both changed is saved for neither: it comes back as a
    conflict, to be decided about.

    :raises BadWording: if a field cannot be saved; then nothing is.
    :raises EditedMeanwhile: if what was seen is older than the issue's history.
    :raises IssueMissing: if the issue was deleted.
    """
    present = lock_issue(issue_id)
    bases = {name: seen.get(name, edition) for name in changes}
    conflicts = list(_conflicts(issue_id, changes, bases, present=present.edition))
    open_fields = {conflict.field for conflict in conflicts}
    free = {name: text for name, text in changes.items() if name not in open_fields}
    saved = present.edition
    if free:
        saved = save_wording(issue_id, edition=saved, user=user, changes=free)
    return Saved(
        edition=saved,
        is_behind=present.edition > edition,
        conflicts=tuple(conflicts),
    )


def _conflicts(
    issue_id: int,
    changes: Mapping[str, str],
    bases: Mapping[str, int],
    *,
    present: int,
) -> Iterator[Conflict]:
    wording = checked_wording(changes)
    oldest = min(bases.values(), default=present)
    if oldest >= present:
        return
    if not IssueChange.objects.filter(issue=issue_id, edition__lte=oldest).exists():
        raise edited_meanwhile(issue_id)  # Nobody wrote down what has changed since.
    document = document_of(issue_id)
    changed = changed_fields(changes_since(issue_id, oldest), document)
    for name, text in changes.items():
        last = changed.get(name)
        if last is None or last.edition <= bases[name]:
            continue
        theirs = text_in_document(document, name)
        if theirs != text_in_wording(wording, name):
            yield Conflict(field=name, mine=text, theirs=theirs, change=last.change)
