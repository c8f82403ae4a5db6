"""Letters that take long to make are made ahead of their turn, in threads.

A signature takes several times as long as all the rest of a letter's way, but it needs
no Python lock: meanwhile the event loop keeps the connections busy.  What is made ahead
is bytes and nothing else: the claim keeps its place in the supply, and no intent exists
before a lane takes it.
"""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

from gonets.delivery.ports import Envelope, Letter
from gonets.delivery.types import BoundClaim

AHEAD_PER_CONNECTION = 4
LEAST_AHEAD = 32

Made = Envelope | Exception
"""An envelope, or why there is none: whoever asks for it is told."""


class Begun(NamedTuple):
    """A letter that a thread makes, or has made."""

    bound: BoundClaim
    made: asyncio.Future[Made]


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
        self, *, letters: Mapping[str, Letter], connections: int, threads: int = 0
    ) -> None:
        self._letters = letters
        threads = threads or usable_cores()
        self._most_ahead = max(LEAST_AHEAD, AHEAD_PER_CONNECTION * connections)
        # Threads are woken for some letters at once, and each has the next at hand.
        self._portion = max(1, self._most_ahead // (2 * threads))
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="gonets-letters")

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
        made = await begun.made
        if isinstance(made, Exception):
            raise made
        return made

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _top_up(self, ahead: Ahead) -> None:
        while ahead.unmade and len(ahead.begun) + self._portion <= self._most_ahead:
            count = min(self._portion, len(ahead.unmade))
            portion = [ahead.unmade.popitem(last=False)[1] for _one in range(count)]
            for begun in self._begin(portion):
                ahead.begun[begun.bound.claim.delivery_id] = begun

    def _begin(self, portion: Sequence[BoundClaim]) -> list[Begun]:
        loop = asyncio.get_running_loop()
        begun = [Begun(bound, loop.create_future()) for bound in portion]

        def tell(work: asyncio.Future[list[Made]]) -> None:
            if work.cancelled():
                return
            for one, made in zip(begun, work.result(), strict=True):
                if not one.made.done():
                    one.made.set_result(made)

        work = loop.run_in_executor(self._pool, self._make, portion)
        work.add_done_callback(tell)
        return begun

    def _make(self, portion: Sequence[BoundClaim]) -> list[Made]:
        return [self._made(one) for one in portion]

    def _made(self, bound: BoundClaim) -> Made:
        try:
            letter = self._letters[bound.binding.letter_ref]
            return letter.envelope_for(bound.claim.recipient, bound.binding)
        except Exception as error:  # noqa: BLE001 - code of others; the lane is told
            return error


def usable_cores() -> int:
    """Return on how many processors this process may run."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
