"""Letters that take long to make are made ahead of their turn, in other processes.

A signature takes several times as long as all the rest of a letter's way; meanwhile
the event loop keeps the connections busy.  What is made ahead is bytes and nothing
else: the claim keeps its place in the supply, and no intent exists before a lane takes
it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gonets.delivery.benches import Benches, Making
from gonets.delivery.ports import Envelope, Letter
from gonets.delivery.types import BoundClaim

AHEAD_PER_CONNECTION = 4
LEAST_AHEAD = 32
PORTIONS_PER_BENCH = 4


class Begun(NamedTuple):
    """A letter that is being made, or has been."""

    bound: BoundClaim
    making: Making


@dataclass(slots=True)
class Ahead:
    """Letters of one run: to be made in this order, and those begun or made."""

    unmade: OrderedDict[int, BoundClaim] = field(default_factory=OrderedDict)
    begun: dict[int, Begun] = field(default_factory=dict)


class Workshop:
    """Makes the costly letters of a relay; never more ahead than a few per connection.

    Forgetting an ``Ahead`` is enough to give up what it holds.
    """

    def __init__(
        self, *, letters: Mapping[str, Letter], connections: int, benches: Benches
    ) -> None:
        self._letters = letters
        self._benches = benches
        self._most_ahead = max(LEAST_AHEAD, AHEAD_PER_CONNECTION * connections)
        # Some letters travel at once, and at every bench more of them lie ready.
        portions = PORTIONS_PER_BENCH * max(1, len(benches))
        self._portion = max(1, self._most_ahead // portions)

    def prepare(self, ahead: Ahead, letters: Iterable[BoundClaim]) -> None:
        """Make these letters when their turn comes nearer."""
        ahead.unmade.update((one.claim.delivery_id, one) for one in letters)
        self._top_up(ahead)

    async def envelope(self, ahead: Ahead, bound: BoundClaim) -> Envelope:
        """Return the letter, which is made at once if it has not been begun.

        :raises LetterUnfit: or whatever else making it raised.
        """
        delivery_id = bound.claim.delivery_id
        begun = ahead.begun.pop(delivery_id, None)
        if begun is None or begun.bound is not bound:  # or claimed and bound anew
            ahead.unmade.pop(delivery_id, None)
            [begun] = self._begin([bound])
        self._top_up(ahead)
        made = await begun.making
        if made is None:
            letter = self._letters[bound.binding.letter_ref]
            made = letter.envelope_for(bound.claim.recipient, bound.binding)
        return made

    def _top_up(self, ahead: Ahead) -> None:
        while ahead.unmade and len(ahead.begun) + self._portion <= self._most_ahead:
            count = min(self._portion, len(ahead.unmade))
            portion = [ahead.unmade.popitem(last=False)[1] for _one in range(count)]
            for begun in self._begin(portion):
                ahead.begun[begun.bound.claim.delivery_id] = begun

    def _begin(self, portion: Sequence[BoundClaim]) -> list[Begun]:
        return [*map(Begun, portion, self._benches.make(portion))]
