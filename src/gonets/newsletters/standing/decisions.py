"""What a standing draft does next; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A standing draft as collecting sees it, its materials by id.

    ``placed`` were in it at some time; what is not ``present`` any more was taken out
    by a person.  ``left`` are those that it left for the next issue.
    """

    present: frozenset[int]
    placed: frozenset[int]
    left: frozenset[int] = frozenset()
    is_edited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    new: tuple[int, ...] = ()
    outdated: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.new or self.outdated)


def changes_of(draft: Draft, *, wanted: Iterable[int]) -> Changes:
    """Return what the rule's present answer changes.

    As long as nobody has worked in the draft, it is what the rule takes.  From then on
    nothing is taken out by itself, and nothing that a person took out comes back.
    """
    wanted = list(wanted)
    if not draft.is_edited:
        return Changes(
            new=_without(wanted, draft.present),
            outdated=draft.present.difference(wanted),
        )
    return Changes(new=_without(wanted, draft.present | draft.placed | draft.left))


def _without(wanted: Iterable[int], known: Collection[int]) -> tuple[int, ...]:
    return tuple(each for each in wanted if each not in known)
