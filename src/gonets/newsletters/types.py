"""Values that pass between editors' pages and the rules of newsletters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import unescape

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from gonets.content.models import Material, Section
from gonets.kernel.html import excerpt, text_of
from gonets.newsletters.documents import Alteration
from gonets.newsletters.merging import (
    EntryWording,
    Merge,
    MergedField,
    Outcome,
    PictureWording,
    is_same,
)
from gonets.newsletters.models import Entry, Issue, Newsletter
from gonets.newsletters.rules import TagMatch
from gonets.newsletters.standing.models import StandingDraft
from gonets.newsletters.states import ChangeKind, Reason, Selection, SiteStanding

SHOWN_OF_TEASER = 180
"""Characters: two lines of the dialog."""

Person = AbstractBaseUser | AnonymousUser
"""Whoever a request is from; where None may stand, it was nobody: a schedule did it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsletterSettings:
    """What an editor decides about a newsletter."""

    title: str
    sender_name: str
    sender_address: str
    postal_address: str
    description: str = ""
    section_ids: tuple[int, ...] = ()
    selection: str = Selection.SINCE_LAST_ISSUE
    selection_days: int = 7
    selection_count: int = 5
    tags: tuple[str, ...] = ()
    tags_match: str = TagMatch.ALL
    section_limit: int | None = None
    minimum: int = 1
    reply_to: str = ""
    language: str = "ru"
    template: str = "digest"
    greeting: str = ""
    test_address: str = ""
    has_browser_page: bool = True
    is_closed: bool = False
    private_source_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A material that the next issue of a newsletter may take.

    ``used_in`` is the latest issue of this newsletter that it went out in; ``held``
    says that an earlier issue left it for this one.
    """

    material: Material
    heading: str
    used_in: Issue | None
    held: bool

    @property
    def is_fresh(self) -> bool:
        return self.used_in is None


@dataclass(frozen=True, slots=True, kw_only=True)
class PickerWish:
    """What an editor looks for in the picker; None and "" ask nothing."""

    search: str = ""
    section_id: int | None = None  # and everything below it
    since: datetime | None = None
    until: datetime | None = None
    is_used: bool | None = None  # sent in the issue's newsletter


@dataclass(frozen=True, slots=True, kw_only=True)
class PickerRow:
    """A material of the site as an issue's editor may add it."""

    material: Material
    used_in: Issue | None
    in_issue: bool
    held: bool

    @property
    def teaser_text(self) -> str:
        return excerpt(self.material.teaser, characters=SHOWN_OF_TEASER)


