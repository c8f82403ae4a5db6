"""Reading the relay's replies strictly, line by line, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from django.utils.translation import gettext_noop as _  # Said to people later.

from gonets.delivery.types import Reply

LONGEST_LINE = 2048
"""RFC 5321 §4.5.3.1.5 allows 512 octets; some relays are chattier."""
MOST_LINES = 100
GO_AHEAD = 354

_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])([^\r\n]*))?\r?")
_ENHANCED = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:\s+|$)")


class ProtocolBreach(Exception):
    """What came is no SMTP reply, or no end of it is in sight."""


class ReplyReader:
    """Makes replies of the bytes that arrive, however they are cut."""

    def __init__(self) -> None:
        self._buffer = b""
        self._lines: list[str] = []
        self._code = 0

    def feed(self, received: bytes) -> Iterator[Reply]:
        """Yield every reply that is complete now.

        :raises ProtocolBreach: as soon as it is certain.
        """
        # Split at once, not line by line: half the time for the usual four lines.
        lines = (self._buffer + received).split(b"\n")
        self._buffer = lines.pop()
        for line in lines:
            if line[3:4] == b" " and not self._lines:
                yield _whole_reply(line)
            elif (reply := self._read(line)) is not None:
                yield reply
        if len(self._buffer) > LONGEST_LINE:
            raise ProtocolBreach(_("a line without end"))

    @property
    def is_between_replies(self) -> bool:
        return not self._buffer and not self._lines

    def _read(self, line: bytes) -> Reply | None:
        found = _matched(line)
        code = int(found[1])
        if self._lines and code != self._code:
            mixed = _("one reply with two codes")
            raise ProtocolBreach(f"{mixed}: {self._code}, {code}")
        self._code = code
        self._lines.append((found[3] or b"").decode("utf-8", "replace"))
        if len(self._lines) > MOST_LINES:
            raise ProtocolBreach(_("a reply without end"))
        if found[2] == b"-":
            return None
        lines, self._lines = self._lines, []
        return parse_reply(code, lines)


def acceptance_and_open_offer(received: bytes) -> Reply | None:
    """Read at one look what nearly always comes in one piece, and nothing else.

    These are the four replies of a relay that has accepted a letter and goes along
    with MAIL, RCPT and DATA behind it.  The first is returned.
    """
    first, _end, rest = received.partition(b"\n")
    # A relay's first reply may name the letter; the others are the same every time.
    if first[:1] != b"2" or first[3:4] != b" " or not _is_open_offer(rest):
        return None
    try:
        return _whole_reply(first)
    except ProtocolBreach:
        return None


@lru_cache(64)
def _is_open_offer(received: bytes) -> bool:
    if len(received) > LONGEST_LINE:
        return False
    reader = ReplyReader()
    try:
        codes = [reply.code for reply in reader.feed(received)]
    except ProtocolBreach:
        return False
    if len(codes) != 3 or not reader.is_between_replies:
        return False
    mail, rcpt, data = codes
    return 200 <= mail < 300 and 200 <= rcpt < 300 and data == GO_AHEAD


@lru_cache(256)
def _whole_reply(line: bytes) -> Reply:
    """Read a reply of one line; most relays say the same things again and again."""
    found = _matched(line)
    return parse_reply(int(found[1]), [(found[3] or b"").decode("utf-8", "replace")])


def _matched(line: bytes) -> re.Match[bytes]:
    found = _LINE.fullmatch(line) if len(line) < LONGEST_LINE else None
    if found is None:
        came = _joined([line[:60].decode("ascii", "replace").strip()])
        foreign = _("this is no SMTP reply")
        raise ProtocolBreach(f"{foreign}: {came}")
    return found


def parse_reply(code: int, lines: list[str]) -> Reply:
    """Take the enhanced code (RFC 2034) off the lines, where there is one."""
    enhanced = _ENHANCED.match(lines[0])
    if enhanced is None or enhanced[1][0] != str(code)[0]:
        return Reply(code=code, text=_joined(lines), lines=tuple(lines))
    bare = [line.removeprefix(enhanced[1]).strip() for line in lines]
    return Reply(
        code=code, enhanced_code=enhanced[1], text=_joined(bare), lines=tuple(lines)
    )


def _joined(lines: list[str]) -> str:
    text = " ".join(lines)
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)
