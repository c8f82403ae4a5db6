"""SMTP (RFC 5321) with PIPELINING (RFC 2920): one round trip per letter.

It knows at every moment what the relay may have: until ``hand_over`` is called,
certainly nothing; after it, what ``dot_reply`` says.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gonets.delivery.errors import (
    AnswerLost,
    LetterTooLarge,
    RelayRejection,
    RelayTrouble,
)
from gonets.delivery.ports import Envelope, LetterUnfit
from gonets.delivery.states import Stage
from gonets.delivery.transports.addresses import mailbox
from gonets.delivery.transports.dialogue import ConnectionEnded, Dialogue
from gonets.delivery.transports.replies import GO_AHEAD, acceptance_and_open_offer
from gonets.delivery.types import Reply

LONGEST_TEXT_LINE = 998
_END_OF_LETTER = b".\r\n"
_RESET = b"RSET\r\n"
_POSITIVE = range(200, 300)
_OFFER = {Stage.MAIL: _POSITIVE, Stage.RCPT: _POSITIVE, Stage.DATA: (GO_AHEAD,)}
"""Its commands, and the codes by which the relay goes along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimits:
    """Seconds to wait, by RFC 5321 §4.5.3.2; tests take shorter ones.

    Each reply has its own time, whatever travels together.
    """

    connect: float = 30  # also for the handshake of TLS
    silence: float = 10  # instead of a greeting: then TLS is tried beside it
    command: float = 300  # the greeting, EHLO, AUTH, MAIL, RCPT, RSET
    data: float = 120  # a pipelined DATA has the time of ``command``
    block: float = 180  # without a byte of the letter leaving us
    dot: float = 600
    quit: float = 2


class Parcel(NamedTuple):
    """An envelope as it goes over the wire of one particular relay."""

    offer: bytes  # the lines MAIL, RCPT and DATA
    content: bytes  # with the dots doubled; the last dot is still to come


class OfferAnswer(NamedTuple):
    """How far the relay went along."""

    stage: Stage
    reply: Reply
    is_open: bool = False  # it waits for the letter now
    must_close: bool = False  # it waits for a letter that must not be sent


