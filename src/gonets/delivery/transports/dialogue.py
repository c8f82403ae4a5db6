"""The wire to a relay: what was written, what was answered, and what is owed."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Iterable
from typing import cast

from django.utils.translation import gettext_noop as _  # Said to people later.

from gonets.delivery.transports.replies import ProtocolBreach, ReplyReader
from gonets.delivery.types import Reply
from gonets.kernel import clock

NEVER = float("inf")
ASLEEP = 5.0
"""Whoever is awake looks at the time every second."""

ON_WAKING = 5.0
"""For what was answered meanwhile to be heard."""


class ConnectionEnded(Exception):
    """The connection is gone; the text says why."""


class Dialogue(asyncio.Protocol):
    """Pairs replies with commands strictly in order.

    A reply that nothing has asked for closes the connection at once: it must never be
    taken for the answer to a later command.
    """

    def __init__(self, *, block: float = 180) -> None:
        self.block = block  # seconds without progress in writing
        self.transport: asyncio.Transport | None = None
        self.ended: str = ""  # why; empty as long as the connection stands
        self.is_unsent = False  # some of what was written is still in our buffer
        self.has_kept_dot = False  # and the connection was cut because of it
        self.deadline = NEVER
        self._within = self._then = 0.0
        self._unsent, self._moved_at = 0, 0.0
        self._looked_at = NEVER
        self._loop = asyncio.get_running_loop()
        self._reader = ReplyReader()
        self._owed = self._behind = 0
        self._replies: deque[Reply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._hears_first: Callable[[bytes], bool] | None = None
        self._timer: asyncio.TimerHandle | None = None

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not inherit from asyncio's.
        self.transport = cast(asyncio.Transport, transport)
        # Told of every moment at which our buffer is not empty.
        self.transport.set_write_buffer_limits(high=0)
        if self._timer is None:
            self._watch_time()

    def data_received(self, received: bytes) -> None:
        if self.ended:
            return  # Nothing that comes after a breach can be trusted.
        hear = None if self.is_unsent else self._hears_first
        if hear is None or not hear(received):
            self._read(received)
            self._wake()

    def _read(self, received: bytes) -> None:
        owed = before = self._owed
        try:
            for reply in self._reader.feed(received):
                if not owed:
                    unasked = _("an answer that nothing asked for")
                    raise ProtocolBreach(f"{unasked}: {reply}")
                if self.is_unsent and reply.code < 400 and self._is_letter_here():
                    raise ProtocolBreach(_("an answer to what has not left yet"))
                owed -= 1
                self._replies.append(reply)
        except ProtocolBreach as breach:
            broken = _("the relay broke the protocol")
            self.end(f"{broken}: {breach}")
        self._owed = owed
        if not owed:
            self.deadline = NEVER
        elif owed < before:  # A reply is complete; the next one has its own time.
            self._within = self._then
            self.deadline = clock.monotonic() + self._within

    def pause_writing(self) -> None:
        self.is_unsent = True

    def resume_writing(self) -> None:
        self.is_unsent = False

    def connection_lost(self, error: Exception | None) -> None:
        self.end(_why_lost(error))

    def _is_letter_here(self) -> bool:
        """Tell whether more is in our buffer than what stands behind the last dot.

        A letter may be refused before its end, but nobody can have accepted it.
        """
        assert self.transport is not None
        self.has_kept_dot = self.transport.get_write_buffer_size() > self._behind
        return self.has_kept_dot

    # Called by the transport.

    def expect(self, replies: int, *, within: float, then: float | None = None) -> None:
        """Announce that something was, or now is, written that will be answered.

        ``within`` is the time for the first reply, ``then`` for each that follows it.
        """
        self._owed += replies
        self._within, self._then = within, within if then is None else then
        self.deadline = clock.monotonic() + within

    def write(self, parts: Iterable[bytes], *, behind: int | None = None) -> None:
        """Write the parts together; ``behind``: bytes that follow a letter's last dot.

        :raises ConnectionEnded: if nothing could be written any more.
        """
        if self.ended or self.transport is None or self.transport.is_closing():
            raise ConnectionEnded(self.ended or _("the relay closed the connection"))
        together = b"".join(parts)
        self._behind = len(together) if behind is None else behind
        self.transport.write(together)

    def tell_first(self, hear: Callable[[bytes], bool]) -> asyncio.Future[None]:
        """Let somebody take what comes, who calls ``settle``; else it is read here.

        The future is done as soon as anything has been read here, or never will be.
        """
        self._hears_first = hear
        self._waiter = self._loop.create_future()
        if self.ended or self._replies:
            self._wake()
        return self._waiter

    def tell_nobody_first(self) -> None:
        self._hears_first = None

    def settle(self, replies: int) -> bool:
        """Count what came as so many replies; False unless just these were owed."""
        if (
            self._owed != replies
            or self._replies
            or not self._reader.is_between_replies
        ):
            return False
        self._owed = 0
        self.deadline = NEVER
        return True

    async def reply(self) -> Reply:
        """Return the next reply that is owed.

        :raises ConnectionEnded: if it will never come.
        """
        while not self._replies:
            if self.ended:
                raise ConnectionEnded(self.ended)
            self._waiter = self._loop.create_future()
            await self._waiter
        return self._replies.popleft()

    def replies_at_hand(self, most: int) -> list[Reply]:
        """Return the next replies that can be had without waiting."""
        replies = self._replies
        return [replies.popleft() for _one in range(min(most, len(replies)))]

    @property
    def is_clear(self) -> bool:
        """Nothing is owed and nothing is half received."""
        return not (self._owed or self._replies) and self._reader.is_between_replies

    def end(self, why: str) -> None:
        """Cut the connection; what was answered before can still be read."""
        if not self.ended:
            self.ended = why
            if self.transport is not None:
                self.transport.abort()
        if self._timer is not None:
            self._timer.cancel()
        self._wake()

    def restart(self) -> None:
        """Read on from the beginning inside TLS: nothing from before counts."""
        self._reader = ReplyReader()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _watch_time(self) -> None:
        """Look at the deadline once a second: cheaper than a timer per command."""
        now = clock.monotonic()
        self._watch_writing(now)
        if now - self._looked_at > ASLEEP:
            self._give_time(now)
        self._looked_at = now
        if self._unsent:
            if now - self._moved_at > self.block:  # RFC 5321 §4.5.3.2.5
                self.end(_("the relay has stopped reading"))
        elif now > self.deadline:
            self.end(_("there was no answer in time"))
        if not self.ended:
            self._timer = self._loop.call_later(self._pulse, self._watch_time)

    def _give_time(self, now: float) -> None:
        """Hear first what came while we were asleep: it may be just what is awaited."""
        self.deadline = max(self.deadline, now + ON_WAKING)
        self._moved_at = max(self._moved_at, now + ON_WAKING - self.block)

    def _watch_writing(self, now: float) -> None:
        """Note whether anything has left our buffer since the last look.

        Under TLS that buffer is not the last one, and ``is_unsent`` says nothing.
        """
        assert self.transport is not None
        unsent = self.transport.get_write_buffer_size()
        if unsent == self._unsent:
            return
        if not unsent and self._owed:  # All has left; only now can it be answered.
            self.deadline = now + self._within
        self._unsent, self._moved_at = unsent, now

    @property
    def _pulse(self) -> float:
        return max(0.05, min(1.0, self.deadline - clock.monotonic()))


def _why_lost(error: Exception | None) -> str:
    if error is None or isinstance(error, ConnectionError):
        return _("the relay closed the connection")
    if isinstance(error, TimeoutError):  # The kernel has given up, see opening.
        return _("the relay is gone without a word")
    if isinstance(error, ssl.SSLError):
        broke = _("the encrypted connection broke")
        return f"{broke}: {error.reason}"
    return str(error)
