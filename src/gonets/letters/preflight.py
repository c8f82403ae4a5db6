"""What is wrong with a letter before it goes out, and how to put it right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from gonets.kernel.plugins import find_plugins
from gonets.letters import checks
from gonets.letters.checks.rendering import NEARLY_CLIPPED_BYTES
from gonets.letters.clipping import CLIP_BYTES
from gonets.letters.problems import Goal, Level, Problem, in_order
from gonets.letters.specimens import SAMPLE_READER, Specimen, specimen_of
from gonets.letters.types import LetterContent

__all__ = [
    "CLIP_BYTES",
    "NEARLY_CLIPPED_BYTES",
    "SAMPLE_READER",
    "Goal",
    "Level",
    "Problem",
    "in_order",
    "problems_in",
    "problems_of",
]

Check = Callable[[Specimen], Iterator[Problem]]


@cache
def known_checks() -> Mapping[str, tuple[Check, ...]]:
    """Return the checks of every module of ``checks``, and of other packages."""
    return find_plugins(checks, attribute="CHECKS", group="gonets.letter_checks")


def problems_of(content: LetterContent) -> list[Problem]:
    """Return everything found, what blocks first."""
    return problems_in(specimen_of(content))


def problems_in(specimen: Specimen) -> list[Problem]:
    each = (check for group in known_checks().values() for check in group)
    return in_order([problem for check in each for problem in check(specimen)])
