"""Bringing an issue's document back to what it was: entries, words, held materials."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import ForeignKey

from gonets.content.models import Material
from gonets.kernel import clock
from gonets.newsletters.documents import Document, Values
from gonets.newsletters.models import Entry, HeldMaterial, Issue
from gonets.newsletters.ordering import numbered
from gonets.newsletters.queries.documents import OF_ENTRY, entry_columns


def write_document(issue_id: int, present: Document, wanted: Document) -> None:
    """Make the issue's document what is wanted, as far as it can still be.

    What was deleted from the site meanwhile is no longer named; a material that came
    back in another entry stays in that one.
    """
    if wanted.words != present.words:
        Issue.objects.filter(pk=issue_id).update(**wanted.words)
    _write_entries(issue_id, present, wanted)
    _write_held(issue_id, present, wanted)


def _write_entries(issue_id: int, present: Document, wanted: Document) -> None:
    gone = present.entries.keys() - wanted.entries.keys()
    Entry.objects.filter(issue=issue_id, pk__in=gone).delete()
    differing = {
        pk: _differing(columns, present.entries.get(pk, {}))
        for pk, columns in wanted.entries.items()
        if columns != present.entries.get(pk)
    }
    existing = _pointing_at_what_exists(differing)
    stored = Entry.objects.filter(issue=issue_id).in_bulk(existing)
    _change(stored.values(), existing)
    _bring_back(issue_id, {k: v for k, v in existing.items() if k not in stored})
    if list(wanted.entries) != list(present.entries):
        _store_order(issue_id, list(wanted.entries))


def _differing(wanted: Values, present: Values) -> Values:
    return {
        name: value
        for name, value in wanted.items()
        if name not in present or present[name] != value
    }


def _change(entries: Iterable[Entry], wanted: dict[int, Values]) -> None:
    together = list(entries)
    for entry in together:
        for name, value in wanted[entry.pk].items():
            setattr(entry, name, value)
    touched = {name for columns in wanted.values() for name in columns}
    columns = [column.name for column in OF_ENTRY if column.attname in touched]
    if columns:
        Entry.objects.bulk_update(together, columns)


def _bring_back(issue_id: int, wanted: dict[int, Values]) -> None:
    present = set(
        Entry.objects.filter(issue=issue_id).values_list("material_id", flat=True)
    )
    Entry.objects.bulk_create(
        Entry(pk=pk, issue_id=issue_id, position=0, **columns)
        for pk, columns in wanted.items()
        if columns["material_id"] is None or columns["material_id"] not in present
    )


def _pointing_at_what_exists(wanted: dict[int, Values]) -> dict[int, Values]:
    entries = {pk: entry_columns(columns) for pk, columns in wanted.items()}
    for column in OF_ENTRY:
        if isinstance(column, ForeignKey):
            rows: Any = column.related_model
            _forget_missing(entries.values(), column.attname, rows)
    return entries


def _forget_missing(entries: Iterable[Values], name: str, rows: Any) -> None:
    pointing = [each for each in entries if each.get(name) is not None]
    there = rows.objects.in_bulk([each[name] for each in pointing])
    for each in pointing:
        if each[name] not in there:
            each[name] = None


def _store_order(issue_id: int, order: list[int]) -> None:
    place = {pk: position for position, pk in enumerate(order)}
    entries = list(Entry.objects.filter(issue=issue_id))
    before = {entry.pk: entry.position for entry in entries}
    entries.sort(key=lambda entry: place.get(entry.pk, len(place)))
    moved = [each for each in numbered(entries) if each.position != before[each.pk]]
    Entry.objects.bulk_update(moved, ["position"])


def _write_held(issue_id: int, present: Document, wanted: Document) -> None:
    newsletter_id = Issue.objects.values_list("newsletter_id", flat=True).get(
        pk=issue_id
    )
    dropped = [pk for pk in present.held if wanted.held.get(pk) != present.held[pk]]
    HeldMaterial.objects.filter(newsletter=newsletter_id, material__in=dropped).delete()
    missing = {
        pk: issue for pk, issue in wanted.held.items() if present.held.get(pk) != issue
    }
    materials = Material.objects.in_bulk(missing)
    issues = Issue.objects.in_bulk(missing.values())
    HeldMaterial.objects.bulk_create(
        (
            HeldMaterial(
                newsletter_id=newsletter_id,
                material_id=pk,
                held_in_id=issue,
                created_at=clock.now(),
            )
            for pk, issue in missing.items()
            if pk in materials and issue in issues
        ),
        # Another draft of the newsletter may leave the same material right now.
        ignore_conflicts=True,
    )
