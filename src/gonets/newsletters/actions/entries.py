"""What is in an issue and in which order; every change is saved at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from gonets.content.models import Material
from gonets.kernel import clock
from gonets.newsletters.actions.editing import change_issue
from gonets.newsletters.errors import PartMissing
from gonets.newsletters.limits import with_limit
from gonets.newsletters.models import Entry, HeldMaterial, Issue
from gonets.newsletters.ordering import numbered, reordered
from gonets.newsletters.proposals import teaser_html
from gonets.newsletters.queries.privacy import may_go_into
from gonets.newsletters.standing.ending import record_placed
from gonets.newsletters.types import Person, Place


@transaction.atomic
def add_materials(
    issue_id: int, material_ids: Sequence[int], *, user: Person | None
) -> list[Entry]:
    """Add materials, each last in the part of its section; those there are skipped.

    Adding what this issue left for the next one takes it back.  What readers of the
    newsletter may not see is passed over, whoever asks for it.

    :raises IssueClosed: if the issue has been released.
    """
    change_issue(issue_id, user=user)
    issue = Issue.objects.select_related("newsletter").get(pk=issue_id)
    readable = Material.objects.filter(may_go_into(issue.newsletter))
    found = readable.select_related("section").in_bulk(material_ids)
    materials = [found[pk] for pk in dict.fromkeys(material_ids) if pk in found]
    HeldMaterial.objects.filter(held_in=issue, material__in=materials).delete()
    return place_materials(issue, materials)


def place_materials(issue: Issue, materials: Iterable[Material]) -> list[Entry]:
    """Make entries of those materials that have none; return the new ones."""
    entries = list(issue.entries.all())
    present = {entry.material_id for entry in entries}
    headings = {entry.part: entry.heading for entry in entries}
    added = [
        _new_entry(issue, material, heading=headings.get(material.section_id))
        for material in materials
        if material.pk not in present
    ]
    before = {entry.pk: entry.position for entry in entries}
    numbered([*entries, *added])
    Entry.objects.bulk_create(added)
    store_order([entry for entry in entries if entry.position != before[entry.pk]])
    record_placed(issue.pk, [entry.material_id for entry in added if entry.material_id])
    return added


def _new_entry(issue: Issue, material: Material, *, heading: str | None) -> Entry:
    teaser = teaser_html(material.teaser)
    return Entry(
        issue=issue,
        material=material,
        part=material.section_id,
        heading=material.section.name if heading is None else heading,
        title=material.title,
        teaser=teaser,
        address=material.address,
        picture_id=material.picture_id,
        picture_alt=material.picture_alt,
        base_title=material.title,
        base_teaser=teaser,
        base_address=material.address,
        base_picture_id=material.picture_id,
        base_picture_alt=material.picture_alt,
    )


def put_in_order(issue: Issue, material_ids: Sequence[int]) -> None:
    """Let the entries stand in the order of their materials, parts whole."""
    place = {material_id: n for n, material_id in enumerate(material_ids)}
    entries = list(issue.entries.all())
    entries.sort(key=lambda entry: place.get(entry.material_id or 0, len(place)))
    store_order(numbered(entries))


@transaction.atomic
def reorder_entries(
    issue_id: int, places: Sequence[Place], *, user: Person | None
) -> None:
    """Put the entries into the order of ``places``; see ``ordering.reordered``.

    :raises IssueClosed: if the issue has been released.
    """
    change_issue(issue_id, user=user)
    store_order(reordered(list(Entry.objects.filter(issue=issue_id)), places))


@transaction.atomic
def remove_entries(
    issue_id: int, entry_ids: Collection[int], *, user: Person | None
) -> int:
    """Take entries out and return how many there were.

    An earlier issue's wish to have them here is met by that.

    :raises IssueClosed: if the issue has been released.
    """
    change_issue(issue_id, user=user)
    return len(take_out(issue_id, entry_ids))


@transaction.atomic
def hold_for_next(
    issue_id: int, entry_ids: Collection[int], *, user: Person | None
) -> int:
    """Take entries out and offer their materials to the newsletter's next issue.

    :raises IssueClosed: if the issue has been released.
    """
    change_issue(issue_id, user=user)
    taken = take_out(issue_id, entry_ids)
    _leave_for_next(Issue.objects.get(pk=issue_id), taken)
    return len(taken)


@transaction.atomic
def limit_section(
    issue_id: int,
    part: int | None,
    *,
    most: int | None,
    over: Collection[int] = (),
    holds: bool = False,
    user: Person | None,
) -> int:
    """Let a section, or each, have at most so many materials, and return how many went.

    ``over`` are the entries beyond it that go, or with ``holds`` wait for the next
    issue.  Without ``most`` there is no limit any more.

    :raises PartMissing: if there is no such section in it any more.
    :raises IssueClosed: if the issue has been released.
    """
    change_issue(issue_id, user=user)
    issue = Issue.objects.get(pk=issue_id)
    if part is not None and not issue.entries.filter(part=part).exists():
        raise PartMissing(_("This part of the letter is gone."))
    limits = with_limit(issue.limits, part=part, most=most)
    Issue.objects.filter(pk=issue_id).update(limits=limits)
    taken = take_out(issue_id, over)
    if holds:
        _leave_for_next(issue, taken)
    return len(taken)


def _leave_for_next(issue: Issue, taken: Iterable[Entry]) -> None:
    HeldMaterial.objects.bulk_create(
        (
            HeldMaterial(
                newsletter_id=issue.newsletter_id,
                material_id=entry.material_id,
                held_in=issue,
                created_at=clock.now(),
            )
            for entry in taken
            if entry.material_id is not None
        ),
        # Another draft of the newsletter may leave the same material right now.
        ignore_conflicts=True,
    )


def take_out(issue_id: int, entry_ids: Collection[int]) -> list[Entry]:
    """Take entries out and return them, deleted."""
    entries = Entry.objects.filter(issue=issue_id, pk__in=entry_ids)
    taken = list(entries)
    HeldMaterial.objects.filter(
        newsletter__issues=issue_id,
        material__in=[entry.material_id for entry in taken if entry.material_id],
    ).delete()
    entries.delete()
    return taken


def store_order(entries: Collection[Entry]) -> None:
    """Store where entries stand; see ``ordering``."""
    Entry.objects.bulk_update(entries, ["position", "part", "heading"])
