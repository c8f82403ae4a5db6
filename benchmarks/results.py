"""What was measured: one value per row of the table, kept in a file as it comes."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """``value`` is the median of ``rounds``; ``peer`` what others reach, same unit."""

    name: str
    value: float
    unit: str
    bar: float | None
    peer: float | None
    rounds: tuple[float, ...]
    is_limit: bool = False  # the bar is what may not be exceeded

    @property
    def verdict(self) -> str:
        if self.bar is None:
            return ""
        return "reached" if self._reaches(self.bar) else "NOT REACHED"

    def _reaches(self, bar: float) -> bool:
        return self.value <= bar if self.is_limit else self.value >= bar


def median_of(
    rounds: Sequence[float],
    *,
    name: str,
    unit: str,
    bar: float | None = None,
    peer: Sequence[float] = (),
    is_limit: bool = False,
) -> Result:
    return Result(
        name=name,
        value=statistics.median(rounds),
        unit=unit,
        bar=bar,
        peer=statistics.median(peer) if peer else None,
        rounds=tuple(rounds),
        is_limit=is_limit,
    )


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Divide round by round: what slows a whole round down slows both."""
    return [one / other for one, other in zip(ours, theirs, strict=True)]


class Results:
    """Keeps the newest value of every name, in order of appearance, in a file.

    The file is written anew with every round, so that a cut run keeps what it had.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept: dict[str, Result] = {}

    def keep(self, results: Iterable[Result]) -> None:
        for result in results:
            self._kept[result.name] = result
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps([_plain(one) for one in self], indent=2))
        fresh.replace(self._file)

    def __iter__(self) -> Iterator[Result]:
        return iter(self._kept.values())


def _plain(result: Result) -> dict[str, object]:
    """Return exactly the agreed keys."""
    plain = asdict(result)
    del plain["is_limit"]
    return plain


def table(results: Iterable[Result]) -> str:
    lines = [_HEAD, *map(_cells, results)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_line(one, widths) for one in (_HEAD, rule, *lines[1:]))


_HEAD = ("value", "unit", "bar", "peer", "rounds", "", "what")


def _cells(one: Result) -> tuple[str, ...]:
    bar = "" if one.bar is None else f"{'≤' if one.is_limit else '≥'} {one.bar:g}"
    peer = "" if one.peer is None else shown(one.peer)
    rounds = str(len(one.rounds))
    return shown(one.value), one.unit, bar, peer, rounds, one.verdict, one.name


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Numbers to the right, words to the left."""
    sides = ("rjust", "ljust", "rjust", "rjust", "rjust", "ljust", "ljust")
    padded = (
        getattr(cell, side)(width)
        for cell, side, width in zip(cells, sides, widths, strict=True)
    )
    return "  ".join(padded).rstrip()


def shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
