"""An issue's document as it is stored now."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q

from gonets.newsletters.documents import Document, Values
from gonets.newsletters.models import Entry, HeldMaterial, Issue

NOT_OF_DOCUMENT = {"id", "issue_id", "position"}

OF_ENTRY = tuple(
    column
    for column in Entry._meta.concrete_fields  # noqa: SLF001  # Django documents it.
    if column.attname not in NOT_OF_DOCUMENT
)
"""Every column of an entry, also one that is added later; its place is the order."""

COLUMNS = tuple(column.attname for column in OF_ENTRY)

PLAIN = (str, int, float, bool, type(None))


def document_of(issue_id: int) -> Document:
    """Return what editors decided about the issue so far.

    :raises Issue.DoesNotExist: if there is no such issue.
    """
    issues = Issue.objects.filter(pk=issue_id)
    row = issues.values("newsletter_id", *Issue.DOCUMENT).get()
    newsletter_id = row.pop("newsletter_id")
    entries = Entry.objects.filter(issue=issue_id).order_by("position", "pk")
    return Document(
        words=row,
        entries={
            pk: {
                name: _plain(value) for name, value in zip(COLUMNS, values, strict=True)
            }
            for pk, *values in entries.values_list("pk", *COLUMNS)
        },
        held=_held(issue_id, newsletter_id),
    )


def _held(issue_id: int, newsletter_id: int) -> dict[int, int]:
    """Return what this issue left, and what earlier ones left that it has taken."""
    of_this = Q(held_in=issue_id) | Q(material__entries__issue=issue_id)
    held = HeldMaterial.objects.filter(of_this, newsletter=newsletter_id)
    return dict(held.values_list("material_id", "held_in_id"))


def _plain(value: Any) -> Any:
    """Return the value as it will be read back from where it is kept."""
    if isinstance(value, PLAIN):
        return value
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def entry_columns(values: Values) -> Values:
    """Return kept values as an entry's columns hold them; unknown ones are left out."""
    return {
        column.attname: column.to_python(values[column.attname])
        for column in OF_ENTRY
        if column.attname in values
    }
