"""What is in an issue, part by part, for the dialog of materials."""

from __future__ import annotations

from itertools import groupby

from gonets.newsletters.models import Issue, MaterialUse
from gonets.newsletters.types import EntryRow, Part


def issue_parts(issue: Issue) -> list[Part]:
    """Return the parts of the letter in order, each entry with where it was before."""
    entries = issue.entries.select_related("material__section", "picture")
    used_in = _earlier_uses(issue)
    rows = [
        EntryRow(entry=entry, used_in=used_in.get(entry.material_id))
        for entry in entries
    ]
    grouped = groupby(rows, key=lambda row: (row.entry.part, row.entry.heading))
    return [
        Part(key=part, heading=heading, rows=tuple(together))
        for (part, heading), together in grouped
    ]


def _earlier_uses(issue: Issue) -> dict[int | None, Issue]:
    uses = (
        MaterialUse.objects.filter(
            newsletter=issue.newsletter_id, material__entries__issue=issue
        )
        .exclude(issue=issue)
        .select_related("issue")
        .order_by("used_at", "pk")
    )
    return {use.material_id: use.issue for use in uses}
