"""An issue as checks look at it: its letter, and what is known around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gonets.letters.problems import Problem
from gonets.letters.specimens import Specimen
from gonets.newsletters.models import Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """``leaves`` tells whether the letters will leave this machine."""

    issue: Issue
    specimen: Specimen
    leaves: bool


Check = Callable[[Dossier], Iterator[Problem]]
