"""How many materials of one section an issue takes by itself, at most; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gonets.newsletters.types import Candidate

EVERY = "every"
NO_LIMIT = 0
MOST_PER_PART = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``every`` is that of sections without one of their ``own``; None is no limit."""

    every: int | None = None
    own: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of_issue(cls, stored: Mapping[str, Any], *, usual: int | None) -> Limits:
        """Return what an issue keeps; ``usual`` is its newsletter's."""
        every = stored.get(EVERY, usual)
        own = {int(part): most for part, most in stored.items() if part != EVERY}
        return cls(every=every or None, own=own)

    def of(self, part: int) -> int | None:
        return self.own.get(part, self.every or NO_LIMIT) or None


def with_limit(
    stored: Mapping[str, int], *, part: int | None, most: int | None
) -> dict[str, int]:
    """Return what an issue is to keep; of all sections it is a new beginning."""
    if part is None:
        return {EVERY: most or NO_LIMIT}
    return {**stored, str(part): most or NO_LIMIT}


def within(
    found: Sequence[Candidate],
    limits: Limits,
    *,
    present: Mapping[int, int] | None = None,
) -> list[Candidate]:
    """Return the first of each section for which there is room, in their order.

    ``present`` counts what is there already.  What an earlier issue left goes first:
    it was promised to this one.
    """
    taken: Counter[int] = Counter(present or {})
    chosen: set[int] = set()
    for candidate in sorted(found, key=lambda each: not each.held):
        section = candidate.material.section_id
        most = limits.of(section)
        if most is None or taken[section] < most:
            taken[section] += 1
            chosen.add(candidate.material.pk)
    return [each for each in found if each.material.pk in chosen]
