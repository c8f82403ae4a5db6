"""The bodies of a released letter as they are stored with its version.

What the design made of a wording is kept, not only the design's name, so a letter stays
as it was released whatever later releases of the program do to their designs.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from gonets.letters.fields import Fields, Pieces
from gonets.letters.personalising import (
    Personal,
    Piece,
    ReaderAddress,
    UnsubscribeAddress,
)

OF_THE_READER: Mapping[str, Personal] = {
    "address": ReaderAddress(),
    "unsubscribe": UnsubscribeAddress(),
}


def packed_bodies(*, html: Pieces, text: Pieces, fields: Fields) -> bytes:
    """Return both as they are stored; an expression by the field it stands in."""
    names: dict[Personal, object] = {
        part: [name, number] for name, number, part in _expressions(fields)
    }
    names |= {part: name for name, part in OF_THE_READER.items()}
    stored = {
        "html": [_stored(piece, names) for piece in html],
        "text": [_stored(piece, names) for piece in text],
    }
    written = json.dumps(stored, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(written.encode("utf-8", "surrogatepass"))


def unpacked_bodies(stored: bytes, fields: Fields) -> tuple[Pieces, Pieces]:
    """Return HTML and text again; ``fields`` are those of the same wording."""
    parts = {(name, number): part for name, number, part in _expressions(fields)}
    read = json.loads(zlib.decompress(stored).decode("utf-8", "surrogatepass"))
    html, text = (
        tuple(_restored(piece, parts) for piece in read[kind])
        for kind in ("html", "text")
    )
    return html, text


def _stored(piece: Piece, names: Mapping[Personal, object]) -> object:
    return piece if isinstance(piece, str) else {"part": names[piece]}


def _restored(stored: Any, parts: Mapping[tuple[str, int], Personal]) -> Piece:
    if isinstance(stored, str):
        return stored
    named = stored["part"]
    if isinstance(named, str):
        return OF_THE_READER[named]
    return parts[named[0], named[1]]


def _expressions(fields: Fields) -> Iterator[tuple[str, int, Personal]]:
    for name, pieces in _named(fields):
        personal = (piece for piece in pieces if not isinstance(piece, str))
        yield from ((name, number, part) for number, part in enumerate(personal))


def _named(fields: Fields) -> Iterator[tuple[str, Pieces]]:
    yield "preheader", fields.preheader
    yield "greeting", fields.greeting
    yield "intro", fields.intro
    yield "outro", fields.outro
    yield from fields.entries.items()
