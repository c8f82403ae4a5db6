"""The processes in which letters that take long are made.

Threads of the worker would do so only while it leaves Python's one lock alone: after
every signature each of them would wait for the event loop, longer than it had signed.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
import signal
import socket
from collections import deque
from collections.abc import Sequence
from typing import Any

from django.db import connections

from gonets.delivery.books_apart import END, ended
from gonets.delivery.frames import BlockingEnd, FramesEnded, LoopEnd
from gonets.delivery.ports import Binding, Envelope, LetterSource, Recipient
from gonets.delivery.types import BoundClaim
from gonets.kernel.logs import get_logger

logger = get_logger(__name__)

MOST_BENCHES = 4
"""They sign more than one event loop can send."""

Making = asyncio.Future[Envelope | None]
"""A letter that is being made; None: not here, so whoever wants it makes it."""

_FORKING = multiprocessing.get_context("fork")


class Benches:
    """Makes letters, portion by portion, where the fewest wait.

    Where there is no process, or none any more, nothing is made.
    """

    def __init__(self, *, letters: LetterSource) -> None:
        self._letters = letters
        self._benches: list[Bench] = []
        self._first: multiprocessing.process.BaseProcess | None = None

    def __len__(self) -> int:
        return len(self._benches)

    async def start(self) -> None:
        """Fork one process, which forks the others once there is something to make.

        Nothing but this thread may be running, and no database connection be open.
        """
        count = min(usable_cores(), MOST_BENCHES)
        pairs = [socket.socketpair() for _one in range(count)]
        self._first = _FORKING.Process(
            target=_stand_at_first, args=(pairs, self._letters), name="gonets-letters"
        )
        self._first.start()
        for near, far in pairs:
            far.close()
            await self.add(near)

    async def add(self, near: socket.socket) -> None:
        """Have letters made at the other end of this socket, too."""
        bench = Bench()
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: bench.channel, sock=near)
        self._benches.append(bench)

    def make(self, portion: Sequence[BoundClaim]) -> list[Making]:
        present = [bench for bench in self._benches if not bench.is_gone]
        if present:
            return min(present, key=_load).make(portion)
        makings = _makings(len(portion))
        for making in makings:
            making.set_result(None)
        return makings

    async def close(self) -> None:
        """Begin nothing more, and end the processes."""
        for bench in self._benches:
            bench.dismiss()
        if self._first is not None:
            await asyncio.to_thread(ended, self._first)
        for bench in self._benches:
            bench.channel.hang_up()


class Bench:
    """The event loop's end of one process."""

    def __init__(self) -> None:
        self.channel = LoopEnd(on_frame=self._hear, on_end=self._end)
        self.load = 0  # how many letters are being made
        self.is_gone = False
        self._portions: deque[list[Making]] = deque()  # in the order of their answers

    def make(self, portion: Sequence[BoundClaim]) -> list[Making]:
        makings = _makings(len(portion))
        self._portions.append(makings)
        self.load += len(makings)
        # Plain tuples pickle in half the time of named ones.
        asked = [(tuple(one.claim.recipient), tuple(one.binding)) for one in portion]
        self.channel.say(pickle.dumps(asked))
        return makings

    def dismiss(self) -> None:
        if not self.is_gone:
            self.is_gone = True
            self.channel.say(END)

    def _hear(self, frame: bytes) -> None:
        self._tell(pickle.loads(frame))  # noqa: S301 - ours

    def _tell(self, made: Sequence[tuple[Any, ...] | None]) -> None:
        makings = self._portions.popleft()
        self.load -= len(makings)
        for making, parts in zip(makings, made, strict=True):
            if not making.done():
                making.set_result(None if parts is None else Envelope._make(parts))

    def _end(self) -> None:
        if not self.is_gone:
            logger.error("A process that makes letters is gone; the worker goes on.")
            self.is_gone = True
        while self._portions:
            self._tell([None] * len(self._portions[0]))


def stand_at(far: socket.socket, letters: LetterSource) -> None:
    """Make what is asked for at the other end, until it hangs up or says so."""
    channel = BlockingEnd(far)
    try:
        while (frame := channel.hear()) != END:
            channel.say(_made_portion(letters, frame))
    except FramesEnded:
        logger.debug("The worker has hung up.")


def _stand_at_first(
    pairs: Sequence[tuple[socket.socket, socket.socket]], letters: LetterSource
) -> None:
    """Fork those who stand at the other benches when the first letters come."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # The worker says when to end.
    for near, _far in pairs:
        near.close()  # Or we would never hear that the worker has hung up.
    ends = [far for _near, far in pairs]
    ends[0].recv(1, socket.MSG_PEEK)
    while len(ends) > 1:
        _FORKING.Process(target=_stand_at_last, args=(ends, letters)).start()
        ends.pop().close()
    stand_at(ends[0], letters)


def _stand_at_last(ends: Sequence[socket.socket], letters: LetterSource) -> None:
    *others, far = ends
    for other in others:
        other.close()  # Or the worker would never hear that who stands there is gone.
    stand_at(far, letters)


def _made_portion(letters: LetterSource, frame: bytes) -> bytes:
    asked = pickle.loads(frame)  # noqa: S301 - ours
    made = [
        _made(letters, Recipient._make(recipient), Binding._make(binding))
        for recipient, binding in asked
    ]
    connections.close_all()  # Compiling a letter is all that needs the database.
    return pickle.dumps(made)


def _made(
    letters: LetterSource, recipient: Recipient, binding: Binding
) -> tuple[Any, ...] | None:
    # What waits for this processor is short: it need not wait for a whole portion.
    os.sched_yield()
    try:
        letter = letters.letter(binding.letter_ref)
        return tuple(letter.envelope_for(recipient, binding))
    except Exception:  # noqa: BLE001 - the worker makes it, and sees for itself
        return None


def _makings(count: int) -> list[Making]:
    loop = asyncio.get_running_loop()
    return [loop.create_future() for _one in range(count)]


def _load(bench: Bench) -> int:
    return bench.load


def usable_cores() -> int:
    """Return on how many processors this process may run."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
