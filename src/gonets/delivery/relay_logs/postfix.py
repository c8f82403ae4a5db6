"""The log file of Postfix, with its rotated and compressed predecessors."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import stat
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gonets.delivery.relay_logs.base import (
    LogAnswer,
    LogFinding,
    LogQuestion,
    LogUnreadable,
)
from gonets.kernel import clock

MOST_SECONDS = 20.0
MOST_BYTES = 4 * 1024**3
"""Read, decompressed ones counted as they are; together they bound one question."""

LONGEST_LINE = 8192
"""What is longer was not written by Postfix; the rest of such a line is skipped."""

EARLIER = timedelta(minutes=10)
"""Clocks differ: a log that ended so long before a letter cannot know of it."""

TOO_LONG = gettext_noop("The log is too long to be searched to its end.")
WITHOUT_END = gettext_noop("The log has the letter, but not what became of it.")
NOT_THERE = gettext_noop("The log does not have the letter.")

_LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)

# "… host postfix/smtpd[123]: …", also with a syslog_name of its own.
_LINE = re.compile(
    rb" (?:[\w.-]+/)+(?P<part>[\w-]+)\[(?P<pid>\d+)\]: (?P<rest>.*)", re.DOTALL
)
_OF_QUEUE = re.compile(rb"(?P<queue>[0-9A-Za-z]{6,20}): (?P<what>.*)", re.DOTALL)
_MESSAGE_ID = re.compile(rb"(?:resent-)?message-id=(?P<id><[^>\s]*>)")
_TAKEN = re.compile(rb"status=|removed\b|from=<[^>]*>,.*\(queue active\)")
_STATUS = re.compile(rb"status=")
_NOT_TAKEN = re.compile(rb"(?:milter-)?reject: ")
_CUT_BEFORE_THE_END = re.compile(
    rb"(?:lost connection|timeout|too many errors) after (?:DATA|BDAT)\b"
)
_OPENERS: dict[str, Callable[..., object]] = {
    ".gz": gzip.open,
    ".xz": lzma.open,
    ".bz2": bz2.open,
}
_ROTATED = re.compile(r"[.-]\d+(?:[.-]\d+)*(?:\.gz|\.xz|\.bz2)?")


@dataclass(slots=True)
class _Trace:
    """What the log says of one message in the queue of Postfix."""

    index: int  # of the question
    taken: bytes = b""
    status: bytes = b""
    refused: bytes = b""


@dataclass(slots=True)
class _Reader:
    """Follows a letter from its Message-ID to its queue id to what became of it."""

    wanted: dict[bytes, int]
    traces: dict[bytes, _Trace] = field(default_factory=dict)
    seen: list[_Trace] = field(default_factory=list)
    queue_of_pid: dict[bytes, bytes] = field(default_factory=dict)

    def read(self, line: bytes) -> None:
        found = _LINE.search(line)
        if found is None:
            return
        part, pid, rest = found["part"], found["pid"], found["rest"]
        of_queue = _OF_QUEUE.match(rest)
        if of_queue is None:
            if part == b"smtpd":
                self._read_without_queue(pid, rest, line)
            return
        queue, what = of_queue["queue"], of_queue["what"]
        if part == b"smtpd" and what.startswith(b"client="):
            self.queue_of_pid[pid] = queue
        elif part == b"cleanup" and (named := _MESSAGE_ID.match(what)):
            self._begin(queue, named["id"])
        elif queue in self.traces:
            self._follow(self.traces[queue], what, line)

    def _begin(self, queue: bytes, message_id: bytes) -> None:
        """A queue id is used again some day: what it named before is over."""
        index = self.wanted.get(message_id)
        if index is None:
            self.traces.pop(queue, None)
            return
        trace = self.traces[queue] = _Trace(index=index)
        self.seen.append(trace)

    def _follow(self, trace: _Trace, what: bytes, line: bytes) -> None:
        if _NOT_TAKEN.match(what):
            trace.refused = line
        elif _STATUS.search(what):
            trace.taken = trace.status = line
        elif _TAKEN.match(what) and not trace.taken:
            trace.taken = line

    def _read_without_queue(self, pid: bytes, rest: bytes, line: bytes) -> None:
        """A session that ends in the middle of a letter names no queue id."""
        if not _CUT_BEFORE_THE_END.match(rest):
            return
        trace = self.traces.get(self.queue_of_pid.pop(pid, b""))
        if trace is not None and not trace.taken:
            trace.refused = line


class PostfixLog:
    """Implements ``base.RelayLog``."""

    def __init__(
        self,
        path: Path,
        *,
        most_seconds: float = MOST_SECONDS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._path = path
        self._most_seconds = most_seconds
        self._most_bytes = most_bytes

    def check(self) -> None:
        if not self._path.is_absolute():
            raise LogUnreadable(_("Write the whole path, from its first slash on."))
        for _line in islice(_lines(self._files(since=_LONG_AGO)[-1]), 1):
            return

    def ask(self, questions: Sequence[LogQuestion]) -> list[LogAnswer]:
        ids = {one.message_id.encode(): at for at, one in enumerate(questions)}
        reader = _Reader(wanted=ids)
        files = self._files(since=min(one.since for one in questions))
        was_read_whole = self._read(files, reader)
        return [
            _answer(
                [trace for trace in reader.seen if trace.index == at],
                one,
                was_read_whole=was_read_whole,
            )
            for at, one in enumerate(questions)
        ]

    def _files(self, *, since: datetime) -> list[Path]:
        """Return the files that can know of it, the oldest first."""
        family = [one for one in _beside(self._path) if _is_of_family(one, self._path)]
        if not family:
            raise LogUnreadable(
                _("There is no log file %(path)s.") % {"path": self._path}
            )
        ended = sorted((_written_at(one), one) for one in family)
        return [one for written, one in ended if written >= since - EARLIER]

    def _read(self, files: Sequence[Path], reader: _Reader) -> bool:
        """Read them line by line; False if that would take too long."""
        until = clock.monotonic() + self._most_seconds
        left = self._most_bytes
        for file in files:
            for count, line in enumerate(_lines(file)):
                left -= len(line)
                if left < 0 or (count % 4096 == 0 and clock.monotonic() > until):
                    return False
                reader.read(line)
        return True


def open_log(place: str) -> PostfixLog:
    return PostfixLog(Path(place))


def _answer(
    traces: Sequence[_Trace], question: LogQuestion, *, was_read_whole: bool
) -> LogAnswer:
    """Judge what was found.

    Only a line of the log counts: that a letter is *not* in it proves nothing, since
    logs lose lines.  It was surely not accepted only if each offer of it is there, and
    none was.
    """
    for trace in traces:
        if trace.taken:
            return _found(LogFinding.ACCEPTED, trace.status or trace.taken)
    refusals = [trace.refused for trace in traces if trace.refused]
    if refusals and len(refusals) == len(traces) >= question.attempts:
        return _found(LogFinding.NOT_ACCEPTED, refusals[-1])
    if not was_read_whole:
        return _unknown(TOO_LONG)
    if traces:
        return _unknown(WITHOUT_END)
    return _unknown(NOT_THERE)


def _found(finding: LogFinding, line: bytes) -> LogAnswer:
    text = line.decode(errors="replace")
    # A log that a crash has cut has NULs, which no database keeps as text.
    shown = "".join(one if one.isprintable() else " " for one in text)
    return LogAnswer(finding=finding, evidence=shown.strip())


def _unknown(why: str) -> LogAnswer:
    return LogAnswer(finding=LogFinding.UNKNOWN, evidence=why)


def _beside(path: Path) -> list[Path]:
    try:
        return list(path.parent.glob(f"{_literal(path.name)}*"))
    except OSError as error:
        raise _unreadable(path, error) from error


def _is_of_family(one: Path, path: Path) -> bool:
    """Tell whether it is the log or what it was before; a pipe would never end."""
    is_named_so = one == path or _ROTATED.fullmatch(one.name.removeprefix(path.name))
    try:
        return bool(is_named_so) and stat.S_ISREG(one.stat().st_mode)
    except OSError as error:
        raise _unreadable(one, error) from error


def _literal(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)


def _written_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise _unreadable(path, error) from error


def _lines(path: Path) -> Iterator[bytes]:
    opened = _OPENERS.get(path.suffix, Path.open)
    try:
        with cast(IO[bytes], opened(path, "rb")) as file:
            is_rest = False
            while line := file.readline(LONGEST_LINE):
                ends = line.endswith(b"\n")
                if not is_rest:
                    yield line
                is_rest = not ends
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> LogUnreadable:
    return LogUnreadable(
        _("The log file %(path)s cannot be read: %(why)s")
        % {"path": path, "why": getattr(error, "strerror", None) or error}
    )
