"""Counting a million letters in flat memory: sizes, and how many for each reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gonets.letters.clipping import CLIP_BYTES
from gonets.letters.preflight import NEARLY_CLIPPED_BYTES
from gonets.publishing.rehearsal.reasons import OTHERS
from gonets.publishing.rehearsal.states import FindingKind

MOST_SIZES = 512
MOST_REASONS = 40
KEPT_BY_NAME = 5_000
"""So many people of one reason are kept by name; all of them are counted."""


@dataclass(slots=True)
class Sizes:
    """How many letters have which size; exact until there are too many sizes."""

    width: int = 1
    counts: Counter[int] = field(default_factory=Counter)

    def add(self, size: int) -> None:
        self.counts[size // self.width] += 1
        while len(self.counts) > MOST_SIZES:
            self._coarsen()

    @property
    def median(self) -> int:
        """Return the size of the letter in the middle; 0 if there are none."""
        before, half = 0, (self.counts.total() + 1) // 2
        for place in sorted(self.counts):
            before += self.counts[place]
            if before >= half:
                return place * self.width + self.width // 2
        return 0

    def _coarsen(self) -> None:
        halved: Counter[int] = Counter()
        for place, count in self.counts.items():
            halved[place // 2] += count
        self.width, self.counts = self.width * 2, halved


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a rehearsal has counted so far; ``largest_for`` is a subscriber's id."""

    looked_at: int = 0
    audience: int = 0
    made: int = 0
    total_bytes: int = 0
    smallest: int = 0
    largest: int = 0
    largest_for: int = 0
    nearly_clipped: int = 0
    clipped: int = 0
    sizes: Sizes = field(default_factory=Sizes)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note_letter(self, *, size: int, html_bytes: int, subscriber_id: int) -> None:
        self.smallest = min(self.smallest, size) if self.made else size
        if size > self.largest:
            self.largest, self.largest_for = size, subscriber_id
        self.made += 1
        self.total_bytes += size
        self.sizes.add(size)
        self.clipped += html_bytes > CLIP_BYTES
        self.nearly_clipped += NEARLY_CLIPPED_BYTES < html_bytes <= CLIP_BYTES

    def note_finding(self, kind: FindingKind, reason: str) -> str | None:
        """Count it; return under which reason, or None if the name need not be kept."""
        known = (kind.value, reason) in self.reasons
        if not known and len(self.reasons) >= MOST_REASONS:
            reason = OTHERS
        self.reasons[kind.value, reason] += 1
        return reason if self.reasons[kind.value, reason] <= KEPT_BY_NAME else None

    def found(self, kind: FindingKind) -> int:
        """Return how many findings there are of this kind."""
        return sum(n for (of, _reason), n in self.reasons.items() if of == kind.value)

    def as_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in _PLAIN}
        reasons = [[*key, count] for key, count in self.reasons.items()]
        sizes = [self.sizes.width, sorted(self.sizes.counts.items())]
        return {**plain, "sizes": sizes, "reasons": reasons}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Tally:
        """Return the tally that ``as_json`` was asked of; {}: an empty one."""
        if not stored:
            return cls()
        width, counts = stored["sizes"]
        return cls(
            **{name: stored[name] for name in _PLAIN},
            sizes=Sizes(width, Counter(dict(counts))),
            reasons=Counter({(k, r): count for k, r, count in stored["reasons"]}),
        )


_PLAIN = (
    *("looked_at", "audience", "made", "total_bytes", "smallest", "largest"),
    *("largest_for", "nearly_clipped", "clipped"),
)
