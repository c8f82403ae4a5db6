"""Two wordings side by side, word by word; pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser

from gonets.kernel.html import clean_fragment

MOST_PAIRS = 20_000
"""Places where a word of the one stands in the other: more is shown as rewritten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Words that stand together; ``is_changed``: the other wording has not got them."""

    text: str
    is_changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What was before and what is after, each with what the other lacks marked."""

    before: tuple[Stretch, ...]
    after: tuple[Stretch, ...]

    @property
    def is_in_words(self) -> bool:
        """False if not one word differs: at most how they are set does."""
        return any(each.is_changed for each in (*self.before, *self.after))


def difference(before: str, after: str) -> Difference:
    """Compare two plain texts word by word; blanks do not count."""
    old, new = _words(before), _words(after)
    left: list[Stretch] = []
    right: list[Stretch] = []
    steps = _steps([word.strip() for word in old], [word.strip() for word in new])
    for tag, start, end, new_start, new_end in steps:
        left.extend(_stretch(old[start:end], is_changed=tag != "equal"))
        right.extend(_stretch(new[new_start:new_end], is_changed=tag != "equal"))
    return Difference(before=tuple(left), after=tuple(right))


def readable(fragment: str) -> str:
    """Return a fragment as plain text in which changed links show, too."""
    reader = _Reader()
    reader.feed(clean_fragment(fragment))
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


Step = tuple[str, int, int, int, int]


def _steps(old: list[str], new: list[str]) -> Iterator[Step]:
    """Yield what has to be done to get from the one to the other.

    What both begin and end with is found first: the rest is usually short, and where
    it is not, comparing it could take forever.
    """
    begin = _common(old, new)
    end = _common(old[begin:][::-1], new[begin:][::-1])
    middle_old, middle_new = old[begin : len(old) - end], new[begin : len(new) - end]
    yield "equal", 0, begin, 0, begin
    if _pairs(middle_old, middle_new) > MOST_PAIRS:
        yield "replace", begin, len(old) - end, begin, len(new) - end
    else:
        compared = SequenceMatcher(None, middle_old, middle_new, autojunk=False)
        for tag, start, stop, new_start, new_stop in compared.get_opcodes():
            yield tag, start + begin, stop + begin, new_start + begin, new_stop + begin
    yield "equal", len(old) - end, len(old), len(new) - end, len(new)


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how much there is to compare: repeated words are what takes long."""
    counts = Counter(new)
    return sum(counts[word] for word in old)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    shorter = min(len(one), len(other))
    return next((at for at, (a, b) in pairs if a != b), shorter)


def _words(text: str) -> list[str]:
    """Return the words, each with the blanks after it."""
    return re.findall(r"\S+\s*", text)


def _stretch(words: Sequence[str], *, is_changed: bool) -> Iterator[Stretch]:
    if words:
        yield Stretch(text="".join(words), is_changed=is_changed)


class _Reader(HTMLParser):
    """Understands just the tags that ``kernel.html.clean_fragment`` leaves."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._links.append(dict(attrs).get("href") or "")
        elif tag not in {"strong", "b", "em", "i"}:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            address = self._links.pop() if self._links else ""
            self.pieces.append(f" <{address}>" if address else "")
        elif tag not in {"strong", "b", "em", "i"}:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data.replace("\n", " "))
