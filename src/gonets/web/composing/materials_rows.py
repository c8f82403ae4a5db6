"""The rows of the dialog of materials; those a browser shows already are only named.

Five hundred rows are a megabyte.  A browser says which rows it shows, each with a token
of all that is seen of it, and gets only those that look otherwise now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import get_language

from gonets.newsletters.types import EntryRow, Part

MOST_ROWS = 2_000
LONGEST_TOKEN = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """``is_kept``: the browser has it as it is."""

    row: EntryRow
    token: str
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    part: Part
    rows: tuple[ShownRow, ...]


def shown_parts(parts: Iterable[Part], *, known: Mapping[str, str]) -> list[ShownPart]:
    """Return the parts with the rows marked that are as ``known``."""
    return [
        ShownPart(
            part=part, rows=tuple(_shown(row, part, known=known) for row in part.rows)
        )
        for part in parts
    ]


def rows_known(request: HttpRequest) -> dict[str, str]:
    """Return the token of each row that the browser shows, by entry."""
    pairs = request.POST.get("shown", "").split(" ", MOST_ROWS)[:MOST_ROWS]
    named = (pair.partition(":") for pair in pairs)
    return {entry: token for entry, _colon, token in named if token}


def _shown(row: EntryRow, part: Part, *, known: Mapping[str, str]) -> ShownRow:
    token = _token(row, part)
    is_kept = known.get(str(row.entry.pk)) == token
    return ShownRow(row=row, token=token, is_kept=is_kept)


def _token(row: EntryRow, part: Part) -> str:
    """Return what changes whenever the row looks otherwise."""
    entry, issue = row.entry, row.used_in
    material = entry.material
    seen = (
        get_language(),
        *(entry.kind, entry.title, entry.teaser, entry.picture_id),
        bool(entry.replaced),
        entry.is_gone_from_site,
        str(row.reason),
        row.expires_at,
        (issue.pk, issue.released_at, issue.subject) if issue else None,
        (material.published_at, material.section.name) if material else None,
        part.heading,
    )
    told = repr(seen).encode("utf-8", "replace")
    return hashlib.blake2s(told, digest_size=LONGEST_TOKEN // 2).hexdigest()
