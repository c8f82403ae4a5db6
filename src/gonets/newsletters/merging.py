"""What the site says now against what the editor wrote, field by field; pure.

Three wordings meet: the *base*, which is what the site said when the entry was made or
last compared; *ours*, which stands in the letter; and the *site's*, of this moment.
Wordings that differ only in how they are written down are the same wording.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from gonets.kernel.html import MAX_CHARACTERS, clean_fragment, storable


class MergedField(StrEnum):
    """What of an entry comes from the site."""

    TITLE = "title"
    TEASER = "teaser"
    PICTURE = "picture"
    ADDRESS = "address"


class Outcome(StrEnum):
    UNCHANGED = "unchanged"  # the site says what it said: ours stays
    TAKEN = "taken"  # only the site has changed it: the site's is taken over
    AGREED = "agreed"  # both have changed it to the same
    CONFLICT = "conflict"  # both have changed it: ours stays until somebody picks


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureWording:
    """Which picture, and what it shows in words."""

    picture_id: int | None = None
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryWording:
    """All that is merged of an entry; ``teaser`` is HTML, the other texts are plain."""

    title: str = ""
    teaser: str = ""
    picture: PictureWording = PictureWording()
    address: str = ""

    def of(self, field: MergedField) -> str | PictureWording:
        value: str | PictureWording = getattr(self, field.value)
        return value


W = TypeVar("W")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Generic[W]):
    """What became of one field; ``base`` is the one to compare with from now on."""

    outcome: Outcome
    value: W
    base: W


def merged_entry(
    *, base: EntryWording, ours: EntryWording, site: EntryWording
) -> dict[MergedField, Merge[str | PictureWording]]:
    """Merge every field of an entry; each is decided for itself."""
    return {
        field: merged(
            field, base=base.of(field), ours=ours.of(field), site=site.of(field)
        )
        for field in MergedField
    }


def merged(field: MergedField, *, base: W, ours: W, site: W) -> Merge[W]:
    """Merge one field: whatever an editor wrote stays, whatever the site did."""
    if site == base:  # Nearly always: nothing has to be spelled out.
        return Merge(outcome=Outcome.UNCHANGED, value=ours, base=base)
    was, written, says = (canonical(field, each) for each in (base, ours, site))
    if says == was:
        return Merge(outcome=Outcome.UNCHANGED, value=ours, base=base)
    if written == was:
        return Merge(outcome=Outcome.TAKEN, value=site, base=site)
    if written == says:
        return Merge(outcome=Outcome.AGREED, value=ours, base=site)
    return Merge(outcome=Outcome.CONFLICT, value=ours, base=base)


def is_same(field: MergedField, one: object, other: object) -> bool:
    """Tell whether both are the same wording."""
    return canonical(field, one) == canonical(field, other)


def canonical(field: MergedField, value: object) -> object:
    """Return what is compared: the same for every way to write the same down."""
    if isinstance(value, PictureWording):
        # Nobody sees the description of a picture that is not there.
        alt = _line(value.alt) if value.picture_id is not None else ""
        return value.picture_id, alt
    text = str(value)
    return _fragment(text) if field is MergedField.TEASER else _line(text)


def digest_of(field: MergedField, value: object) -> str:
    """Return a short name of a wording, to tell later whether it is still the same."""
    told = repr(canonical(field, value)).encode("utf-8", "replace")
    return hashlib.sha256(told).hexdigest()[:20]


def fingerprint(wording: EntryWording) -> str:
    """Return what tells this wording of an entry from any other."""
    told = repr([canonical(field, wording.of(field)) for field in MergedField])
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


def replaced_as_json(value: str | PictureWording) -> str | dict[str, object]:
    """Return a wording as the database keeps it, see ``replaced_from_json``."""
    if isinstance(value, PictureWording):
        return {"picture": value.picture_id, "alt": value.alt}
    return value


def replaced_from_json(stored: str | Mapping[str, object]) -> str | PictureWording:
    """Return the wording that ``replaced_as_json`` was given."""
    if isinstance(stored, str):
        return stored
    picture_id = stored.get("picture")
    return PictureWording(
        picture_id=picture_id if isinstance(picture_id, int) else None,
        alt=str(stored.get("alt", "")),
    )


_SYNONYMS = {"b": "strong", "i": "em"}
_TAG = re.compile(r"<(/?)(b|i)>")
_BLOCK = r"p|ul|ol|li|h2|h3|h4|blockquote"
_AROUND_BLOCKS = re.compile(rf"\s*(</?(?:{_BLOCK})>|<br>)\s*")
_EMPTY_BLOCK = re.compile(r"<p>(?:<br>)*</p>")
_BREAK_AT_END = re.compile(rf"(?:<br>)+(?=</(?:{_BLOCK})>|$)")
_HAS_BLOCK = re.compile(rf"<(?:{_BLOCK})>")


def _line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", storable(text)).split())


def _fragment(html: str) -> str:
    if len(html) > MAX_CHARACTERS:  # Cleaning would cut it: what follows counts, too.
        return _line(html)
    clean = _line(clean_fragment(html).replace("&nbsp;", " "))
    spelled = _TAG.sub(lambda tag: f"<{tag[1]}{_SYNONYMS[tag[2]]}>", clean)
    tight = _BREAK_AT_END.sub("", _AROUND_BLOCKS.sub(r"\1", spelled))
    filled = _EMPTY_BLOCK.sub("", tight)
    if filled and not _HAS_BLOCK.search(filled):
        return f"<p>{filled}</p>"
    return filled
