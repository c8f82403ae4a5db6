"""The history of an issue as it is written: a row for each edition.

A change is recorded before it is made, and what it changed is found out by comparing
when the next one begins: so no action can leave anything out.
"""

from __future__ import annotations

from datetime import timedelta

from gonets.newsletters import thinning
from gonets.newsletters.documents import (
    Alteration,
    Document,
    alteration,
    joined,
    packed_alteration,
    packed_document,
    unpacked_document,
)
from gonets.newsletters.models import Issue, IssueChange, IssueVersion
from gonets.newsletters.queries.documents import document_of
from gonets.newsletters.queries.history import alteration_of
from gonets.newsletters.states import ChangeKind

PAUSE_BETWEEN_STEPS = timedelta(seconds=20)
"""Who types on in the same field after a shorter one is still at the same step."""

LONGEST_STEP = timedelta(minutes=2)

EDITIONS_BETWEEN_THINNINGS = 50

UNDOING = {ChangeKind.UNDO, ChangeKind.REDO}


def record_change(
    issue: Issue, *, kind: ChangeKind = ChangeKind.EDIT, of: IssueChange | None = None
) -> IssueChange:
    """Write down who makes this edition, and what the issue is before it is made."""
    document = document_of(issue.pk)
    newest = IssueChange.objects.filter(issue=issue).order_by("edition").last()
    if newest is None:
        _record_start(issue)
    elif newest.base is not None:
        _finish(newest, document)
    if issue.edition % EDITIONS_BETWEEN_THINNINGS == 0:
        thin_changes(issue.pk)
    return IssueChange.objects.create(
        issue=issue,
        edition=issue.edition,
        kind=kind,
        of=of,
        began_at=issue.changed_at,
        made_at=issue.changed_at,
        made_by_id=issue.changed_by_id,
        base=packed_document(document),
    )


def _record_start(issue: Issue) -> None:
    IssueChange.objects.create(
        issue=issue,
        edition=issue.edition - 1,
        kind=ChangeKind.START,
        began_at=issue.created_at,
        made_at=issue.created_at,
        made_by_id=issue.created_by_id,
        alteration=packed_alteration(Alteration()),
    )


def _finish(row: IssueChange, document: Document) -> None:
    """Let the change hold what it changed in place of what was before."""
    base = unpacked_document(bytes(row.base or b""))
    what = alteration(base, document, edition=row.edition)
    what = _joined_with_earlier(row, what)
    if not what and row.kind == ChangeKind.EDIT and not row.name:
        row.delete()
        return
    row.base, row.alteration = None, packed_alteration(what)
    row.save(update_fields=["base", "alteration", "began_at"])


def _joined_with_earlier(row: IssueChange, what: Alteration) -> Alteration:
    """Take in the earlier change, if both are one step of the same person's typing."""
    earlier = IssueChange.objects.filter(issue=row.issue_id, edition__lt=row.edition)
    last = earlier.order_by("edition").last()
    if last is None or not _is_same_step(last, row) or not what.is_wording:
        return what
    before = alteration_of(last)
    if before.paths != what.paths or not before.is_wording or _is_lasting(last):
        return what
    row.began_at = last.began_at
    last.delete()
    return joined(before, what)


def _is_same_step(last: IssueChange, row: IssueChange) -> bool:
    return (
        last.kind == row.kind == ChangeKind.EDIT
        and not last.is_undone
        and last.made_by_id == row.made_by_id
        and row.began_at - last.made_at < PAUSE_BETWEEN_STEPS
        and row.made_at - last.began_at < LONGEST_STEP
    )


def _is_lasting(row: IssueChange) -> bool:
    versions = IssueVersion.objects.filter(issue=row.issue_id, edition=row.edition)
    return bool(row.name) or row.kind == ChangeKind.START or versions.exists()


def thin_changes(issue_id: int) -> None:
    """Let old steps become few; what was named, sent or is new stays as it is."""
    rows = list(
        IssueChange.objects.filter(issue=issue_id, base=None)
        .defer("alteration")
        .order_by("edition")
    )
    sent = set(
        IssueVersion.objects.filter(issue=issue_id).values_list("edition", flat=True)
    )
    kept = [
        thinning.Kept(
            id=row.pk,
            made_at=row.made_at,
            made_by_id=row.made_by_id,
            lasting=bool(row.name)
            or row.kind == ChangeKind.START
            or row.edition in sent,
            is_step=row.kind not in UNDOING and not row.is_undone,
        )
        for row in rows
    ]
    by_id = {row.pk: row for row in rows}
    for group in thinning.together(kept):
        _become_one([by_id[each.id] for each in group])


def _become_one(rows: list[IssueChange]) -> None:
    *earlier, last = rows
    what = alteration_of(rows[0])
    for row in rows[1:]:
        what = joined(what, alteration_of(row))
    last.began_at = rows[0].began_at
    last.kind, last.of, last.is_undone = ChangeKind.EDIT, None, False
    last.is_joint = len({(row.made_by_id, row.is_joint) for row in rows}) > 1
    last.alteration = packed_alteration(what)
    IssueChange.objects.filter(pk__in=[row.pk for row in earlier]).delete()
    last.save()
