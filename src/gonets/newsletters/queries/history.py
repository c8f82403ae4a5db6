"""The history of an issue: its changes, and what it was at an earlier edition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import takewhile

from gonets.newsletters.documents import (
    Alteration,
    Document,
    alteration,
    changed,
    inverse,
    unpacked_alteration,
    unpacked_document,
)
from gonets.newsletters.errors import IssueMissing
from gonets.newsletters.models import Issue, IssueChange
from gonets.newsletters.people import name_of
from gonets.newsletters.queries.documents import document_of
from gonets.newsletters.types import Change

AT_ONCE = 20
"""Rows: most questions are answered by the newest few."""


def changes_of(issue_id: int, *, before: int | None = None) -> Iterator[Change]:
    """Yield the changes of an issue, the newest first, or those before an edition."""
    rows = IssueChange.objects.filter(issue=issue_id).select_related("made_by")
    if before is not None:
        rows = rows.filter(edition__lt=before)
    for row in rows.order_by("-edition").iterator(chunk_size=AT_ONCE):
        yield as_change(row, alteration_of(row))


def undone_steps(issue_id: int) -> Callable[[int], Change | None]:
    """Return what finds the steps of an issue that are undone by their ids."""
    rows = IssueChange.objects.filter(issue=issue_id, is_undone=True)
    found = rows.defer("alteration").select_related("made_by").in_bulk()

    def undone(pk: int) -> Change | None:
        row = found.get(pk)
        return None if row is None else as_change(row, alteration_of(row))

    return undone


def changes_since(issue_id: int, edition: int) -> list[Change]:
    """Return the changes that made later editions, the newest first."""
    later = takewhile(lambda each: each.edition > edition, changes_of(issue_id))
    return list(later)


def alteration_of(row: IssueChange) -> Alteration:
    """Return what a change changed; of the newest, up to this moment."""
    if row.base is not None:
        base = unpacked_document(bytes(row.base))
        return alteration(base, document_of(row.issue_id), edition=row.edition)
    if row.alteration is None:
        return Alteration()
    return unpacked_alteration(bytes(row.alteration))


def as_change(row: IssueChange, what: Alteration) -> Change:
    return Change(
        id=row.pk,
        edition=row.edition,
        kind=row.kind,
        of_id=row.of_id,
        is_undone=row.is_undone,
        is_joint=row.is_joint,
        name=row.name,
        began_at=row.began_at,
        made_at=row.made_at,
        made_by_id=row.made_by_id,
        made_by=name_of(row.made_by),
        alteration=what,
    )


def document_at(issue_id: int, edition: int) -> Document:
    """Return the document as it was at ``edition``, or at the nearest kept one before.

    :raises IssueMissing: if there is no such issue.
    """
    if not Issue.objects.filter(pk=issue_id).exists():
        raise IssueMissing
    document = document_of(issue_id)
    for change in changes_of(issue_id):
        if change.edition <= edition:
            break
        document = changed(document, inverse(change.alteration))
    return document