@dataclass(slots=True, kw_only=True)
class SmtpConnection:
    """One connection that has been greeted, secured and logged in."""

    dialogue: Dialogue
    limits: TimeLimits
    extensions: dict[str, str] = field(default_factory=dict)
    letters: int = 0
    can_pipeline: bool = False
    _takes_utf8: bool = False
    _takes: int | None = None  # bytes (RFC 1870), 0: any; None: it does not say
    _needs_reset: bool = False

    def learn(self, extensions: dict[str, str]) -> None:
        """Keep what it offers, and what of it is asked for with every letter."""
        self.extensions = extensions
        self.can_pipeline = "PIPELINING" in extensions
        self._takes_utf8 = "SMTPUTF8" in extensions
        most = extensions.get("SIZE")
        self._takes = None if most is None else _bytes_of(most)

    @property
    def is_usable(self) -> bool:
        return not self.dialogue.ended and self.dialogue.is_clear

    @property
    def is_over(self) -> bool:
        return bool(self.dialogue.ended)

    def pack(self, envelope: Envelope) -> Parcel:
        """Make the bytes for the wire.

        :raises LetterUnfit: if this letter or this address cannot be sent at all.
        :raises LetterTooLarge: if the relay takes no letters of this size.
        :raises RelayRejection: if the relay takes no letters of this kind.
        """
        sender, recipient, content, is_wire_ready = envelope
        sender = _sender_mailbox(sender, takes_utf8=self._takes_utf8)
        recipient = mailbox(recipient, takes_utf8=self._takes_utf8)
        options = self._options(content, is_ascii=is_wire_ready or content.isascii())
        if not (sender.isascii() and recipient.isascii()):
            options += " SMTPUTF8"
            # One that is ready was not looked at: it names its reader in UTF-8.
            if is_wire_ready and "8BITMIME" in self.extensions:
                options += " BODY=8BITMIME"
        if not is_wire_ready:
            check_content(content)
            content = stuffed(content)
        offer = f"MAIL FROM:<{sender}>{options}\r\nRCPT TO:<{recipient}>\r\nDATA\r\n"
        return Parcel(offer.encode(), content)

    def _options(self, content: bytes, *, is_ascii: bool) -> str:
        options = ""
        if self._takes is not None:
            size = len(content)
            if 0 < self._takes < size:
                too_large = gettext_noop("the letter is larger than the relay takes")
                what = f"{too_large}: {size} > {self._takes}"
                raise LetterTooLarge(what, stage=Stage.MAIL)
            options = f" SIZE={size}"
        if is_ascii:
            return options
        if "8BITMIME" not in self.extensions:
            raise _unsuitable(gettext_noop("the relay takes no 8-bit letters"))
        return f"{options} BODY=8BITMIME"

    async def offer(self, parcel: Parcel) -> OfferAnswer:
        """Name sender and recipient and ask to send; the letter itself stays here.

        :raises RelayTrouble: if the connection ended; the letter was not sent.
        """
        try:
            if self.can_pipeline:
                self._write_offer(parcel)
                return await self.offer_answer()
            return await self._offer_step_by_step(parcel)
        except ConnectionEnded as end:
            raise RelayTrouble(str(end), stage=Stage.MAIL) from end

    async def _offer_step_by_step(self, parcel: Parcel) -> OfferAnswer:
        if self._needs_reset:
            await self.command(_RESET)
            self._needs_reset = False
        reply = Reply(code=0)
        lines = parcel.offer.splitlines(keepends=True)
        for (stage, codes), line in zip(_OFFER.items(), lines, strict=True):
            is_data = stage is Stage.DATA
            within = self.limits.data if is_data else self.limits.command
            reply = await self.command(line, within=within)
            if reply.code not in codes:
                self._needs_reset = True
                return OfferAnswer(stage=stage, reply=reply)
        return OfferAnswer(stage=Stage.DATA, reply=reply, is_open=True)

    def hand_over(self, parcel: Parcel, following: Parcel | None = None) -> None:
        """Write the letter with its last dot, and the offer of the following one.

        From here on the relay may take the letter without our hearing of it.

        :raises AnswerLost: if certainly nothing was written.
        """
        try:
            if following is None:
                self.dialogue.write((parcel.content, _END_OF_LETTER), behind=0)
                self.dialogue.expect(1, within=self.limits.dot)
            else:
                self._write_offer(following, behind=parcel)
        except ConnectionEnded as end:
            raise AnswerLost(str(end), dot_left=False) from end

    def _write_offer(self, parcel: Parcel, *, behind: Parcel | None = None) -> None:
        parts: tuple[bytes, ...] = (parcel.offer,)
        replies = len(_OFFER)
        within = self.limits.command
        if self._needs_reset:
            parts, replies = (_RESET, *parts), replies + 1
        tail = None
        if behind is not None:
            tail = sum(map(len, parts))
            parts = (behind.content, _END_OF_LETTER, *parts)
            within, replies = self.limits.dot, replies + 1
        self.dialogue.write(parts, behind=tail)
        self.dialogue.expect(replies, within=within, then=self.limits.command)

    async def dot_reply(self, *, was_alone: bool = True) -> Reply:
        """Return the relay's answer to the letter that was handed over.

        :raises AnswerLost: if it will not come; says whether the dot had left.
        """
        try:
            reply = await self.dialogue.reply()
        except ConnectionEnded as end:
            # With TLS, or an offer behind it, what is unsent need not be the dot.
            kept_back = self.dialogue.is_unsent and was_alone and not self._is_tls
            kept_back = kept_back or self.dialogue.has_kept_dot
            raise AnswerLost(str(end), dot_left=not kept_back) from end
        if 300 <= reply.code < 400:  # The answer to something else: which one is ours?
            self.close()
            raise AnswerLost(str(reply), dot_left=True)
        self.letters += 1
        return reply

    @property
    def _is_tls(self) -> bool:
        transport = self.dialogue.transport
        return transport is None or transport.get_extra_info("sslcontext") is not None

    def usual_answer(self, received: bytes) -> Reply | None:
        """Read what came if it is all that is owed, and the usual.

        This is: the letter that was handed over is accepted, and the offer behind it
        is open.  Anything else is left untouched.
        """
        reply = acceptance_and_open_offer(received)
        if reply is None or not self.dialogue.settle(1 + len(_OFFER)):
            return None
        self.letters += 1
        return reply

    async def offer_answer(self) -> OfferAnswer:
        """Return the answer to an offer that was pipelined.

        :raises ConnectionEnded: if it will not come.
        """
        if self._needs_reset:
            await self.dialogue.reply()
            self._needs_reset = False
        replies = self.dialogue.replies_at_hand(len(_OFFER))
        if len(replies) < len(_OFFER):
            await self._hear_offer_out(replies)
        for (stage, codes), reply in zip(_OFFER.items(), replies, strict=False):
            if reply.code not in codes:
                # RFC 2920 §3.1: DATA may get 354 all the same; a lone dot could then
                # hand over an empty letter, so the connection is given up.
                open_anyway = replies[-1].code == GO_AHEAD
                self._needs_reset = True
                must_close = open_anyway or len(replies) < len(_OFFER)
                return OfferAnswer(stage=stage, reply=reply, must_close=must_close)
        return OfferAnswer(stage=Stage.DATA, reply=replies[-1], is_open=True)

    async def _hear_offer_out(self, replies: list[Reply]) -> None:
        """Add the replies to come; fewer if the connection ended behind a refusal."""
        try:
            while len(replies) < len(_OFFER):
                replies.append(await self.dialogue.reply())
        except ConnectionEnded:
            if all(map(_is_among, replies, _OFFER.values())):
                raise

    async def command(self, line: bytes, *, within: float | None = None) -> Reply:
        self.dialogue.write((line,))
        self.dialogue.expect(1, within=within or self.limits.command)
        return await self.dialogue.reply()

    def close(self) -> None:
        """Cut the connection without another word."""
        self.dialogue.end("We closed the connection.")

    async def quit(self) -> None:
        """Take leave, if that is possible, and close."""
        if self.is_usable:
            try:
                self.dialogue.write((b"QUIT\r\n",))
                self.dialogue.expect(1, within=self.limits.quit)
                await self.dialogue.reply()
            except ConnectionEnded:
                pass
        self.close()


