"""The mailbox as a sequence that Django's paginator can cut."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import overload

from gonets.server.catcher.store import Mailbox
from gonets.server.catcher.types import LetterLine


class LetterLines(Sequence[LetterLine]):
    def __init__(self, mailbox: Mailbox, words: str) -> None:
        self.mailbox = mailbox
        self.words = words

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, part: int) -> LetterLine: ...

    @overload
    def __getitem__(self, part: slice) -> list[LetterLine]: ...

    def __getitem__(self, part: int | slice) -> LetterLine | list[LetterLine]:
        if isinstance(part, int):
            return self.mailbox.lines(self.words, start=part, limit=1)[0]
        start, stop, _step = part.indices(self._count)
        return self.mailbox.lines(self.words, start=start, limit=stop - start)

    @cached_property
    def _count(self) -> int:
        return self.mailbox.count(self.words)