@dataclass(frozen=True, slots=True, kw_only=True)
class PickerPage:
    rows: tuple[PickerRow, ...]
    next_page: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry as the dialog of materials shows it."""

    entry: Entry
    used_in: Issue | None  # an earlier issue of the same newsletter
    reason: Reason | None  # None for what is no material of the site (any more)

    @property
    def teaser_text(self) -> str:
        return excerpt(_words_of(self.entry.teaser), characters=SHOWN_OF_TEASER)

    @property
    def expires_at(self) -> datetime | None:
        return self.entry.material.expires_at if self.entry.material else None


def _words_of(fragment: str) -> str:
    """Return the words of a stored fragment; plain paragraphs need no HTML parser."""
    plain = fragment.replace("<p>", "").replace("</p>", " ")
    return text_of(fragment) if "<" in plain else unescape(plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedEntry:
    """An entry beside what the site says of its material now."""

    entry: Entry
    standing: SiteStanding
    base: EntryWording
    ours: EntryWording
    site: EntryWording
    merges: Mapping[MergedField, Merge[str | PictureWording]]

    def fields(self, *outcomes: Outcome) -> tuple[MergedField, ...]:
        """Return the fields that merging brings to one of ``outcomes``, in order."""
        return tuple(
            field for field, merge in self.merges.items() if merge.outcome in outcomes
        )

    def is_replaceable(self, field: MergedField) -> bool:
        """Tell whether the field still says what was taken over from the site."""
        return field.value in self.entry.replaced and is_same(
            field, self.ours.of(field), self.base.of(field)
        )

    @property
    def is_changed(self) -> bool:
        """Whether the site says something that the letter has not taken account of."""
        return bool(self.fields(Outcome.TAKEN, Outcome.CONFLICT))

    @property
    def is_gone(self) -> bool:
        return self.standing != SiteStanding.PRESENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """What an editor decided about one field that both sides had changed.

    ``seen`` is the digest of the site's wording that the editor saw; ``text`` is what
    shall stand in the letter, None for the site's own wording or the letter's.
    """

    entry_id: int
    field: MergedField
    seen: str
    takes_site: bool = False
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshment:
    """What refreshing an issue from the site did, and what it left to an editor."""

    edition: int
    updated: int = 0  # entries that took something over
    conflicts: int = 0  # entries with fields to pick for


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """The plain-text part of a letter, as an editor can write on in it."""

    source: str
    is_own: bool  # written by hand: does not follow the letter
    is_outdated: bool = False  # the letter was changed since it was


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Entries under one heading; ``key`` names the part for changes."""

    key: int
    heading: str
    rows: tuple[EntryRow, ...]
    limit: int | None = None  # how many materials it takes by itself, at most

    @property
    def materials(self) -> int:
        return sum(row.entry.is_material for row in self.rows)

    @property
    def is_over_limit(self) -> bool:
        return self.limit is not None and self.materials > self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfRow:
    """A material that the issue could have taken and has not."""

    material: Material
    reason: Reason
    used_in: Issue | None

    @property
    def teaser_text(self) -> str:
        return excerpt(self.material.teaser, characters=SHOWN_OF_TEASER)

    @property
    def can_be_taken(self) -> bool:
        """What only some may see never gets into a letter."""
        return self.reason != Reason.PRIVATE

    @property
    def expires_at(self) -> datetime | None:
        return self.material.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfGroup:
    section: Section
    rows: tuple[ShelfRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """``is_cut`` says that there are older ones, which only the picker shows."""

    groups: tuple[ShelfGroup, ...]
    is_cut: bool

    @property
    def count(self) -> int:
        return sum(len(group.rows) for group in self.groups)

    @property
    def fresh_ids(self) -> list[int]:
        """Those that readers of the newsletter have not had and can open."""
        fresh = {Reason.NEW, Reason.HELD}
        return [
            row.material.pk
            for group in self.groups
            for row in group.rows
            if row.reason in fresh
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an entry stands: after the place before it, in ``part`` if one is named."""

    entry_id: int
    part: int | None = None


@dataclass(frozen=True, slots=True)
class Above:
    """The place right above an entry, in its part: under its heading if it is first."""

    entry_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A step in the history of an issue; ``edition`` is the one that it made."""

    id: int
    edition: int
    kind: str
    of_id: int | None
    is_undone: bool
    is_joint: bool
    name: str
    began_at: datetime
    made_at: datetime
    made_by_id: int | None
    made_by: str  # what the person is called; empty for nobody
    alteration: Alteration

    @property
    def is_step(self) -> bool:
        """Whether it can be undone, and has not been."""
        is_own = self.kind in {ChangeKind.EDIT, ChangeKind.RESTORE}
        return is_own and self.alteration.is_visible and not self.is_undone


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Somebody who has an issue open: at which step, in which field."""

    user_id: int
    name: str
    place: str
    field: str

    @property
    def initials(self) -> str:
        words = self.name.replace(".", " ").replace("_", " ").split()
        return "".join(word[0] for word in words[:2]).upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What changed in an issue since somebody looked: by field, by whom, in words."""

    fields: Mapping[str, int]  # the edition at which each changed last
    is_only_wording: bool
    people: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A field that somebody else changed since the editor saw it.

    ``theirs`` is None if what it belonged to is not in the issue any more.
    """

    field: str
    mine: str
    theirs: str | None
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What became of a save: ``is_behind`` if others changed other things meanwhile."""

    edition: int
    is_behind: bool
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsletterRow:
    """A newsletter as the list shows it."""

    newsletter: Newsletter
    subscribers: int
    last_issue: Issue | None
    next_issue: Issue | None  # the nearest scheduled one
    open_issues: int  # in preparation, postponed or scheduled
    standing: StandingDraft | None = None  # what collects for the next date

    @property
    def last_released_at(self) -> datetime | None:
        return self.last_issue.released_at if self.last_issue else None
