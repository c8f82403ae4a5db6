"""What is in an issue, part by part, for the dialog of materials."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby

from django.db.models import Count

from gonets.content.queries import TEXTS
from gonets.kernel import clock
from gonets.letters.kinds import EntryKind
from gonets.newsletters.arranging import over_limit
from gonets.newsletters.models import Entry, HeldMaterial, Issue, MaterialUse
from gonets.newsletters.queries.candidates import (
    LATE_ARRIVAL,
    gathering_start,
    ids_by_rule,
    limits_of,
)
from gonets.newsletters.queries.picking import newest_uses
from gonets.newsletters.queries.privacy import private_sources_of
from gonets.newsletters.reasons import Circumstances, reason_for
from gonets.newsletters.site_wordings import is_changed_since
from gonets.newsletters.states import Reason
from gonets.newsletters.types import EntryRow, Part


def issue_parts(issue: Issue) -> list[Part]:
    """Return the parts of the letter in order, each entry with where it was before."""
    entries = issue.entries.select_related("material__section", "picture").defer(
        *(f"material__{name}" for name in TEXTS)
    )
    uses = _earlier_uses(issue, list(entries))
    reasons = _reasons(issue, list(entries), uses)
    rows = [
        EntryRow(
            entry=entry,
            used_in=_issue_of(uses.get(entry.material_id)),
            reason=reasons.get(entry.pk),
        )
        for entry in entries
    ]
    grouped = groupby(rows, key=lambda row: (row.entry.part, row.entry.heading))
    limits = limits_of(issue)
    return [
        Part(key=part, heading=heading, rows=tuple(together), limit=limits.of(part))
        for (part, heading), together in grouped
    ]


def materials_by_part(issue_id: int) -> dict[int, int]:
    """Return how many materials each part has; blocks do not count."""
    materials = Entry.objects.filter(issue=issue_id, kind=EntryKind.MATERIAL)
    counts = materials.order_by().values_list("part").annotate(count=Count("pk"))
    return dict(counts)


def entries_over_limit(
    issue_id: int, most: int, *, part: int | None = None
) -> list[int]:
    """Return the entries after the first ``most`` materials of each part, or of one."""
    materials = Entry.objects.filter(issue=issue_id, kind=EntryKind.MATERIAL)
    return over_limit(materials, most, part=part)


def _reasons(
    issue: Issue, entries: list[Entry], uses: Mapping[int | None, MaterialUse]
) -> dict[int, Reason]:
    """Say of each entry with a material why it is here."""
    now = clock.now()
    start = gathering_start(issue.newsletter) - LATE_ARRIVAL
    held_ids = set(
        HeldMaterial.objects.filter(newsletter=issue.newsletter_id)
        .exclude(held_in=issue)
        .values_list("material_id", flat=True)
    )
    sees_private = private_sources_of(issue.newsletter)
    by_rule = _older_ids_by_rule(issue, entries, start)
    reasons = {}
    for entry in entries:
        if entry.material is None:
            continue
        use = uses.get(entry.material_id)
        known = Circumstances(
            now=now,
            used_at=use.used_at if use else None,
            is_changed=bool(use and is_changed_since(use, entry.material)),
            is_held=entry.material_id in held_ids,
            is_by_rule=entry.material.published_at > start
            or entry.material_id in by_rule,
            sees_private=sees_private,
        )
        reasons[entry.pk] = reason_for(entry.material, known)
    return reasons


def _older_ids_by_rule(issue: Issue, entries: list[Entry], start: datetime) -> set[int]:
    """Return what the rule proposes, if anything here is older than the last issue."""
    moments = (entry.material.published_at for entry in entries if entry.material)
    return (
        ids_by_rule(issue.newsletter) if any(at <= start for at in moments) else set()
    )


def _issue_of(use: MaterialUse | None) -> Issue | None:
    return use.issue if use else None


def _earlier_uses(issue: Issue, entries: list[Entry]) -> dict[int | None, MaterialUse]:
    materials = [entry.material for entry in entries if entry.material]
    repeated: dict[int | None, MaterialUse] = {
        pk: use
        for pk, use in newest_uses(issue.newsletter_id, materials).items()
        if use.issue_id != issue.pk
    }
    return repeated | _own_uses(issue)


def _own_uses(issue: Issue) -> dict[int | None, MaterialUse]:
    uses = (
        MaterialUse.objects.filter(
            newsletter=issue.newsletter_id, material__entries__issue=issue
        )
        .exclude(issue=issue)
        .select_related("issue")
        .order_by("used_at", "pk")
    )
    return {use.material_id: use for use in uses}
