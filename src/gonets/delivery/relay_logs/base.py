"""The contract of a relay's log: which letters did the relay take over?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

MOST_QUESTIONS = 1000
"""Letters that are asked for at once; more are asked in turns by whoever asks."""


class LogFinding(Enum):
    ACCEPTED = "accepted"  # the relay took the letter over, whatever it did with it
    NOT_ACCEPTED = "not_accepted"  # the log says that it did not
    UNKNOWN = "unknown"  # the log does not tell


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuestion:
    """A letter that may have been handed over."""

    message_id: str  # with angle brackets
    since: datetime  # it was offered at this moment at the earliest
    attempts: int  # how often it was offered


@dataclass(frozen=True, slots=True, kw_only=True)
class LogAnswer:
    """``evidence`` is the log's own line; without a finding, why there is none.

    That is kept, so it is a source string, to be translated when it is shown.
    """

    finding: LogFinding
    evidence: str = ""


class LogUnreadable(Exception):
    """The log cannot be read as it is configured; says why, to administrators."""


class RelayLog(Protocol):
    def check(self) -> None:
        """Make sure that there is a log to be read.

        :raises LogUnreadable: if there is none.
        """
        ...

    def ask(self, questions: Sequence[LogQuestion]) -> list[LogAnswer]:
        """Return one answer per question, in their order, within bounded time.

        :raises LogUnreadable: if there is no log to be read.
        """
        ...


class OpenLog(Protocol):
    """What a module of this folder calls ``open_log``."""

    def __call__(self, place: str) -> RelayLog:
        """Return the log at ``place``; cheap, it is read only when it is asked."""
        ...
