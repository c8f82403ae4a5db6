"""The changes of an issue put together as people remember them; pure.

What one person did without a longer pause is one version of the issue, and whatever
was given a name or was sent is the end of one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gonets.newsletters.differences import Difference
from gonets.newsletters.states import ChangeKind
from gonets.newsletters.types import Change

LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """Changes that follow each other, the newest first; never empty."""

    changes: tuple[Change, ...]

    @property
    def edition(self) -> int:
        """The edition of the issue that it ended with."""
        return self.changes[0].edition

    @property
    def before(self) -> int:
        """An edition of the issue before it."""
        return self.changes[-1].edition - 1

    @property
    def name(self) -> str:
        return self.changes[0].name

    @property
    def made_by(self) -> str:
        return self.changes[0].made_by

    @property
    def is_joint(self) -> bool:
        return any(change.is_joint for change in self.changes)

    @property
    def is_start(self) -> bool:
        return self.changes[-1].kind == ChangeKind.START

    @property
    def began_at(self) -> datetime:
        return self.changes[-1].began_at

    @property
    def made_at(self) -> datetime:
        return self.changes[0].made_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldVersion:
    """A sitting in words; ``numbers`` are those of the versions sent at its end."""

    sitting: Sitting
    phrases: tuple[str, ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedText:
    """A field in two wordings."""

    label: str
    difference: Difference


def sittings(changes: Iterable[Change], sent: Collection[int]) -> list[Sitting]:
    """Return the changes, the newest first, in sittings; ``sent`` are editions.

    What changed nothing that anybody sees is left out, unless it has a name.
    """
    groups: list[list[Change]] = []
    ends = set(sent)
    for change in changes:
        is_end = change.name or any(edition >= change.edition for edition in ends)
        ends = {edition for edition in ends if edition < change.edition}
        if not _is_told(change) and not is_end:
            continue
        if groups and not is_end and _belongs(change, groups[-1][-1]):
            groups[-1].append(change)
        else:
            groups.append([change])
    return [Sitting(changes=tuple(group)) for group in groups]


def _is_told(change: Change) -> bool:
    return change.alteration.is_visible or change.kind == ChangeKind.START


def _belongs(change: Change, later: Change) -> bool:
    if ChangeKind.START in {change.kind, later.kind}:
        return False
    same = change.made_by_id == later.made_by_id and change.is_joint == later.is_joint
    return same and later.began_at - change.made_at < LONGEST_PAUSE
