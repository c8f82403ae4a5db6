"""Which relay may claim how many letters of a run, so that shares follow weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

PROBE = 1
"""So many letters are risked to see whether a relay is well again."""

SMALLEST_PORTION = 8
PORTIONS_OF_THE_REST = 20


class Condition(Enum):
    """How a relay is, as far as those that share a run with it care."""

    WELL = auto()
    DOUBTFUL = auto()  # in trouble: one letter at a time
    OUT = auto()  # given up until a person acts, or for a while


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One of the relays that share a run."""

    relay_id: int
    weight: int  # 0: a spare one
    condition: Condition
    taken: int = 0


def carriers(shares: Sequence[Share]) -> list[Share]:
    """Return who carries the run now: weighted relays, else spares, else doubtful."""
    well = [share for share in shares if share.condition is Condition.WELL]
    weighted = [share for share in well if share.weight]
    doubtful = [share for share in shares if share.condition is Condition.DOUBTFUL]
    return weighted or well or doubtful


def allowance(
    relay_id: int, shares: Sequence[Share], *, portion: int, limit: int
) -> int:
    """Return how many letters, at most ``limit``, this relay may claim now.

    Nobody gets ahead of its share by more than its part of a ``portion``: a relay that
    cannot keep up holds the others to its pace, because shares are shares.
    """
    mine = next(share for share in shares if share.relay_id == relay_id)
    carrying = carriers(shares)
    if mine.condition is Condition.OUT:
        return 0
    if carrying == [mine]:
        return limit
    if mine.condition is Condition.DOUBTFUL:
        # A spare one is not wanted while the others carry the run.
        is_wanted = mine.weight or not any(share.weight for share in carrying)
        return PROBE if is_wanted or mine in carrying else 0
    if mine not in carrying:
        return 0
    return max(0, min(limit, _due(mine, carrying, portion)))


def _due(mine: Share, carrying: Sequence[Share], portion: int) -> int:
    """Return what is lacking to this relay's share of one more portion."""
    taken = sum(share.taken for share in carrying)
    # Spares among themselves share alike.
    weights = [share.weight or 1 for share in carrying]
    to_share = taken + max(portion, len(carrying))
    return to_share * (mine.weight or 1) // sum(weights) - mine.taken


def portion_of(pending: int, *, most: int) -> int:
    """Return how much is shared out at once: less and less towards the end."""
    return max(SMALLEST_PORTION, min(most, pending // PORTIONS_OF_THE_REST))
