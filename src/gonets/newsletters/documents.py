"""An issue's document as plain values, and what differs between two of them; pure."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Values = dict[str, Any]

ORDER = "order"
"""The path of the order of all entries: a list of their ids."""

STRUCTURE = {"material_id", "part", "limits"}
"""The columns that are no words."""

QUICK = 1
"""The level of compression: the others are slower and hardly smaller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Everything editors decide about an issue; ``entries`` are in the letter's order.

    ``held`` names the issue that left a material for a later one.
    """

    words: Values
    entries: dict[int, Values]
    held: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alteration:
    """What a change found and what it left, by path; a missing one was not there.

    Paths are ``subject`` and the like, ``entry.<id>.<column>`` (of a column of JSON
    also ``….<key>``), ``held.<material>``, and ``order``.  ``editions`` has the last
    edition at which each one changed.
    """

    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)
    editions: dict[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.before or self.after)

    @property
    def paths(self) -> set[str]:
        return self.before.keys() | self.after.keys()

    @property
    def places(self) -> set[str]:
        """The paths at which it may be in another change's way.

        An order may be taken back around what was added meanwhile.
        """
        return {path for path in self.paths if path != ORDER and not _is_quiet(path)}

    @property
    def is_visible(self) -> bool:
        """Whether editors see in their issue that something changed."""
        return bool(self.places) or ORDER in self.paths

    @property
    def is_wording(self) -> bool:
        """Whether it says things in other words and leaves what there is in place."""
        return all(map(_is_worded, self.paths)) and not (self.added or self.removed)

    @property
    def added(self) -> list[int]:
        """The ids of the entries that came in."""
        return _whole(self.after, beside=self.before)

    @property
    def removed(self) -> list[int]:
        """The ids of the entries that went out."""
        return _whole(self.before, beside=self.after)


def _whole(values: Values, *, beside: Values) -> list[int]:
    """Return the entries that only the one side has: each has a part, always."""
    paths = (path.split(".") for path in values if path not in beside)
    return [int(each[1]) for each in paths if each[0] == "entry" and each[2] == "part"]


def _is_quiet(path: str) -> bool:
    """Tell what is kept for a later merge with the site from what editors made."""
    kind, _dot, rest = path.partition(".")
    column = rest.partition(".")[2]
    return kind == "entry" and column.startswith(("base_", "replaced"))


def _is_worded(path: str) -> bool:
    kind, _dot, column = path.rpartition(".")
    return path != ORDER and kind != "held" and column not in STRUCTURE


def alteration(old: Document, new: Document, *, edition: int) -> Alteration:
    """Return what leads from ``old`` to ``new``.

    A column that only one of them knows (an upgrade added it) is no alteration, unless
    the whole entry is only in one.
    """
    before, after = _flat(old, beside=new), _flat(new, beside=old)
    paths = {
        path
        for path in before.keys() | after.keys()
        if before.get(path, _ABSENT) != after.get(path, _ABSENT)
    }
    return Alteration(
        before={path: before[path] for path in before if path in paths},
        after={path: after[path] for path in after if path in paths},
        editions=dict.fromkeys(sorted(paths), edition),
    )


_ABSENT = object()


def _flat(document: Document, *, beside: Document) -> Values:
    """Return what of the document may differ, by path."""
    values = {
        name: value for name, value in document.words.items() if name in beside.words
    }
    for pk, columns in document.entries.items():
        other = beside.entries.get(pk, columns)
        if other is not columns and other == columns:
            continue
        for name, value in columns.items():
            if name not in other:
                continue
            if isinstance(value, dict):
                kept = {f"{name}.{key}": each for key, each in value.items()}
            else:
                kept = {name: value}
            values |= {f"entry.{pk}.{key}": each for key, each in kept.items()}
    values |= {f"held.{pk}": issue for pk, issue in document.held.items()}
    values[ORDER] = list(document.entries)
    return values


def inverse(change: Alteration) -> Alteration:
    return Alteration(
        before=change.after, after=change.before, editions=change.editions
    )


def joined(first: Alteration, second: Alteration) -> Alteration:
    """Return one alteration for two that follow each other."""
    before = dict(first.before)
    after = dict(first.after)
    known = first.paths
    for path in second.paths:
        if path not in known and path in second.before:
            before[path] = second.before[path]
        after.pop(path, None)
        if path in second.after:
            after[path] = second.after[path]
    kept = {
        path
        for path in before.keys() | after.keys()
        if before.get(path, _ABSENT) != after.get(path, _ABSENT)
    }
    editions = first.editions | second.editions
    return Alteration(
        before={path: value for path, value in before.items() if path in kept},
        after={path: value for path, value in after.items() if path in kept},
        editions={path: at for path, at in editions.items() if path in kept},
    )


def changed(document: Document, change: Alteration) -> Document:
    """Return the document with ``change`` made to it, whatever happened since.

    What it wants to change in an entry that is gone is passed over; entries that came
    meanwhile stay behind those they stood behind.
    """
    words = {
        name: change.after.get(name, value) for name, value in document.words.items()
    }
    entries = _changed_entries(document, change)
    order = _merged(change.after.get(ORDER), list(entries))
    held = dict(document.held)
    for path in change.paths:
        kind, _dot, pk = path.partition(".")
        if kind == "held":
            held.pop(int(pk), None)
            if path in change.after:
                held[int(pk)] = change.after[path]
    return Document(words=words, entries={pk: entries[pk] for pk in order}, held=held)


def _changed_entries(document: Document, change: Alteration) -> dict[int, Values]:
    removed, added = set(change.removed), set(change.added)
    entries = {
        pk: dict(columns)
        for pk, columns in document.entries.items()
        if pk not in removed
    }
    for path in (*change.before, *change.after):
        kind, _dot, rest = path.partition(".")
        if kind != "entry":
            continue
        pk, _dot, name = rest.partition(".")
        if int(pk) in added:
            entries.setdefault(int(pk), {})
        if int(pk) in entries:
            _set(entries[int(pk)], name, change.after.get(path, _ABSENT))
    return entries


def _set(columns: Values, name: str, value: Any) -> None:
    """Set a column, or what a column of JSON holds under a key; or take that out."""
    column, _dot, key = name.partition(".")
    if not key:
        columns[name] = value
        return
    inner = dict(columns.get(column, {}))
    inner.pop(key, None)
    if value is not _ABSENT:
        inner[key] = value
    columns[column] = inner


def _merged(wanted: Sequence[int] | None, present: Sequence[int]) -> list[int]:
    if wanted is None:
        return list(present)
    there = set(present)
    order = [pk for pk in wanted if pk in there]
    known = set(order)
    for place, pk in enumerate(present):
        if pk not in known:
            after = order.index(present[place - 1]) + 1 if place else 0
            order.insert(after, pk)
            known.add(pk)
    return order


def packed_document(document: Document) -> bytes:
    """Return the document as it is stored."""
    entries = [[pk, columns] for pk, columns in document.entries.items()]
    held = [[pk, issue] for pk, issue in document.held.items()]
    return _packed({"words": document.words, "entries": entries, "held": held})


def unpacked_document(stored: bytes) -> Document:
    values = _unpacked(stored)
    return Document(
        words=values["words"],
        entries=dict(map(tuple, values["entries"])),
        held=dict(map(tuple, values["held"])),
    )


def packed_alteration(change: Alteration) -> bytes:
    return _packed([change.before, change.after, change.editions])


def unpacked_alteration(stored: bytes) -> Alteration:
    before, after, editions = _unpacked(stored)
    return Alteration(before=before, after=after, editions=editions)


def _packed(values: Mapping[str, Any] | Sequence[Any]) -> bytes:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate is no UTF-8, yet a site's title may hold one.
    return zlib.compress(text.encode("utf-8", "surrogatepass"), QUICK)


def _unpacked(stored: bytes) -> Any:
    return json.loads(zlib.decompress(stored).decode("utf-8", "surrogatepass"))
