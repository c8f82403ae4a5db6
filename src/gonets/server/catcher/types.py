"""A caught letter as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLetter:
    """What the relay client handed over."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLine:
    """One line of the mailbox."""

    id: int
    received_at: datetime
    recipient: str
    author: str
    subject: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtLetter(LetterLine):
    sender: str  # of the envelope
    content: bytes
