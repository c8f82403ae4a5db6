"""What is in an issue and in which order; every change is saved at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict

from gonets.content.models import Material, Picture
from gonets.content.states import Visibility
from gonets.kernel import clock
from gonets.newsletters.actions.editing import change_issue
from gonets.newsletters.models import Entry, HeldMaterial, Issue
from gonets.newsletters.ordering import numbered, reordered
from gonets.newsletters.proposals import teaser_html
from gonets.newsletters.types import Person, Place, Removal


@transaction.atomic
def add_materials(
    issue_id: int, material_ids: Sequence[int], *, user: Person | None
) -> list[Entry]:
    """Add materials, each last in the part of its section; those there are skipped.

    Adding what this issue left for the next one takes it back.  What only some may see
    is passed over: a letter could be forwarded to anybody.

    :raises IssueClosed: if the issue has been released.
    """
    change_issue(issue_id, user=user)
    issue = Issue.objects.get(pk=issue_id)
    open_to_all = Material.objects.filter(visibility=Visibility.PUBLIC)
    found = open_to_all.select_related("section").in_bulk(material_ids)
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
    _store_order([entry for entry in entries if entry.position != before[entry.pk]])
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


@transaction.atomic
def reorder_entries(
    issue_id: int, places: Sequence[Place], *, user: Person | None
) -> None:
    """Put the entries into the order of ``places``; see ``ordering.reordered``.

    :raises IssueClosed: if the issue has been released.
    """
    change_issue(issue_id, user=user)
    _store_order(reordered(list(Entry.objects.filter(issue=issue_id)), places))


@transaction.atomic
def remove_entries(
    issue_id: int, entry_ids: Collection[int], *, user: Person | None
) -> Removal:
    """Take entries out; an earlier issue's wish to have them here is met by that.

    :raises IssueClosed: if the issue has been released.
    """
    change_issue(issue_id, user=user)
    return _take_out(issue_id, entry_ids)


@transaction.atomic
def hold_for_next(
    issue_id: int, entry_ids: Collection[int], *, user: Person | None
) -> Removal:
    """Take entries out and offer their materials to the newsletter's next issue.

    :raises IssueClosed: if the issue has been released.
    """
    change_issue(issue_id, user=user)
    removal = _take_out(issue_id, entry_ids)
    material_ids = [row["material"] for row in removal.entries if row["material"]]
    issue = Issue.objects.get(pk=issue_id)
    HeldMaterial.objects.bulk_create(
        (
            HeldMaterial(
                newsletter_id=issue.newsletter_id,
                material_id=material_id,
                held_in=issue,
                created_at=clock.now(),
            )
            for material_id in material_ids
        ),
        # Another draft of the newsletter may leave the same material right now.
        ignore_conflicts=True,
    )
    return Removal(
        entries=removal.entries,
        held_now=tuple(material_ids),
        held_before=removal.held_before,
    )


def _take_out(issue_id: int, entry_ids: Collection[int]) -> Removal:
    entries = Entry.objects.filter(issue=issue_id, pk__in=entry_ids)
    rows = tuple({"id": entry.pk, **model_to_dict(entry)} for entry in entries)
    held = HeldMaterial.objects.filter(
        newsletter__issues=issue_id,
        material__in=[row["material"] for row in rows if row["material"]],
    )
    held_before = tuple(held.values("material_id", "held_in_id"))
    held.delete()
    entries.delete()
    return Removal(entries=rows, held_before=held_before)


@transaction.atomic
def restore_entries(issue_id: int, removal: Removal, *, user: Person | None) -> None:
    """Undo a removal: the entries come back as they were, where they were.

    Those that were added again meanwhile stay as they are.

    :raises IssueClosed: if the issue has been released.
    """
    change_issue(issue_id, user=user)
    issue = Issue.objects.get(pk=issue_id)
    present = list(issue.entries.all())
    Entry.objects.bulk_create(_restorable(issue, removal, present))
    _store_order(numbered(issue.entries.all()))
    _restore_held(issue, removal)


def _restorable(
    issue: Issue, removal: Removal, present: Iterable[Entry]
) -> list[Entry]:
    ids = {entry.pk for entry in present}
    material_ids = {entry.material_id for entry in present}
    rows = [
        row
        for row in removal.entries
        if row["id"] not in ids
        and (row["material"] is None or row["material"] not in material_ids)
    ]
    materials = Material.objects.in_bulk([row["material"] for row in rows])
    pictures = Picture.objects.in_bulk(
        [row.get(name) for row in rows for name in ("picture", "base_picture")]
    )
    return [
        Entry(
            **_plain_columns(row),
            issue=issue,
            material=materials.get(row["material"]),
            picture=pictures.get(row["picture"]),
            base_picture=pictures.get(row.get("base_picture")),
        )
        for row in rows
    ]


def _plain_columns(row: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in row.items()
        if name not in {"issue", "material", "picture", "base_picture"}
    }


def _restore_held(issue: Issue, removal: Removal) -> None:
    HeldMaterial.objects.filter(held_in=issue, material__in=removal.held_now).delete()
    materials = Material.objects.in_bulk(
        [row["material_id"] for row in removal.held_before]
    )
    HeldMaterial.objects.bulk_create(
        (
            HeldMaterial(
                newsletter_id=issue.newsletter_id, created_at=clock.now(), **row
            )
            for row in removal.held_before
            if row["material_id"] in materials
        ),
        ignore_conflicts=True,
    )


def _store_order(entries: Collection[Entry]) -> None:
    Entry.objects.bulk_update(entries, ["position", "part", "heading"])