def _bytes_of(size: str) -> int:
    return int(size) if size.isdecimal() else 0


def _unsuitable(why: str) -> RelayRejection:
    return RelayRejection(why, stage=Stage.DATA)


@lru_cache(64)
def _sender_mailbox(sender: str, *, takes_utf8: bool) -> str:
    """Few senders write many letters; the null sender stays as it is."""
    return mailbox(sender, takes_utf8=takes_utf8) if sender else ""


def _is_among(reply: Reply, codes: Container[int]) -> bool:
    return reply.code in codes


def stuffed(content: bytes) -> bytes:
    """Double the dots at line starts (RFC 5321 §4.5.2) and end the last line."""
    # Looking first is cheaper than copying a letter that has no such line.
    has_dots = b"\r\n." in content
    doubled = content.replace(b"\r\n.", b"\r\n..") if has_dots else content
    if doubled.startswith(b"."):
        doubled = b"." + doubled
    ending = b"" if doubled.endswith(b"\r\n") else b"\r\n"
    return doubled + ending


def check_content(content: bytes) -> None:
    """Make sure that the letter is legal on the wire.

    :raises LetterUnfit: for bare CR or LF, NUL, or lines that are too long.
    """
    if not content:
        raise LetterUnfit(_("The letter is empty."))
    # No regular expression: this looks at every byte of every letter.
    lines = content.split(b"\r\n")
    text = b"".join(lines)
    if b"\r" in text or b"\n" in text or b"\0" in text:
        raise LetterUnfit(
            _("The letter has a line break or a NUL that is not allowed.")
        )
    if max(map(len, lines)) > LONGEST_TEXT_LINE:
        raise LetterUnfit(
            _("The letter has a line of more than %(most)s bytes.")
            % {"most": LONGEST_TEXT_LINE}
        )
