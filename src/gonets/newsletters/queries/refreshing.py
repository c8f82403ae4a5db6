"""What the site says now of the materials in an issue, beside what the issue says."""

from __future__ import annotations

from gonets.content.models import Material
from gonets.kernel import clock
from gonets.letters.kinds import EntryKind
from gonets.newsletters.limits import within
from gonets.newsletters.merging import merged_entry
from gonets.newsletters.models import Entry, Issue
from gonets.newsletters.queries.candidates import candidates, limits_of
from gonets.newsletters.queries.composition import materials_by_part
from gonets.newsletters.repeats import page_of
from gonets.newsletters.site_wordings import (
    base_of_entry,
    wording_of_entry,
    wording_of_site,
)
from gonets.newsletters.states import IssueState, SiteStanding
from gonets.newsletters.types import Candidate, ComparedEntry


def compared_entries(issue_id: int) -> list[ComparedEntry]:
    """Return the issue's materials in order, each merged with the site; saves nothing.

    One query, however many entries.
    """
    entries = Entry.objects.filter(issue=issue_id, kind=EntryKind.MATERIAL)
    return [_compared(entry) for entry in entries.select_related("material")]


def offered_materials(issue: Issue) -> list[Candidate]:
    """Return what the newsletter's rule proposes now and did not when it was asked.

    What an editor took out of the issue is not among them; nor is anything once the
    issue has been released, or what its section has no room for.
    """
    if issue.state == IssueState.RELEASED:
        return []
    inside = issue.entries.exclude(material=None)
    rows = list(inside.values_list("material_id", "material__address"))
    present = {material_id for material_id, _address in rows}
    pages = {page_of(address or "") for _id, address in rows} - {""}
    found = [
        each
        for each in candidates(issue.newsletter)
        if each.is_fresh
        and each.material.pk not in present
        and page_of(each.material.address) not in pages
        and _is_new(each, issue)
    ]
    return within(found, limits_of(issue), present=materials_by_part(issue.pk))


def standing_of(material: Material | None) -> SiteStanding:
    """Return whether readers find the material on the site now."""
    if material is None:
        return SiteStanding.DELETED
    if not material.is_published:
        return SiteStanding.UNPUBLISHED
    if material.is_private:
        return SiteStanding.PRIVATE
    if material.is_expired(clock.now()):
        return SiteStanding.EXPIRED
    if material.published_at > clock.now():
        return SiteStanding.POSTPONED
    return SiteStanding.PRESENT


def _compared(entry: Entry) -> ComparedEntry:
    base, ours = base_of_entry(entry), wording_of_entry(entry)
    # Of a material that was deleted, the site says nothing: what it said stays.
    site = wording_of_site(entry.material) if entry.material else base
    return ComparedEntry(
        entry=entry,
        standing=standing_of(entry.material),
        base=base,
        ours=ours,
        site=site,
        merges=merged_entry(base=base, ours=ours, site=site),
    )


def _is_new(candidate: Candidate, issue: Issue) -> bool:
    material = candidate.material
    return max(material.published_at, material.created_at) > issue.gathered_at
