"""The fields of a letter in the places of a document, and back; pure.

Fields are named as in ``wording.checked_wording``, places as in ``documents``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gonets.newsletters.documents import Document, Values
from gonets.newsletters.types import Change
from gonets.newsletters.wording import Wording

COLUMNS = {"picture": "picture_id"}
"""The fields of an entry that its columns call otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """The last change of a field, and the edition at which it was."""

    edition: int
    change: Change


def changed_fields(
    changes: Iterable[Change], document: Document
) -> dict[str, FieldChange]:
    """Return the last change of each field that these changes, newest first, touch."""
    fields: dict[str, FieldChange] = {}
    for change in changes:
        for path in change.alteration.paths:
            edition = change.alteration.editions.get(path, change.edition)
            last = FieldChange(edition=edition, change=change)
            fields.setdefault(field_at(path, document), last)
    return fields


def field_at(path: str, document: Document) -> str:
    """Return the field that is kept at a place; places without one keep their name."""
    match path.split("."):
        case ["entry", pk, "heading"] if int(pk) in document.entries:
            return f"section.{document.entries[int(pk)]['part']}.heading"
        case ["entry", pk, "picture_id"]:
            return f"entry.{pk}.picture"
        case ["entry", pk, "content", key]:
            return f"entry.{pk}.{key}"
        case _:
            return path


def text_in_document(document: Document, field: str) -> str | None:
    """Return what a field says; None if what it belongs to is not in the document."""
    match field.split("."):
        case ["section", part, "heading"]:
            return _heading(document, int(part))
        case ["entry", pk, word]:
            entry = document.entries.get(int(pk))
            return None if entry is None else _word(entry, word)
        case _:
            return str(document.words.get(field, ""))


def _heading(document: Document, part: int) -> str | None:
    headings = (
        str(entry["heading"])
        for entry in document.entries.values()
        if entry["part"] == part
    )
    return next(headings, None)


def _word(entry: Values, word: str) -> str:
    column = COLUMNS.get(word, word)
    value: Any = entry.get(column)
    if column not in entry:
        value = entry.get("content", {}).get(word)
    return "" if value is None else str(value)


def text_in_wording(wording: Wording, field: str) -> str:
    """Return what a field of checked changes will say."""
    match field.split("."):
        case ["section", part, "heading"]:
            return wording.headings[int(part)]
        case ["entry", pk, word]:
            return wording.entries[int(pk)][word]
        case _:
            return wording.issue[field]
